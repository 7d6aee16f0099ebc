// Drawn starts: the same for a seed wherever the update runs, others for another seed, and what leads away from a
// point where every score is 0.

import { describe, expect, it } from "vitest";
import { compile, fit } from "../../src/index.ts";

const model = (start: string): string => `data user : category
data film : category
data y : real
param u : real[user, 2] ~ Normal(0, 1)${start}
param v : real[film, 2] ~ Normal(0, 1)${start}
y ~ Normal(u[user] @ v[film], 0.1)
`;

/** Ratings of rank 1: every user times every film. */
const [users, films] = [
  [2, -1, 0.5, 1],
  [1, -2, 0.5],
];
const rows = users.flatMap((a, i) => films.map((b, j) => ({ user: `u${i}`, film: `f${j}`, y: a * b })));

async function estimates(start: string, options: Parameters<typeof fit>[2] = {}): Promise<readonly number[]> {
  const summary = await fit(compile(model(start)), rows, { ...options, interval: 0.9 });
  return summary.parameters.map((p) => p.estimate);
}

/** The products that the estimates of a seed give. */
function products(found: readonly number[]): readonly number[] {
  const row = (at: number): readonly [number, number] => [found[2 * at] as number, found[2 * at + 1] as number];
  return users.flatMap((_, i) =>
    films.map((_, j) => {
      const [u, v] = [row(i), row(users.length + j)];
      return u[0] * v[0] + u[1] * v[1];
    }),
  );
}

describe("init sample", () => {
  it("starts where the data have influence", async () => {
    expect((await estimates("")).every((x) => x === 0)).toBe(true);
    const found = products(await estimates(" init sample"));
    for (const [k, { y }] of rows.entries()) expect(Math.abs((found[k] as number) - y)).toBeLessThan(0.05);
  });

  it("is the same for a seed on every backend, and another for another", async () => {
    const start = " init sample Normal(0, 0.5)";
    const all = await Promise.all(
      (["wasm", "js", "interpret"] as const).map((backend) => estimates(start, { backend, exact: true, seed: 5 })),
    );
    for (const other of all.slice(1))
      for (const [k, x] of other.entries()) expect(x).toBeCloseTo(all[0]?.[k] as number, 9);
    expect(await estimates(start, { seed: 5, exact: true })).toEqual(all[0]);
    const apart = await estimates(start, { seed: 6, exact: true });
    expect(Math.max(...apart.map((x, k) => Math.abs(x - (all[0]?.[k] as number))))).toBeGreaterThan(0.1);
    for (const [k, x] of products(apart).entries()) expect(x).toBeCloseTo(products(all[0] ?? [])[k] as number, 6);
  });
});
