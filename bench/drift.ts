// Streams of classes that drift, or may: three of River's, and one that is simulated with sudden changes. Rows as matrices
// on disk that every contestant reads, the response last.

import { existsSync, readFileSync } from "node:fs";
import { draws } from "./random.ts";
import { dataset, writeNpy } from "./tables.ts";

/** The simulated stream: rows, features, and the rows at which its coefficients are drawn anew. */
export const sudden = { rows: 20_000, features: 5, changes: [6_000, 11_000, 15_000] } as const;

/** A stream's folder, with `x.npy` and `y.npy`; null where its file is absent. */
export async function streamFolder(name: string): Promise<string | null> {
  if (name === "sudden")
    return dataset("drift-sudden", `sudden 1: ${JSON.stringify(sudden)}`, async (folder) => simulate(folder));
  const file = `${process.env.FFM_DATA ?? "../shared/data"}/streams/${name}.csv`;
  if (!existsSync(file)) return null;
  return dataset(`drift-${name}`, "drift 1", async (folder) => {
    const [head = "", ...lines] = readFileSync(file, "utf8").trim().split("\n");
    const width = head.split(",").length;
    const columns = Array.from({ length: width }, () => new Float64Array(lines.length));
    for (const [i, line] of lines.entries())
      for (const [k, cell] of line.split(",").entries()) columns[k][i] = Number(cell);
    writeNpy(`${folder}/x.npy`, columns.slice(0, -1));
    writeNpy(`${folder}/y.npy`, columns.slice(-1));
  });
}

function simulate(folder: string): void {
  const { normal, uniform } = draws(20261124);
  const x = Array.from({ length: sudden.features }, () => new Float64Array(sudden.rows));
  const y = new Float64Array(sudden.rows);
  let effects = x.map(() => 1.5 * normal());
  for (let i = 0; i < sudden.rows; i++) {
    if (sudden.changes.some((row) => row === i)) effects = x.map(() => 1.5 * normal());
    let eta = 0;
    for (const [k, column] of x.entries()) {
      column[i] = normal();
      eta += effects[k] * column[i];
    }
    y[i] = uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
  }
  writeNpy(`${folder}/x.npy`, x);
  writeNpy(`${folder}/y.npy`, [y]);
}
