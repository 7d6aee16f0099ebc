// Predictions of a model whose estimate and covariance are given: what the predict room does, without a fit before.

import { compileSource } from "../../src/compile.ts";
import { type Foretold, type PredictorOptions, predictor } from "../../src/predict/index.ts";

export interface Given {
  readonly phi?: readonly number[];
  /** Row-major. */
  readonly covariance?: readonly number[];
  readonly columns?: Readonly<Record<string, readonly number[]>>;
  readonly dims?: Readonly<Record<string, number>>;
  readonly levels?: Readonly<Record<string, readonly string[]>>;
  readonly rows?: number;
}

/** The predictive distributions of the model's first statement. */
export function foretold(model: string, given: Given, options: Partial<PredictorOptions> = {}): Foretold {
  const { phi = [], covariance = [], columns = {}, dims = {}, levels = {} } = given;
  const { compiled, diagnostics } = compileSource(model);
  if (compiled === null) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  const sizes = new Map(Object.entries(dims));
  let first = 0;
  const parameters = compiled.density.parameters.map(({ name, freeShape }) => {
    const own = freeShape.map((d) => (typeof d === "number" ? d : (sizes.get(d.name) ?? 0) + d.plus));
    const place = { name, first, size: own.reduce((n, d) => n * d, 1) };
    first += place.size;
    return place;
  });
  const dense = Float64Array.from(covariance.length > 0 ? covariance : new Float64Array(phi.length ** 2));
  const bindings = {
    dims: sizes,
    levels: new Map(Object.entries(levels)),
    labels: new Map(),
    learnt: new Map(),
    once: new Map(),
  };
  const root = choleskyOf(dense, phi.length);
  const posterior = {
    parameters,
    phi: Float64Array.from(phi),
    dense,
    withInverse: <T>(work: (inverse: { solve: typeof product; spread: typeof product }) => T): T => {
      const by = (matrix: Float64Array) => (v: Float64Array) =>
        Float64Array.from(phi, (_, i) => phi.reduce((sum, __, j) => sum + matrix[i * phi.length + j]! * v[j]!, 0));
      return work({ solve: by(dense), spread: by(root) });
    },
  };
  const foretell = predictor(compiled, bindings, posterior, {
    predictive: "linearised",
    draws: 200,
    seed: 1,
    interval: 0.95,
    backend: "wasm",
    exact: false,
    ...options,
  });
  const rows = given.rows ?? Object.values(columns)[0]?.length ?? 1;
  const batch = new Map(Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)]));
  return foretell.predict({ rows, firstRow: 1, columns: batch })[0]!;
}

declare const product: (v: Float64Array) => Float64Array;

export function choleskyOf(matrix: ArrayLike<number>, n: number): Float64Array {
  const root = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= root[i * n + k]! * root[j * n + k]!;
      root[i * n + j] = i === j ? Math.sqrt(sum) : sum / root[j * n + j]!;
    }
  return root;
}
