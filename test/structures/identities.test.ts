// What is known under other names: the second moment of RMSprop and Adam, stochastic gradient descent, the natural
// gradient, elastic weight consolidation. Each written out here for a logistic regression, in a few lines that know nothing
// of structures. (K-FAC's factors: kronecker-models.test.ts.)

import { Matrix, solve } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/index.ts";
import { type Batch, random } from "../../src/ir/index.ts";
import { Flow } from "../../src/runtime/index.ts";
import { bindData } from "../../src/session/bind.ts";
import { construct } from "../../src/session/construct.ts";
import { resolve } from "../../src/session/options.ts";
import { startOf } from "../../src/session/program.ts";
import { objectSource } from "../../src/sources/index.ts";

const model = compile('data x : real[3] from "x*"\ndata y : binary\nparam b : real[3]\ny ~ Bernoulli(logit: b @ x)\n');
const { normal, uniform } = random(3, "identities");
const rows = 400;
const xs = Array.from({ length: rows }, () => [1, normal(), 2 * normal()]);
const truth = [0.3, -1, 0.5];
const sigmoid = (eta: number): number => 1 / (1 + Math.exp(-eta));
const dot = (a: readonly number[], b: ArrayLike<number>): number => a.reduce((s, v, i) => s + v * b[i], 0);
const ys = xs.map((x) => (uniform() < sigmoid(dot(x, truth)) ? 1 : 0));

const batchOf = (from: number, count: number): Batch => ({
  rows: count,
  firstRow: from + 1,
  columns: new Map([
    ["x", Float64Array.from({ length: 3 * count }, (_, i) => xs[from + (i % count)][Math.floor(i / count)])],
    ["y", Float64Array.from(ys.slice(from, from + count))],
  ]),
});

/** A flow of the model, with a view of its memory. */
async function start(options: object): Promise<{ flow: Flow; memory: () => Float64Array }> {
  const settings = resolve(model.settings, { mode: "stream", ...options } as never);
  const columns = { ...Object.fromEntries([0, 1, 2].map((k) => [`x${k}`, xs.map((x) => x[k])])), y: ys };
  const opened = objectSource("rows", columns);
  if (opened.kind === "failure") throw new Error("no source");
  const { data } = await bindData(model.compiled.density, opened.source);
  if (data === null) throw new Error("no data");
  const { program } = construct(model.compiled, data, settings);
  const { offset, length } = program.artefact.step.layout.state.memory;
  const { memory } = program.artefact;
  return { flow: new Flow(program, startOf(program)), memory: () => memory.subarray(offset, offset + length) };
}

/** Score of a row at φ. */
const scoreOf = (i: number, phi: ArrayLike<number>): number[] => {
  const residual = ys[i] - sigmoid(dot(xs[i], phi));
  return xs[i].map((x) => residual * x);
};

function close(found: ArrayLike<number>, wanted: readonly number[], most: number): void {
  for (const [k, w] of wanted.entries()) expect(Math.abs(found[k] - w), `number ${k}`).toBeLessThan(most * Math.abs(w));
}

describe("forgotten exponentially, the diagonal empirical information", () => {
  it.each([0.9, 0.99, 0.999])("is the second moment of RMSprop and Adam, β₂ = %d", async (beta) => {
    const { flow, memory } = await start({
      information: "empirical",
      structure: "diagonal",
      forget: { kind: "rate", rate: beta },
      rate: { kind: "constant", start: 0.01 },
      batch: 1,
    });
    // Adam (Kingma and Ba 2015), its lines for v
    let v = [0, 0, 0];
    let power = 1;
    let weight = 0;
    for (let t = 0; t < rows; t++) {
      const gradient = scoreOf(t, flow.phi);
      v = v.map((x, j) => beta * x + (1 - beta) * gradient[j] ** 2);
      power *= beta;
      weight = beta * weight + 1;
      flow.update(batchOf(t, 1));
      close(
        memory().map((x) => (1 - beta) * x),
        v,
        1e-12,
      );
      // its bias correction is to divide by the rows in memory
      close(
        memory().map((x) => x / weight),
        v.map((x) => x / (1 - power)),
        1e-11,
      );
    }
  });
});

describe("a step", () => {
  const rate = 0.05;
  const size = 20;
  const plain = { rate: { kind: "constant", start: rate }, batch: size } as const;

  it("with scalar information is one of stochastic gradient descent, its rate learnt", async () => {
    const { flow } = await start({ ...plain, structure: "scalar", information: "empirical" });
    const phi = [0, 0, 0];
    let [squares, seen] = [0, 0];
    for (let from = 0; from < rows; from += size) {
      const scores = Array.from({ length: size }, (_, i) => scoreOf(from + i, phi));
      for (const s of scores) squares += dot(s, s) / 3;
      seen += size;
      const gradient = [0, 1, 2].map((j) => scores.reduce((sum, s) => sum + s[j], 0) / size);
      const learning = rate / (squares / seen);
      for (const j of [0, 1, 2]) phi[j] += learning * gradient[j];
      flow.update(batchOf(from, size));
      close(flow.phi, phi, 1e-11);
    }
  });

  it("with full information is the natural gradient", async () => {
    const { flow } = await start({ ...plain, structure: "full" });
    let phi = [0, 0, 0];
    let [fisher, seen] = [Matrix.zeros(3, 3), 0];
    for (let from = 0; from < rows; from += size) {
      const gradient = [0, 0, 0];
      for (let i = from; i < from + size; i++) {
        const p = sigmoid(dot(xs[i], phi));
        const x = Matrix.columnVector(xs[i]);
        fisher = Matrix.add(fisher, x.mmul(x.transpose()).mul(p * (1 - p)));
        for (const [j, s] of scoreOf(i, phi).entries()) gradient[j] += s / size;
      }
      seen += size;
      const natural = solve(Matrix.div(fisher, seen), Matrix.columnVector(gradient)).to1DArray();
      phi = phi.map((x, j) => x + rate * natural[j]);
      flow.update(batchOf(from, size));
      close(flow.phi, phi, 1e-11);
    }
  });
});

describe("what a second task adds to the memory of a first", () => {
  it.each([
    "diagonal",
    "full",
  ] as const)("is elastic weight consolidation with its %s Fisher information", async (kind) => {
    const [first, second] = [250, 150];
    const { flow } = await start({ structure: kind, warmup: first, batch: second, inner: 500, tolerance: 1e-15 });
    flow.update(batchOf(0, first), first);
    const centre = [...flow.phi];
    // Fisher information of the first task at its maximum
    const fisher = Matrix.zeros(3, 3);
    const slope = [0, 0, 0];
    for (let i = 0; i < first; i++) {
      const p = sigmoid(dot(xs[i], centre));
      const x = Matrix.columnVector(xs[i]);
      fisher.add(x.mmul(x.transpose()).mul(p * (1 - p)));
      for (const [j, s] of scoreOf(i, centre).entries()) slope[j] += s;
    }
    for (const s of slope) expect(Math.abs(s)).toBeLessThan(1e-8);
    const penalty = kind === "full" ? fisher : Matrix.diag(fisher.diagonal());
    flow.update(batchOf(first, second), second);
    flow.finish();
    // maximise log-likelihood of the second − ½ (φ − φ₁)ᵀ F₁ (φ − φ₁), by Newton's method
    let phi = [...centre];
    for (let step = 0; step < 30; step++) {
      const hessian = penalty.clone();
      const away = Matrix.columnVector(phi.map((x, j) => x - centre[j]));
      const gradient = penalty.mmul(away).mul(-1);
      for (let i = first; i < first + second; i++) {
        const p = sigmoid(dot(xs[i], phi));
        const x = Matrix.columnVector(xs[i]);
        hessian.add(x.mmul(x.transpose()).mul(p * (1 - p)));
        gradient.add(Matrix.columnVector(scoreOf(i, phi)));
      }
      const delta = solve(hessian, gradient).to1DArray();
      phi = phi.map((x, j) => x + delta[j]);
    }
    close(flow.phi, phi, 1e-8);
    expect(Math.abs(flow.phi[1] / centre[1] - 1)).toBeGreaterThan(1e-3);
  });
});
