// The pipeline on one page:
//   SourceFile → Ast → Density → Derivatives → (bind to what the data fix) → Plan → Step → Artefact
// Every value but the last is plain data; `ffm compile --print` shows any of them.

import { derive, type Target } from "./autodiff/index.ts";
import { type Model as CheckedModel, check, type FlowOptions, flowOptions } from "./check/index.ts";
import { type Diagnostic, hasErrors, type SourceFile } from "./diagnostics/index.ts";
import { type Artefact, type Backend, emit, join, type SharedProgram, tally } from "./emit/index.ts";
import type { Bindings, DataRequest, Density, Derivatives, Dim, ParameterPlace, Plan, Step } from "./ir/index.ts";
import { type AtResponse, type Bound, bind, type Forward, forwardStep, lower, responseStep } from "./lower/index.ts";
import { type PlanOptions, plan, type Work } from "./planner/index.ts";
import { type Ast, parse } from "./syntax/index.ts";

/** Finds the files that a model uses among texts by path: how one that was compiled before is compiled again. */
export function among(used: Readonly<Record<string, string>>): (path: string) => SourceFile | null {
  return (path) => (path in used ? { path, text: used[path] as string } : null);
}

/** Times the stages of a compilation; the clock is the host's. */
export interface Timer {
  time<T>(stage: string, work: () => T): T;
}

const untimed: Timer = { time: (_, work) => work() };

export interface CompileOptions {
  /** Name of the file in messages; `model.ffm` where there is none. */
  readonly file?: string;
  /** Values for `const` items. */
  readonly set?: Readonly<Record<string, number>>;
  /** Reads the file that a `use` names, relative to the model's folder; null where there is none. */
  readonly resolve?: (path: string) => SourceFile | null;
  readonly timer?: Timer;
}

/** A checked model, before any data. */
export interface Compiled {
  readonly source: SourceFile;
  readonly ast: Ast;
  readonly model: CheckedModel;
  readonly density: Density;
  readonly settings: FlowOptions;
  readonly diagnostics: readonly Diagnostic[];
  /** Text of the files that `use` read, by path. */
  readonly used: Readonly<Record<string, string>>;
  /** Values that were set for constants. */
  readonly constants: Readonly<Record<string, number>>;
  readonly timer: Timer;
  /** Derivatives for a target, made once. */
  derivatives(target: Target): Derivatives;
  /** What was built last, by what was asked for. */
  readonly designs: { readonly updates: Map<string, Design>; readonly forwards: Map<string, ForwardDesign> };
}

/** Parses and checks a model; `compiled` is null where there are errors. Never throws on bad input. */
export function compileSource(
  text: string,
  options: CompileOptions = {},
): { readonly compiled: Compiled | null; readonly diagnostics: readonly Diagnostic[]; readonly source: SourceFile } {
  const source = { path: options.file ?? "model.ffm", text };
  const { timer = untimed } = options;
  const parsed = timer.time("parse", () => parse(source));
  const used: Record<string, string> = {};
  const resolve = (path: string): SourceFile | null => {
    const found = options.resolve?.(path) ?? null;
    if (found !== null) used[path] = found.text;
    return found;
  };
  const checked = timer.time("check", () =>
    check(parsed.ast, { ...options, resolve, incomplete: hasErrors(parsed.diagnostics) }),
  );
  const diagnostics = [...parsed.diagnostics, ...checked.diagnostics];
  const { density, model } = checked;
  if (density === null || model === null || hasErrors(diagnostics)) return { compiled: null, diagnostics, source };
  const settings = flowOptions(density.flow).options;
  const made = new Map<Target, Derivatives>();
  const derivatives = (target: Target): Derivatives => {
    const derived = made.get(target) ?? timer.time("derive", () => derive(density, target));
    made.set(target, derived);
    return derived;
  };
  const constants = options.set ?? {};
  const compiled = {
    source,
    ast: parsed.ast,
    model,
    density,
    settings,
    diagnostics,
    used,
    constants,
    timer,
    derivatives,
    designs: { updates: new Map<string, Design>(), forwards: new Map<string, ForwardDesign>() },
  };
  return { compiled, diagnostics, source };
}

/** How to build: the planner's choices, and the target to emit for. */
export interface BuildOptions extends Omit<PlanOptions, "columns" | "once" | "tally"> {
  readonly target: Target;
  readonly backend: Backend;
  readonly exact: boolean;
}

/** Everything from the derivatives to the running artefact, for one binding of the dimensions. */
export interface Built {
  readonly bound: Bound;
  readonly plan: Plan;
  /** Of a batch, from which the plan's times are computed. */
  readonly work: Work;
  readonly step: Step;
  readonly artefact: Artefact;
}

/** All of what is built but the memory it runs in. */
export interface Design extends Omit<Built, "artefact"> {
  /** The compiled program, which any number of artefacts may run; null on targets where each is made by itself. */
  readonly shared: SharedProgram | null;
}

/** Designs of a kind that a model keeps: a flow's, its witness's, those of sizes that come and go. */
const mostDesigns = 8;

/** What was asked for as a text that differs where wishes do. */
function keyOf(asked: readonly unknown[]): string {
  return JSON.stringify(asked, (_, value: unknown) => {
    if (value instanceof Map || value instanceof Set) return [...value];
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  });
}

/** Keeps a design in the place of the oldest. */
function keep<D>(designs: Map<string, D>, key: string, design: D): D {
  const [oldest] = designs.keys();
  if (oldest !== undefined && designs.size === mostDesigns) designs.delete(oldest);
  designs.set(key, design);
  return design;
}

/** A program in a memory of its own. */
function instance(step: Step, shared: SharedProgram | null, backend: Backend, exact: boolean): Artefact {
  return shared === null ? emit(step, backend, exact) : join(shared, step);
}

/**
 * Binds, plans, lowers and emits; `built` is null where no structure fits the budget. The same model, sizes and wishes
 * give the same design, which is made once; its artefact has a memory of its own each time.
 */
export function build(
  compiled: Compiled,
  bindings: Pick<Bindings, "dims">,
  options: BuildOptions,
): { readonly built: Built | null; readonly diagnostics: readonly Diagnostic[] } {
  const { timer } = compiled;
  const { updates } = compiled.designs;
  const { backend, exact } = options;
  const key = keyOf([bindings.dims, options]);
  const known = updates.get(key);
  if (known !== undefined) {
    const artefact = timer.time("emit", () => instance(known.step, known.shared, backend, exact));
    return { built: { ...known, artefact }, diagnostics: [] };
  }
  const derivatives = compiled.derivatives(options.target);
  const bound = timer.time("bind", () => bind(derivatives, bindings));
  const shapes = (once: boolean): Map<string, readonly number[]> =>
    new Map(compiled.density.data.filter((d) => d.once === once).map((d) => [d.name, boundShape(d, bindings.dims)]));
  const data = { columns: shapes(false), once: shapes(true) };
  const { plan: chosen, work, diagnostics } = timer.time("plan", () => plan(bound, { ...options, ...data, tally }));
  if (chosen === null) return { built: null, diagnostics };
  const step = timer.time("lower", () => lower(bound, chosen, data));
  const artefact = timer.time("emit", () => emit(step, backend, exact));
  const design = keep(updates, key, { bound, plan: chosen, work, step, shared: artefact.shared });
  return { built: { ...design, artefact }, diagnostics };
}

/** How to build what predicts: where parameters lie in φ, whether their covariance is dense, and the target to emit for. */
export interface ForwardBuildOptions {
  readonly parameters: readonly ParameterPlace[];
  readonly covariance: boolean;
  /** Whether the score factors of a row are wanted, too. */
  readonly factors: boolean;
  readonly target: Target;
  readonly backend: Backend;
  readonly exact: boolean;
}

/** A forward pass over rows, and for each of its statements the family at any response. */
export interface ForwardBuilt {
  readonly forward: Forward;
  readonly artefact: Artefact;
  readonly families: readonly { readonly response: AtResponse; readonly artefact: Artefact }[];
}

/** What is built to predict, but for memories. */
export interface ForwardDesign {
  readonly forward: Forward;
  readonly shared: SharedProgram | null;
  readonly families: readonly { readonly response: AtResponse; readonly shared: SharedProgram | null }[];
}

/** Rows of a batch of predictions, and doubles that their Jacobians may take. */
const [forwardRows, forwardRoom] = [1024, 1 << 22];

/** Binds, lowers and emits what predicts rows, once for the same sizes; beside `build`, which makes what learns from them. */
export function buildForward(
  compiled: Compiled,
  { dims }: Pick<Bindings, "dims">,
  options: ForwardBuildOptions,
): ForwardBuilt {
  const { timer, density } = compiled;
  const { forwards } = compiled.designs;
  const { parameters, covariance, factors, target, backend, exact } = options;
  const key = keyOf([dims, options]);
  const known = forwards.get(key);
  if (known !== undefined)
    return timer.time("emit", () => ({
      forward: known.forward,
      artefact: instance(known.forward.step, known.shared, backend, exact),
      families: known.families.map(({ response, shared }) => ({
        response,
        artefact: instance(response.step, shared, backend, exact),
      })),
    }));
  const derivatives = factors ? compiled.derivatives(target) : null;
  const size = { capacity: forwardRows, room: forwardRoom };
  const forward = timer.time("lower", () =>
    forwardStep(density, { dims, parameters, covariance, ...size }, derivatives),
  );
  const families = forward.statements.map(({ term, arguments: args }) => {
    const { anyone } = term;
    if (anyone === null) throw new Error("a statement of vectors in a forward pass");
    const widths = args.map((a) => a.width);
    const response = timer.time("lower", () => responseStep(density.graph, anyone, widths, dims, forwardRows));
    return { response, artefact: timer.time("emit", () => emit(response.step, backend, exact)) };
  });
  const artefact = timer.time("emit", () => emit(forward.step, backend, exact));
  const shares = families.map(({ response, artefact: { shared } }) => ({ response, shared }));
  keep(forwards, key, { forward, shared: artefact.shared, families: shares });
  return { forward, artefact, families };
}

function boundShape(request: DataRequest, dims: ReadonlyMap<string, number>): number[] {
  return request.shape.map((dim: Dim) => (typeof dim === "number" ? dim : (dims.get(dim.name) ?? 0) + dim.plus));
}
