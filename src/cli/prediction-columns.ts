// Predictions as columns: which there are for each statement, and their values row by row.

import type { PredictionBatch, Predictions, StatementPrediction } from "../index.ts";

export type Cell = number | string | null;

export interface Column {
  readonly name: string;
  readonly value: (batch: PredictionBatch, row: number) => Cell;
}

export interface ColumnOptions {
  /** The most probable levels, ranked by their lower bounds, instead of all of them. */
  readonly top: number | null;
  /** Whether observed responses were placed. */
  readonly observed: boolean;
}

type Values = (s: StatementPrediction) => Float64Array | null;

/** The columns of predictions; names have the response before them where several statements are foretold. */
export function columnsOf(
  { statements, predictive }: Predictions,
  { top, observed }: ColumnOptions,
): readonly Column[] {
  const columns: Column[] = [{ name: "row", value: ({ numbers }, row) => numbers[row] as number }];
  for (const [k, statement] of statements.entries()) {
    const prefix = statements.length > 1 ? `${statement.response}.` : "";
    const many = statement.elements > 1;
    for (let e = 0; e < statement.elements; e++) {
      const suffix = many ? `[${e + 1}]` : "";
      const add = (name: string, value: (s: StatementPrediction, cell: number, rows: number) => Cell): void => {
        columns.push({
          name: `${prefix}${name}${suffix}`,
          value({ statements: all, rows }, row) {
            const own = all[k] as StatementPrediction;
            const cell = e * rows + row;
            return own.applies?.[cell] === 0 ? null : value(own, cell, rows);
          },
        });
      };
      const number = (name: string, values: Values): void => add(name, (s, cell) => finite(values(s)?.[cell]));
      if (!statement.category) {
        number("mean", (s) => s.mean);
        number("sd", (s) => s.sd);
        if (predictive !== "plugin") {
          number("mean_lower", (s) => s.meanLower);
          number("mean_upper", (s) => s.meanUpper);
        }
        number("lower", (s) => s.lower);
        number("upper", (s) => s.upper);
      } else add("class", (s, cell, rows) => s.levels?.names[ranked(s, cell, rows, false)[0] ?? 0] ?? null);
      if (statement.levels !== null && !many && (statement.category || top !== null))
        levelColumns(statement.levels, top, predictive === "plugin", add);
      if (observed) {
        number("log_density", (s) => s.placed?.logDensity ?? null);
        number("below", (s) => s.placed?.below ?? null);
        number("at", (s) => s.placed?.at ?? null);
      }
    }
  }
  return columns;
}

function levelColumns(
  names: readonly string[],
  top: number | null,
  certain: boolean,
  add: (name: string, value: (s: StatementPrediction, cell: number, rows: number) => Cell) => void,
): void {
  const parts = (["probability", "lower", "upper"] as const).slice(0, certain ? 1 : 3);
  const label = { probability: "p", lower: "p_lower", upper: "p_upper" } as const;
  if (top === null) {
    for (const [k, level] of names.entries())
      for (const part of parts)
        add(`${label[part]}[${level}]`, (s, cell, rows) => finite(s.levels?.[part]?.[k * rows + cell]));
    return;
  }
  for (let r = 0; r < Math.min(top, names.length); r++) {
    add(`class_${r + 1}`, (s, cell, rows) => names[ranked(s, cell, rows, true)[r] ?? 0] ?? null);
    for (const part of parts)
      add(`${label[part]}_${r + 1}`, (s, cell, rows) => {
        const k = ranked(s, cell, rows, true)[r] ?? 0;
        return finite(s.levels?.[part]?.[k * rows + cell]);
      });
  }
}

/** Levels of a cell, best first: by the lower bound of their probability where asked and there, else by the probability. */
function ranked({ levels }: StatementPrediction, cell: number, rows: number, byLower: boolean): readonly number[] {
  if (levels === null) return [];
  const by = (byLower ? levels.lower : null) ?? levels.probability;
  const at = (k: number): number => by[k * rows + cell] as number;
  return levels.names.map((_, k) => k).sort((a, b) => at(b) - at(a) || a - b);
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** A line of CSV: what is not there is empty, and texts are quoted where they must be (RFC 4180). */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A row as an object on a line of its own. */
export function jsonLine(names: readonly string[], cells: readonly Cell[]): string {
  return `${JSON.stringify(Object.fromEntries(names.map((name, k) => [name, cells[k] ?? null])))}\n`;
}
