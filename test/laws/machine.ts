// A compiled model on numbers: its text through the whole pipeline to an artefact, and the same derivatives read off the
// bound graph row by row with the evaluator, which knows nothing of lowering, structures or targets.

import { type Built, build, compileSource } from "../../src/compile.ts";
import type { Backend } from "../../src/emit/index.ts";
import {
  type ByParameter,
  evaluator,
  type FactorGroup,
  known,
  type LeafValue,
  type NodeId,
  type ProcedureName,
  type StateName,
  scalar,
} from "../../src/ir/index.ts";
import { structureOf } from "../../src/structures/index.ts";

/** Columns by data name, element k of a vector at values[k * rows + row]. */
export interface Rows {
  readonly rows: number;
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

export interface Settings {
  readonly backend?: Backend;
  readonly structure?: "full" | "diagonal";
  readonly information?: "expected" | "empirical" | "observed" | "sampled";
  /** Of sampled information. */
  readonly draws?: number;
  readonly target?: "likelihood" | "posterior";
  /** Rows a batch may have. */
  readonly capacity?: number;
}

/** An artefact with what tests ask of it. */
export interface Machine {
  readonly built: Built;
  readonly size: number;
  readonly state: (name: StateName) => Float64Array;
  readonly run: (name: ProcedureName, rows?: number) => void;
  readonly load: (rows: Rows) => void;
  /** Sets φ and adds up a pass over the rows: log-likelihood, score, information. */
  readonly pass: (procedure: "evaluate" | "accumulate" | "observe", phi: readonly number[], rows: Rows) => Sums;
  /** A region kept in the plan's structures as a dense symmetric matrix. */
  readonly dense: (which: "information" | "memory") => number[][];
}

export interface Sums {
  readonly logLikelihood: number;
  readonly score: readonly number[];
  readonly information: number[][];
}

/** Compiles a text that must be right, and builds it. */
export function machine(text: string, dims: Readonly<Record<string, number>> = {}, settings: Settings = {}): Machine {
  const { compiled, diagnostics } = compileSource(text);
  if (compiled === null) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  const options = {
    structure: [{ kind: settings.structure ?? "full", parameters: null }],
    draws: settings.draws ?? 1,
    precision: "double",
    information: settings.information ?? "expected",
    target: settings.target ?? "likelihood",
    backend: settings.backend ?? "interpret",
    exact: false,
    budget: {},
    batchRows: settings.capacity ?? 64,
  } as const;
  const { built } = build(compiled, { dims: new Map(Object.entries(dims)) }, options);
  if (built === null) throw new Error("no plan fits");
  const { artefact, step } = built;
  const { layout, size } = step;
  const state = (name: StateName): Float64Array => {
    const { offset, length } = layout.state[name];
    return artefact.memory.subarray(offset, offset + length);
  };
  const load = ({ rows, columns }: Rows): void => {
    for (const [name, { offset, length }] of layout.columns) {
      const values = columns[name];
      for (let k = 0; k < length / layout.capacity; k++)
        for (let row = 0; row < rows; row++)
          artefact.memory[offset + k * layout.capacity + row] = values[k * rows + row];
    }
  };
  const dense = (which: "information" | "memory"): number[][] => {
    const whole = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    for (const block of step.blocks) {
      const { offset, length } = block[which];
      const own = step.parameters.filter((p) => block.parameters.includes(p.name));
      const values = structureOf(block.form).toDense(artefact.memory.slice(offset, offset + length), {
        ...block,
        parameters: own,
      });
      for (let i = 0; i < block.size; i++)
        for (let j = 0; j < block.size; j++) whole[block.first + i][block.first + j] = values[i * block.size + j];
    }
    return whole;
  };
  const run = (name: ProcedureName, rows = 0): void => artefact.run(name, rows);
  return {
    built,
    size,
    state,
    run,
    load,
    dense,
    pass: (procedure, phi, rows) => {
      for (const name of ["logLikelihood", "score", "information"] as const) state(name).fill(0);
      state("phi").set(phi);
      load(rows);
      run(procedure, rows.rows);
      return {
        logLikelihood: state("logLikelihood")[0],
        score: [...state("score")],
        information: dense("information"),
      };
    },
  };
}

/** The same sums from the bound graph, a row at a time. */
export function oracle({ built }: Machine, kind: "expected" | "empirical", phi: readonly number[], rows: Rows): Sums {
  const { graph, row } = built.bound;
  const { parameters, size } = built.step;
  const place = new Map(parameters.map((p) => [p.name, p]));
  const vector = (nodes: ByParameter): { roots: NodeId[]; names: string[] } => ({
    roots: [...nodes.values()],
    names: [...nodes.keys()],
  });
  const spread = (names: readonly string[], values: readonly { readonly values: readonly number[] }[]): number[] => {
    const result = new Array<number>(size).fill(0);
    for (const [k, name] of names.entries())
      for (const [i, x] of values[k].values.entries()) result[place.get(name)!.first + i] += x;
    return result;
  };
  const at =
    (r: number, lane: number): LeafValue =>
    ({ op, shape, attributes: { name = "" } }) => {
      if (op === "lane") return scalar(lane);
      const length = shape.reduce<number>((n, d) => n * known(d), 1);
      const sizes = shape.map(known);
      if (op === "param") return { shape: sizes, values: phi.slice(place.get(name)!.first).slice(0, length) };
      return { shape: sizes, values: Array.from({ length }, (_, k) => rows.columns[name][k * rows.rows + r]) };
    };
  const gradient = vector(row.gradient);
  const scores = evaluator(graph, [row.value, ...gradient.roots]);
  const factors = row.factors[kind].map((group: FactorGroup) => {
    const parts = vector(group.parts);
    return { lanes: group.lanes, names: parts.names, run: evaluator(graph, [group.weight, ...parts.roots]) };
  });
  const information = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  let logLikelihood = 0;
  const score = new Array<number>(size).fill(0);
  for (let r = 0; r < rows.rows; r++) {
    const [value, ...slopes] = scores(at(r, 0));
    logLikelihood += value.values[0];
    for (const [i, s] of spread(gradient.names, slopes).entries()) score[i] += s;
    for (const { lanes, names, run } of factors)
      for (let lane = 0; lane < (lanes === null ? 1 : known(lanes)); lane++) {
        const [weight, ...parts] = run(at(r, lane));
        const z = spread(names, parts);
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++) information[i][j] += weight.values[0] * z[i] * z[j];
      }
  }
  return { logLikelihood, score, information };
}
