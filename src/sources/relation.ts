// What the DuckDB engine reads: a FROM clause and, for each column, the SQL of its cells. Each format makes one of
// these; the engine knows no format.

import { missingTexts } from "./values.ts";

/**
 * One column's cells. `number` alone is numeric. `text` alone is text. With both, `number` is the value and `text` is
 * not null exactly where `number` can't tell it all: the cell is no number, or a whole number beyond a double.
 */
export interface Cell {
  /** SQL of type DOUBLE, or of anything that a cast makes one without loss. */
  readonly number: string | null;
  /** SQL of type VARCHAR. */
  readonly text: string | null;
  /** A number beyond ±2⁵³ means that digits were lost: this reading must not be trusted with the column. */
  readonly exactBelow: boolean;
}

/** A way to read a relation. */
export interface Reading {
  /** The FROM clause that offers the cells of these columns. */
  readonly from: (columns: readonly string[]) => string;
  readonly cell: (column: string) => Cell;
}

/** A table that DuckDB can read. */
export interface Relation {
  readonly columns: readonly string[];
  readonly rowCount: number | null;
  /** Tried in order; where one fails in the middle, the next goes on from that row. The first is the fastest. */
  readonly readings: readonly Reading[];
}

/** A text as a literal of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an identifier of SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A list of literals. */
export function literals(texts: readonly string[]): string {
  return `[${texts.map(literal).join(", ")}]`;
}

/** A file's own path where DuckDB expects a pattern: its pattern characters stand for themselves. */
export function literalPath(path: string): string {
  return literal(path.replace(/[*?[]/g, "[$&]"));
}

/**
 * A numeric cell of text: the number where it is one, nothing where the text stands for a missing value, and the text
 * where it is neither or where a double loses digits.
 */
export function parsedCell(text: string): Cell {
  const number = `TRY_CAST(${text} AS DOUBLE)`;
  const missing = `regexp_full_match(${text}, '\\s*(?:${missingTexts.join("|")})\\s*')`;
  const whole = `regexp_full_match(${text}, '\\s*[+-]?[0-9]+\\s*')`;
  // The costly tests are in the inner branch, for the few rows that get there. An IN would become a join.
  const told = `coalesce(abs(${number}) <= 9007199254740991, false)`;
  const rest = `CASE WHEN ${missing} THEN NULL WHEN ${number} IS NULL OR ${whole} THEN ${text} END`;
  return { number, text: `CASE WHEN NOT ${told} THEN ${rest} END`, exactBelow: false };
}
