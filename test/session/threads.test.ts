// A fit shared among threads: the same answer, and the same bytes for the same number of them.

import { afterAll, expect, test } from "vitest";
import { threads as startThreads } from "../../src/cli/threads.ts";
import { compile, fit, type MemberOrders, type Summary } from "../../src/index.ts";

const model = compile(`data g : category
data x : real
data n : count
param a : real
param b : real
param effect : real[g] ~ Normal(0, 1)
n ~ Poisson(log: a + b * standardize(x) + effect[g])
`);

function rows(count: number): Record<string, (number | string)[]> {
  let state = 11;
  const uniform = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const columns: Record<string, (number | string)[]> = { g: [], x: [], n: [] };
  for (let r = 0; r < count; r++) {
    const [level, x] = [Math.floor(5 * uniform()), 10 + 2 * uniform()];
    columns.g.push("abcde"[level]);
    columns.x.push(x);
    columns.n.push(Math.floor(uniform() * Math.exp(0.5 + 0.2 * level + 0.1 * x)));
  }
  return columns;
}

const data = rows(9000);
const pool = startThreads(3);
afterAll(() => pool.close());
let started = 0;

function fitted(threads: number): Promise<Summary> {
  const spawn = (orders: MemberOrders): void => {
    started += 1;
    pool.spawn(orders);
  };
  return fit(model, data, { threads, spawn, exact: true });
}

const figures = (summary: Summary): number[] => summary.parameters.flatMap((p) => [p.estimate, p.se]);

test("threads give the estimates of one, and the same bytes each time", async () => {
  const one = figures(await fitted(1));
  expect(started).toBe(0);
  const [three, again] = [figures(await fitted(3)), figures(await fitted(3))];
  expect(started).toBe(4);
  expect(again).toEqual(three);
  for (const [k, value] of one.entries())
    expect(Math.abs(three[k] - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
}, 30_000);

test("the same holds on the quick road, where passes without information go first", async () => {
  const features = 33;
  const wide = compile(`data x : real[${features}] from "x*"
data y : binary
param a : real
param w : real[${features}]
y ~ Bernoulli(logit: a + w @ x)
`);
  let state = 5;
  const uniform = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  const columns: Record<string, Float64Array> = {};
  const eta = new Float64Array(90_000);
  for (let k = 1; k <= features; k++) {
    const effect = uniform();
    columns[`x${k}`] = Float64Array.from(eta, () => uniform());
    for (const [i, value] of columns[`x${k}`].entries()) eta[i] += effect * value;
  }
  columns.y = eta.map((e) => (uniform() + 0.5 < 1 / (1 + Math.exp(-e)) ? 1 : 0));
  const one = figures(await fit(wide, columns, { exact: true }));
  const two = (): Promise<Summary> => fit(wide, columns, { threads: 2, spawn: pool.spawn, exact: true });
  const [first, second] = [figures(await two()), figures(await two())];
  expect(second).toEqual(first);
  for (const [k, value] of one.entries()) expect(Math.abs(first[k] - value)).toBeLessThan(1e-8 * Math.abs(value));
}, 30_000);
