// Laws of a flow: a linear-Gaussian stream is the conjugate posterior in any batching; a fit does not depend on the order
// of rows, the size of batches or the backend; a state comes back as it was; a stream resumed is a stream never stopped.

import fc from "fast-check";
import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it, test } from "vitest";
import { compile, fit, loadState, type Summary, stream, summaryOf } from "../../src/index.ts";
import { decodeState, encodeState } from "../../src/runtime/index.ts";

type Columns = Record<string, number[]>;

/** Numbers in (0, 1) from a small generator. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function table(rows: number, seed: number): Columns {
  const uniform = generator(seed);
  const columns: Columns = { x1: [], x2: [], y: [], c: [], b: [] };
  for (let r = 0; r < rows; r++) {
    const [x1, x2] = [normal(uniform), 3 + 2 * normal(uniform)];
    const eta = 0.4 + 0.7 * x1 - 0.2 * x2;
    columns.x1.push(x1);
    columns.x2.push(x2);
    columns.y.push(eta + 0.5 * normal(uniform));
    columns.c.push(Math.floor(-Math.log(uniform()) * Math.exp(eta)));
    columns.b.push(uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0);
  }
  return columns;
}

const header = `data x1 : real
data x2 : real
param a  : real ~ Normal(0, 10)
param b1 : real ~ Normal(0, 2)
param b2 : real ~ Normal(0, 2)
let eta = a + b1 * x1 + b2 * x2
`;

const linear = compile(`${header}data y : real\ny ~ Normal(eta, 0.5)\n`);

const models = {
  linear: compile(`${header}data y : real\nparam s : positive ~ HalfNormal(2)\ny ~ Normal(eta, s)\n`),
  counts: compile(`${header}data c : count\nc ~ Poisson(log: eta)\n`),
  binary: compile(`${header}data b : binary\nb ~ Bernoulli(logit: eta)\n`),
  dispersed: compile(
    `${header}data c : count\nparam k : positive ~ Gamma(2, 1)\nc ~ NegativeBinomial(log: eta, size: k)\n`,
  ),
};

/** Mean and covariance of the conjugate posterior, by dense algebra. */
function posterior(columns: Columns): { mean: number[]; sd: number[] } {
  const x = new Matrix(columns.y.map((_, r) => [1, columns.x1[r], columns.x2[r]]));
  const precision = Matrix.diag([1 / 100, 1 / 4, 1 / 4]).add(x.transpose().mmul(x).div(0.25));
  const covariance = inverse(precision);
  const mean = covariance.mmul(x.transpose()).mmul(Matrix.columnVector(columns.y)).div(0.25).to1DArray();
  return { mean, sd: covariance.diagonal().map(Math.sqrt) };
}

const figures = (summary: Summary): number[] => summary.parameters.flatMap((p) => [p.estimate, p.se, p.lower, p.upper]);

function expectClose(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(wanted.length);
  for (const [k, value] of wanted.entries())
    expect(Math.abs(found[k] - value), `figure ${k}: ${found[k]} for ${value}`).toBeLessThanOrEqual(
      tolerance * Math.max(1e-3, Math.abs(value)),
    );
}

const part = (columns: Columns, from: number, to: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(from, to)]));

async function saved(model: typeof linear, columns: Columns, options: object): Promise<Uint8Array> {
  let state: Uint8Array | null = null;
  await stream(model, columns, {
    ...options,
    onState: (bytes) => {
      state = bytes;
    },
  });
  if (state === null) throw new Error("no state was saved");
  return state;
}

describe("a linear-Gaussian stream", () => {
  it("equals the conjugate posterior to 1e-10, in any batching and however often it is stopped", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 5, max: 400 }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        async (seed, rows, batch, warmup, share) => {
          const columns = table(rows, seed);
          const { mean, sd } = posterior(columns);
          const options = { batch, warmup, exact: true };
          const whole = await stream(linear, columns, options);
          expectClose(
            whole.parameters.map((p) => p.estimate),
            mean,
            1e-10,
          );
          expectClose(
            whole.parameters.map((p) => p.se),
            sd,
            1e-10,
          );
          const stop = Math.max(1, Math.floor(share * rows));
          const state = await saved(linear, part(columns, 0, stop), options);
          const rest = await stream(linear, part(columns, stop, rows), { ...options, resume: state });
          expect(rest.rows).toBe(rows);
          expectClose(
            rest.parameters.map((p) => p.estimate),
            mean,
            1e-10,
          );
          expectClose(
            rest.parameters.map((p) => p.se),
            sd,
            1e-10,
          );
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  }, 60_000);
});

describe.each(Object.entries(models))("a fit of the model %s", (_, model) => {
  const columns = table(700, 5);
  it("depends on neither the order of rows, nor the batch, nor the backend", async () => {
    const wanted = figures(await fit(model, columns));
    const uniform = generator(99);
    const order = columns.y.map((__, r) => ({ r, key: uniform() })).sort((p, q) => p.key - q.key);
    const shuffled = Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, order.map(({ r }) => values[r])]),
    );
    expectClose(figures(await fit(model, shuffled)), wanted, 1e-8);
    for (const batch of [1, 7, 1024]) expectClose(figures(await fit(model, columns, { batch })), wanted, 1e-8);
    for (const backend of ["js", "interpret"] as const)
      expectClose(figures(await fit(model, columns, { backend })), wanted, 1e-8);
    expectClose(figures(await fit(model, columns, { exact: true })), wanted, 1e-8);
  });

  it("is near what one pass of a stream finds", async () => {
    const long = table(6000, 8);
    const [whole, once] = [await fit(model, long), await stream(model, long)];
    for (const [k, p] of whole.parameters.entries()) {
      const found = once.parameters[k];
      expect(Math.abs(found.estimate - p.estimate), p.name).toBeLessThan(0.2 * p.se);
      expect(Math.abs(found.se / p.se - 1), p.name).toBeLessThan(0.05);
    }
  });

  it("is a state that comes back as it was", async () => {
    let state = new Uint8Array();
    const summary = await fit(model, columns, {
      onState: (bytes) => {
        state = Uint8Array.from(bytes);
      },
    });
    const shown = summaryOf(loadState(state));
    expect(figures(shown)).toEqual(figures(summary));
    expect([shown.rows, shown.logLikelihood, shown.mode]).toEqual([summary.rows, summary.logLikelihood, summary.mode]);
  });
});

test("the same model in other coordinates gives the same answers, mapped", async () => {
  const columns = table(300, 21);
  const scale = await fit(models.linear, columns);
  const logged = await fit(
    compile(
      `${header.replace("data x1", "data y : real\nparam l : real\nfactor -0.125 * exp(2 * l)\ndata x1")}y ~ Normal(eta, exp(l))\n`,
    ),
    columns,
  );
  const of = (summary: Summary, name: string) => summary.parameters.filter((p) => p.name === name)[0];
  for (const name of ["a", "b1", "b2"]) expectClose([of(logged, name).estimate], [of(scale, name).estimate], 1e-8);
  expectClose([Math.exp(of(logged, "l").estimate)], [of(scale, "s").estimate], 1e-8);
});

describe("a state file that was tampered with is refused", () => {
  it("any byte changed, cut short, or something else", async () => {
    const state = await saved(linear, table(40, 3), {});
    for (let at = 0; at < state.length; at += 13) {
      const altered = Uint8Array.from(state);
      altered[at] ^= 0x21;
      expect(() => loadState(altered), `byte ${at}`).toThrow(/FF531/);
    }
    for (const length of [0, 7, 9, 100, state.length - 1])
      expect(() => loadState(state.subarray(0, length))).toThrow(/FF531/);
    const hostile = new Uint8Array(16);
    new DataView(hostile.buffer).setBigUint64(0, 2n ** 62n, true);
    expect(() => loadState(hostile)).toThrow(/FF531/);
  });

  it("numbers that are none, whatever its checksum", async () => {
    const state = await saved(linear, table(40, 3), {});
    const decoded = decodeState(state, "it.ffs");
    if (decoded.kind === "failure") throw new Error("a state was expected");
    for (const name of ["phi", "gradient", "memory", "progress"])
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const broken = Float64Array.from(decoded.state.tensors.get(name) ?? []);
        broken[1] = value;
        const tensors = new Map(decoded.state.tensors).set(name, broken);
        const state = encodeState({ ...decoded.state, tensors });
        expect(() => loadState(state)).toThrow(new RegExp(`FF531.*number 2 of its tensor ${name} is ${value}`));
      }
  });
});
