// Models with groups, kept as an arrow: the same estimates and standard errors as with the whole matrix.

import { describe, expect, test } from "vitest";
import { compile, type FlowOptions, fit, type Summary, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const groups = 50;

const shared = `data g : category
data x : real
data z : real[2] from [z1, z2]
data y : real
data n : count
param a : real
param b : real ~ Normal(0, 2)
`;

const models: Readonly<Record<string, string>> = {
  "intercepts and slopes by group": `${shared}
param sigma : positive ~ HalfNormal(2)
param u : real[g] ~ Normal(0, 1)
param v : real[g] ~ Normal(0, 0.5)
y ~ Normal(a + b * x + u[g] + v[g] * x, sigma)`,
  "a vector for each group": `${shared}
param sigma : positive ~ HalfNormal(2)
param w : real[g, 2] ~ Normal(0, 1)
y ~ Normal(a + b * x + w[g] @ z, sigma)`,
  "counts, and a scale by group": `${shared}
param u : real[g] ~ Normal(0, 1)
param s : positive[g] ~ HalfNormal(2)
n ~ Poisson(log: a + b * x + u[g])
y ~ Normal(0.5 * x, s[g])`,
  "effects about a mean that is estimated": `${shared.replace("param a : real\n", "")}
param mean_effect : real ~ Normal(0, 1)
param u : real[g]
n ~ Poisson(log: b * x + u[g])
factor -2 * sum((u - mean_effect)^2)`,
};

function rows(count: number): Record<string, (number | string)[]> {
  const { uniform, normal } = random(17, "rows");
  const effects = Array.from({ length: groups }, () => [normal(), 0.5 * normal()]);
  const columns: Record<string, (number | string)[]> = { g: [], x: [], z1: [], z2: [], y: [], n: [] };
  for (let r = 0; r < count; r++) {
    const level = r < groups ? r : Math.floor(uniform() * groups);
    const [x, z1, z2] = [normal(), normal(), normal()];
    const eta = 0.4 + 0.3 * x + effects[level][0] + effects[level][1] * z1;
    columns.g.push(`group ${level}`);
    columns.x.push(x);
    columns.z1.push(z1);
    columns.z2.push(z2);
    columns.y.push(eta + 0.7 * normal());
    columns.n.push(Math.floor(Math.exp(0.5 * eta) + uniform()));
  }
  return columns;
}

const data = rows(1500);
const order = (s: Summary): Map<string, [number, number]> =>
  new Map(s.parameters.map((p) => [`${p.name}[${p.index?.join() ?? ""}]`, [p.estimate, p.se]]));

function close(a: Summary, b: Summary, tolerance: number): void {
  const [left, right] = [order(a), order(b)];
  expect([...left.keys()].sort()).toEqual([...right.keys()].sort());
  for (const [name, values] of left)
    for (const [k, value] of values.entries()) {
      const other = right.get(name)![k];
      expect(Math.abs(value - other), `${name}: ${value} and ${other}`).toBeLessThan(
        tolerance * Math.max(1, Math.abs(other)),
      );
    }
}

describe.each(Object.keys(models))("%s", (name) => {
  const model = compile(models[name]);
  const run = (how: typeof fit, structure: "arrow" | "full", options: FlowOptions = {}, own = model) =>
    how(own, data, { structure, tolerance: 1e-14, exact: true, ...options });

  test("fit", async () => {
    const [arrow, full] = [await run(fit, "arrow"), await run(fit, "full")];
    expect(arrow.plan.blocks.map((b) => b.structure)).toContain("arrow");
    close(arrow, full, 1e-9);
  });

  test("fit by the observed information, on js", async () => {
    // of known scale and with tails, where what is observed is not what was expected
    const text = models[name]
      .replace(/^param sigma.*\n/m, "")
      .replace(/Normal\((a .*), sigma\)/, "StudentT(5, $1, 0.7)");
    const options = { information: "observed", backend: "js" } as const;
    close(await run(fit, "arrow", options, compile(text)), await run(fit, "full", options, compile(text)), 1e-9);
  });

  test("stream", async () => {
    const options = { batch: 256, warmup: 200 };
    close(await run(stream, "arrow", options), await run(stream, "full", options), 1e-9);
  });
});
