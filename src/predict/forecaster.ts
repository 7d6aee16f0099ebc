// One-step-ahead distributions beside a running flow: where the responses of some rows of the next batch lie in what the
// flow foretold before it saw them.

import type { Compiled } from "../compile.ts";
import type { Batch } from "../ir/index.ts";
import type { Program } from "../runtime/index.ts";
import { densest, posteriorOf } from "./posterior.ts";
import { type ForetoldStatement, type Predictor, predictor } from "./predictor.ts";

/** Of one statement; elements × rows values, element after element; NaN where there is no response to place. */
export interface Transforms {
  /** P(Y < y), the limit from the left. */
  readonly below: Float64Array;
  /** P(Y ≤ y); the same as `below` of a continuous response. */
  readonly at: Float64Array;
  /** Log of the predictive density or probability of the response; computed when it is looked at. */
  readonly logDensity: Float64Array;
}

/** The same of a few rows. */
interface Part extends Omit<Transforms, "logDensity"> {
  readonly density: () => Float64Array;
}

export interface Forecaster {
  readonly statements: readonly ForetoldStatement[];
  /** Takes φ and the covariance of a flow as they are now, and leaves the flow as it was. */
  readonly refresh: (flow: { readonly program: Program; readonly phi: Float64Array }) => void;
  /** Places the responses of some rows of a batch, by their positions from 0; one entry a statement. */
  readonly transforms: (batch: Batch, rows: readonly number[]) => readonly Transforms[];
}

/** Builds what places the responses of rows in linearised predictive distributions; call `refresh` before the first rows. */
export function forecaster(compiled: Compiled, program: Program): Forecaster {
  const { backend, exact, interval, seed } = program.options;
  const { parameters, size } = program.artefact.step;
  const nothing = new Float64Array(size);
  const unknown = {
    parameters,
    phi: nothing,
    dense: posteriorShape(size),
    withInverse: (): never => {
      throw new Error("a forecaster was asked before it was refreshed");
    },
  };
  const options = { predictive: "linearised", draws: 0, seed, interval, backend, exact } as const;
  const foretell: Predictor = predictor(compiled, program.bindings, unknown, options);
  return {
    statements: foretell.statements,
    refresh(flow) {
      foretell.renew(posteriorOf(flow.program, flow.phi));
    },
    transforms(batch, rows) {
      const parts: (readonly Part[])[] = [];
      for (let from = 0; from < rows.length; from += foretell.capacity)
        parts.push(placed(foretell, picked(batch, rows.slice(from, from + foretell.capacity))));
      return foretell.statements.map(({ elements }, k) => joined(parts, k, elements, rows.length));
    },
  };
}

/** Stands for a covariance that is not known yet. */
function posteriorShape(size: number): Float64Array | null {
  return size > densest ? null : new Float64Array(size * size);
}

function placed(foretell: Predictor, batch: Batch): readonly Part[] {
  const observed = foretell.responses(batch);
  return foretell.predict(batch).map(({ predictive, applies }, k): Part => {
    const { response, present } = observed[k] as (typeof observed)[number];
    const away = (c: number): boolean =>
      applies?.[c] === 0 || present?.[c] === 0 || Number.isNaN(response[c] as number);
    const place = predictive.place(response);
    const clear = (values: Float64Array): Float64Array => values.map((x, c) => (away(c) ? Number.NaN : x));
    return {
      below: clear(place.below),
      at: clear(place.at),
      density: () => clear(predictive.logDensity(response)),
    };
  });
}

/** Rows of a batch by their positions. */
function picked(batch: Batch, rows: readonly number[]): Batch {
  const columns = new Map<string, Float64Array>();
  for (const [name, values] of batch.columns) {
    const width = Math.round(values.length / batch.rows);
    const own = new Float64Array(width * rows.length);
    for (let k = 0; k < width; k++)
      for (const [to, from] of rows.entries()) own[k * rows.length + to] = values[k * batch.rows + from] as number;
    columns.set(name, own);
  }
  return { rows: rows.length, firstRow: batch.firstRow, columns };
}

/** The parts of one statement as one list, still element after element. */
function joined(parts: readonly (readonly Part[])[], k: number, elements: number, rows: number): Transforms {
  const join = (of: (t: Part) => Float64Array): Float64Array => {
    const all = new Float64Array(elements * rows);
    let row = 0;
    for (const part of parts) {
      const own = of(part[k] as Part);
      const count = own.length / elements;
      for (let e = 0; e < elements; e++) all.set(own.subarray(e * count, (e + 1) * count), e * rows + row);
      row += count;
    }
    return all;
  };
  let density: Float64Array | null = null;
  return {
    below: join((t) => t.below),
    at: join((t) => t.at),
    get logDensity() {
      density ??= join((t) => t.density());
      return density;
    },
  };
}
