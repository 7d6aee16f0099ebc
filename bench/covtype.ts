// The Forest CoverType table: class 2 against the rest, 80,000 rows to fit and 20,000 held out, standardised.

import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Design } from "./logistic.ts";
import { draws } from "./random.ts";
import { dataset, readNpy, writeNpy, writeVowpal } from "./tables.ts";

/** Rows to fit and rows held out, and where contestants find the former. */
export interface Split {
  readonly folder: string;
  readonly train: Design;
  readonly test: Design;
}

/** Where the table is looked for. */
export const covtypeFile = (): string =>
  `${process.env.FFM_DATA ?? "../shared/data"}/covtype/covertype_small_100k.csv.gz`;

/** Writes a split: the first `rows` to fit, the others held out. */
export function saveSplit(folder: string, x: readonly Float64Array[], y: Float64Array, rows: number): void {
  writeNpy(
    `${folder}/x.npy`,
    x.map((c) => c.slice(0, rows)),
  );
  writeNpy(`${folder}/y.npy`, [y.slice(0, rows)]);
  writeNpy(
    `${folder}/x-test.npy`,
    x.map((c) => c.slice(rows)),
  );
  writeNpy(`${folder}/y-test.npy`, [y.slice(rows)]);
}

/** Reads what `saveSplit` wrote. */
export function loadSplit(folder: string): Split {
  const design = (suffix: string): Design => ({
    x: readNpy(`${folder}/x${suffix}.npy`),
    y: readNpy(`${folder}/y${suffix}.npy`)[0],
  });
  return { folder, train: design(""), test: design("-test") };
}

/**
 * Forest cover, class 2 against the rest, 80 of 100 rows to fit. Without columns that would leave no finite or no
 * unique maximum: an indicator with fewer than 100 rows or with one class only, and one of each set of indicators.
 */
export async function covtype(path: string): Promise<Split> {
  const recipe = "covtype 2: seed 20260802, 80,000 + 20,000 rows, columns by support";
  const folder = await dataset("covtype", recipe, async (own) => {
    const [head, ...lines] = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
    const names = head.split(",");
    const table = names.map(() => new Float64Array(lines.length));
    const { uniform } = draws(20260802);
    const keyed = lines.map((line) => ({ line, key: uniform() })).toSorted((a, b) => a.key - b.key);
    keyed.forEach(({ line }, i) => {
      line.split(",").forEach((value, k) => {
        table[k][i] = Number(value);
      });
    });
    const y = table[names.length - 1].map((label) => (label === 2 ? 1 : 0));
    const rows = 0.8 * lines.length;
    const kept = usable(names.slice(0, -1), table, y, rows);
    const x = kept.map((name) => standardised(table[names.indexOf(name)], rows));
    saveSplit(own, x, y, rows);
    writeFileSync(`${own}/names.json`, JSON.stringify(kept));
    const fitted = Object.fromEntries(x.map((c, k) => [`x${k + 1}`, c.subarray(0, rows)]));
    await writeVowpal(`${own}/rows.vw`, fitted, y.subarray(0, rows));
  });
  return loadSplit(folder);
}

/** The columns that stay, of three kinds: measurements, areas and soils. */
export const columnNames = (folder: string): readonly string[] =>
  JSON.parse(readFileSync(`${folder}/names.json`, "utf8")) as string[];

function usable(
  names: readonly string[],
  table: readonly Float64Array[],
  y: Float64Array,
  rows: number,
): readonly string[] {
  const references = new Map<string, { name: string; count: number }>();
  const kept: string[] = [];
  names.forEach((name, k) => {
    const set = /^(Wilderness_Area|Soil_Type)\d+$/.exec(name)?.[1];
    if (set === undefined) {
      kept.push(name);
      return;
    }
    const seen = [0, 0];
    for (let i = 0; i < rows; i++) if (table[k][i] === 1) seen[y[i]]++;
    const count = seen[0] + seen[1];
    if (count < 100 || Math.min(...seen) < 5) return;
    kept.push(name);
    if (count > (references.get(set)?.count ?? 0)) references.set(set, { name, count });
  });
  const left = new Set([...references.values()].map((r) => r.name));
  return kept.filter((name) => !left.has(name));
}

function standardised(column: Float64Array, rows: number): Float64Array {
  const fitted = column.subarray(0, rows);
  const mean = fitted.reduce((sum, v) => sum + v, 0) / rows;
  const sd = Math.sqrt(fitted.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (rows - 1));
  return column.map((v) => (v - mean) / sd);
}
