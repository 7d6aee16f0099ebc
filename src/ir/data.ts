// What a model asks of its data, and the shape in which data reach it. Sources fill these types,
// the runtime consumes them; neither knows the other.

import type { Diagnostic, Span } from "../diagnostics/index.ts";
import type { Shape } from "./shape.ts";

/** The values a column may hold; `lower`/`upper` are inclusive unless open. */
export interface ValueDomain {
  readonly kind: "real" | "int" | "category";
  readonly lower: number;
  readonly upper: number;
  readonly lowerOpen: boolean;
  readonly upperOpen: boolean;
  /** As the user wrote it (`count`, `positive`, `real in (0, 1)`), for messages. */
  readonly label: string;
}

/** One `data` item: which columns it wants, and what may stand in them. */
export interface DataRequest {
  readonly name: string;
  readonly source:
    | { readonly kind: "column"; readonly column: string }
    | { readonly kind: "columns"; readonly columns: readonly string[] }
    | { readonly kind: "glob"; readonly pattern: string };
  readonly domain: ValueDomain;
  /** True where the declared shape is not scalar (then every row holds a vector). */
  readonly vector: boolean;
  /** The declared shape; a numeric dimension is what the data must have, a named one is found from them. */
  readonly shape: Shape;
  /** One value (or one array) for all rows instead of one a row. */
  readonly once: boolean;
  /** `real?`: a missing value becomes NaN instead of an error. */
  readonly optional: boolean;
  /** Whether texts are dates and times: seconds since 1970-01-01T00:00:00Z. */
  readonly time?: true;
  /** Null where the model does not ask for it. */
  readonly span: Span | null;
}

/** A raw column as a source delivers it. Missing: NaN in `number`, null in `text`. */
export type RawColumn =
  | { readonly kind: "number"; readonly values: Float64Array }
  | { readonly kind: "text"; readonly values: readonly (string | null)[] };

/** Up to 1,024 rows of raw columns, by source column name. `firstRow` is 1-based over the whole source. */
export interface RawBatch {
  readonly rows: number;
  readonly firstRow: number;
  readonly columns: ReadonlyMap<string, RawColumn>;
  /** Whether numbers stay where they are for as long as the source is open, so that they may be lent. */
  readonly lasting?: true;
  /** Numbers of the rows, where lines between them could not be read. */
  readonly numbers?: ArrayLike<number>;
  /** What was wrong with lines that could not be read and came before the last of these rows. */
  readonly broken?: readonly Diagnostic[];
}

/** Rows that can be read, once or repeatedly. */
export interface RowSource {
  /** How messages name it: a file name, `<stdin>`, `sql:…`, `rows`. */
  readonly label: string;
  /** Column names in file order. */
  readonly columns: readonly string[];
  /** Known number of rows, for progress; null where it is not known beforehand. */
  readonly rowCount: number | null;
  /** What a saved state knows it by, where it may be read again in another run: its name as it was given. */
  readonly place?: string;
  /** Of rows that are followed as they come, and can be read once only: the first ones, by which levels are known. */
  readonly ahead?: RowSource;
  /** Whether `read` may be called more than once. */
  readonly repeatable: boolean;
  /** Values that are not per row (Stan-style JSON): numbers, or arrays in row-major order with their shape. */
  readonly constants: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float64Array }>;
  /** The named columns only, in batches of at most `batchRows`. */
  read(columns: readonly string[], batchRows: number): AsyncIterable<RawBatch>;
  close(): Promise<void>;
}

/**
 * Rows as a model wants them: per `data` item a contiguous column block, batch innermost:
 * element k of a vector occupies `values[k * rows … k * rows + rows - 1]`. Categories are 0-based level codes.
 */
export interface Batch {
  readonly rows: number;
  readonly firstRow: number;
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** Where elements lie apart, in memory that the source lends: an array of `rows` values each; blocks are then made when asked for. */
  readonly strips?: ReadonlyMap<string, readonly Float64Array[]>;
}

/** Everything that is fixed by looking at data before the first update. */
export interface Bindings {
  /** Size of every symbolic dimension, by its name (a data-bound name, or a category's data name). */
  readonly dims: ReadonlyMap<string, number>;
  /** Levels of each category, in order of first appearance, by data name. */
  readonly levels: ReadonlyMap<string, readonly string[]>;
  /** Labels of a dimension's positions (levels or column names); dimensions without labels are absent. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** Learnt features: `standardize` keeps [mean, sd] for each element. By learnt name. */
  readonly learnt: ReadonlyMap<string, Float64Array>;
  /** `once` data, row-major. */
  readonly once: ReadonlyMap<string, Float64Array>;
}
