// One size of the scale bench in a process of its own, so that its peak memory is its own too. Rows are made as
// they are asked for, so that no memory is spent on keeping them.

import { compile, fit, type RowSource, type Rows, type Summary, stream } from "../../src/index.ts";
import { draws } from "../random.ts";
import { serve, timed } from "./serve.ts";
import { settings, threading, unobserved } from "./settings.ts";

const [kind, sizeText, rowsText, threads] = process.argv.slice(2);
const size = Number(sizeText);
const rows = Number(rowsText);

const numeric = `
  data x : real[p] from "x*"
  data y : binary
  param base : real
  param w : real[p]
  y ~ Bernoulli(logit: base + w @ x)
`;
const levels = `
  data site : category
  data y : count
  param base : real ~ Normal(0, 1)
  param effect : real[site] ~ Normal(0, 1)
  y ~ Poisson(log: base + effect[site])
`;

/** 4,096 rows of numeric predictors, drawn once and handed out again and again. */
function repeated(predictors: number): { readonly columns: Record<string, Float64Array>; readonly source: RowSource } {
  const { normal, uniform } = draws(20260806);
  const length = 4096;
  const columns: Record<string, Float64Array> = {};
  const eta = new Float64Array(length);
  for (let k = 1; k <= predictors; k++) {
    const column = Float64Array.from({ length }, () => normal());
    const effect = (uniform() - 0.5) / Math.sqrt(predictors / 10);
    column.forEach((v, i) => {
      eta[i] += effect * v;
    });
    columns[`x${k}`] = column;
  }
  columns.y = eta.map((v) => (uniform() < 1 / (1 + Math.exp(-v)) ? 1 : 0));
  const source: RowSource = {
    label: "simulated rows",
    columns: Object.keys(columns),
    rowCount: rows,
    repeatable: true,
    constants: new Map(),
    async *read(names, most) {
      const step = Math.min(most, length);
      for (let first = 0; first < rows; first += step) {
        const count = Math.min(step, rows - first);
        const at = first % length;
        const from = at + count <= length ? at : 0;
        const part = names.map((name) => {
          const values = columns[name].subarray(from, from + count);
          return [name, { kind: "number", values, missing: null }] as const;
        });
        yield { rows: count, firstRow: first + 1, columns: new Map(part) };
      }
    },
    async close() {},
  };
  return { columns, source };
}

function sited(): Rows {
  const { uniform } = draws(20260807);
  const site = Array.from({ length: rows }, (_, i) => `s${i % size}`);
  const y = Float64Array.from({ length: rows }, () => Math.floor(3 * uniform()));
  return { site, y };
}

/** The given rows as columns in memory. */
function whole(columns: Record<string, Float64Array>): Rows {
  return Object.fromEntries(
    Object.entries(columns).map(([name, own]) => [
      name,
      Float64Array.from({ length: rows }, (_, i) => own[i % own.length]),
    ]),
  );
}

const model = compile(kind === "levels" ? levels : numeric);
const made = kind === "levels" ? null : repeated(size);
const data = made === null ? sited() : kind === "threads" ? whole(made.columns) : made.source;
const now = (): number => performance.now();
const threaded = kind === "threads" ? threading(Number(threads)) : {};

await serve(async () => {
  const options = {
    ...settings(),
    ...unobserved,
    now,
    structure: "full",
    ...threaded,
  } as const;
  const work = kind === "threads" ? fit : stream;
  const { value } = await timed<Summary>(() => work(model, data, options));
  const { timing, plan } = value;
  return {
    ms: timing.updateMs,
    rows,
    figures: {
      "plan: flops a row": plan.flopsPerRow,
      "plan: bytes": plan.bytes,
      flops: plan.flopsPerRow * rows,
      "peak memory, MiB": process.resourceUsage().maxRSS / 1024,
    },
  };
});
