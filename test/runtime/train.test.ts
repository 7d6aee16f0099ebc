// The plain flow: one step a batch. Of itself it is recursive least squares where the model is linear-Gaussian; with a
// rate and several passes it trains networks.

import { Matrix, solve } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { compile, type RunOptions, stream } from "../../src/index.ts";
import { random } from "../../src/ir/index.ts";

const draw = random(5, "train");

describe("without a rate", () => {
  const rows = 300;
  const x = Float64Array.from({ length: rows }, draw.normal);
  const y = x.map((v) => 2 - v + 0.4 * draw.normal());
  const model = compile(
    "data x : real\ndata y : real\nparam a : real ~ Normal(1, 2)\nparam b : real ~ Normal(-0.5, 3)\ny ~ Normal(a + b * x, 0.4)\n",
  );

  it.each(["wasm", "js", "interpret"] as const)("it is the conjugate posterior, on %s", async (backend) => {
    const { parameters } = await stream(model, { x, y }, { backend, lineSearch: false, batch: 7 });
    const design = new Matrix([...x].map((v) => [1, v]));
    const precision = design
      .transpose()
      .mmul(design)
      .div(0.16)
      .add(Matrix.diag([1 / 4, 1 / 9]));
    const score = design
      .transpose()
      .mmul(Matrix.columnVector([...y]))
      .div(0.16);
    score.add(Matrix.columnVector([1 / 4, -0.5 / 9]));
    const mean = solve(precision, score).to1DArray();
    const covariance = solve(precision, Matrix.eye(2));
    for (const [k, p] of parameters.entries()) {
      expect(Math.abs(p.estimate / mean[k] - 1)).toBeLessThan(1e-9);
      expect(Math.abs(p.se / Math.sqrt(covariance.get(k, k)) - 1)).toBeLessThan(1e-9);
    }
  });
});

describe("a network", () => {
  const rows = 600;
  const a = Float64Array.from({ length: rows }, () => 2 * draw.uniform() - 1);
  const b = Float64Array.from({ length: rows }, () => 2 * draw.uniform() - 1);
  // a ring around the middle, which no line divides
  const kind = Array.from({ length: rows }, (_, i) => (a[i] ** 2 + b[i] ** 2 < 0.45 ? "inside" : "outside"));
  const model = compile(`
    use nn
    data x : real[2] from [a, b]
    data kind : category
    let scores = Dense(kind)(tanh(Dense(12)(x)))
    kind ~ Categorical(logits: scores)
    flow {
      mode stream
      rate 0.5 cosine
      passes 12
      batch 50
      damping 0.01
      forget half_life 1_000 rows
    }
  `);
  const trained = async (options: RunOptions = {}): Promise<{ last: number; estimates: number[] }> => {
    let last = Number.NaN;
    const onProgress = ({ logLikelihood, rows: done }: { logLikelihood: number | null; rows: number }): void => {
      if (done === rows && logLikelihood !== null) last = logLikelihood / rows;
    };
    const { parameters } = await stream(model, { a, b, kind }, { ...options, onProgress });
    return { last, estimates: parameters.map((p) => p.estimate) };
  };

  it.each([
    { structure: "kronecker", information: "sampled" },
    { structure: "kronecker" },
    { structure: "full" },
    { structure: "diagonal", information: "empirical" },
    { structure: "lowrank" },
  ] as const)("learns with $structure $information information", async (options) => {
    const { last } = await trained(options as RunOptions);
    expect(last).toBeGreaterThan(options.structure === "diagonal" || options.structure === "lowrank" ? -0.45 : -0.2);
  });

  it("follows from the seed alone", async () => {
    const [one, again, other] = [await trained({ seed: 4 }), await trained({ seed: 4 }), await trained({ seed: 5 })];
    expect(again.estimates).toEqual(one.estimates);
    expect(other.estimates).not.toEqual(one.estimates);
  });

  it("adapts its damping, and carries steps on", async () => {
    expect((await trained({ structure: "kronecker", damping: "adaptive" })).last).toBeGreaterThan(-0.2);
    const momentum = { structure: "kronecker", momentum: 0.5, rate: { kind: "cosine", start: 0.25 } } as const;
    expect((await trained(momentum)).last).toBeGreaterThan(-0.25);
  });

  it("standard errors are those of what was kept, finite and positive", async () => {
    const { parameters } = await stream(model, { a, b, kind }, { structure: "kronecker" });
    expect(parameters.every((p) => p.se > 0 && Number.isFinite(p.se))).toBe(true);
  });
});
