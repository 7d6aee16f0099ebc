// Small CSV files of the tests, read without the project's own sources: quoted cells are text, others numbers.

import { readFileSync } from "node:fs";

/** Columns by name, in file order. */
export type Table = Record<string, readonly (number | string)[]>;

function cells(line: string): readonly (number | string)[] {
  const found = line.match(/"[^"]*"|[^,]+/g) ?? [];
  return found.map((cell) => (cell.startsWith('"') ? cell.slice(1, -1) : Number(cell)));
}

/** Reads a CSV file without line breaks or quotes inside its cells and without empty cells. */
export function readTable(file: URL): Table {
  const [head, ...rows] = readFileSync(file, "utf8").trim().split(/\r?\n/).map(cells);
  return Object.fromEntries(head.map((name, k) => [name, rows.map((row) => row[k])]));
}
