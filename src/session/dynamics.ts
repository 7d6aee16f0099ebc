// Which dynamics go with which structures and with which flows: one table, by which the planner's choice is narrowed, what
// can't be had is refused with a reason, and docs/dynamics.md is written. And the companions that carry them out.

import { structureOf, type Wandering } from "../check/index.ts";
import type { Compiled } from "../compile.ts";
import { type Diagnostic, diagnose, type Span } from "../diagnostics/index.ts";
import { type DataRequest, type Density, formName, type Plan, type StructureKind } from "../ir/index.ts";
import { type Companion, change, clock, drift, type Program, window } from "../runtime/index.ts";
import type { Resolved } from "./options.ts";

/** What may happen to a memory before a batch, or to a step. */
export type Dynamics = "fading" | "window" | "adaptive" | "drift" | "momentum";

/** What a memory is kept in, and how a flow steps. */
type Carrier = StructureKind | "searching" | "plain";

const many = "segments are added number by number, and what it keeps of a sum is not the sum of what it keeps";
const noise = "noise of its coordinates would join what it keeps apart";
const unmaximised = "steps without a search don't stand at the maximum of what was seen";

const all: Readonly<Record<Carrier, true>> = {
  full: true,
  root: true,
  arrow: true,
  kronecker: true,
  lowrank: true,
  diagonal: true,
  scalar: true,
  searching: true,
  plain: true,
};

/** `true`, or why not. */
export const carriers: Readonly<Record<Dynamics, Readonly<Record<Carrier, true | string>>>> = {
  fading: all,
  window: { ...all, root: many, kronecker: many, lowrank: many, plain: unmaximised },
  adaptive: {
    ...all,
    scalar: "it tells no coordinate's information from another's, and so not how large a score should be",
    plain: unmaximised,
  },
  drift: {
    ...all,
    root: "noise is added to a covariance, and its root of the information is not kept by that",
    arrow: noise,
    kronecker: noise,
    lowrank: noise,
    plain: unmaximised,
  },
  momentum: { ...all, searching: "a search goes to the maximum, where no step is left to carry on" },
};

/** Why two of them can't be had together; pairs that are absent can. */
const apart: readonly (readonly [Dynamics, Dynamics, string])[] = [
  ["drift", "window", "a window says how long rows count, and its segments don't wander"],
  ["drift", "adaptive", "the test takes parameters to stand still until they change"],
];

/** The dynamics that settings ask for, of a stream. */
export function dynamicsOf({ mode, forget, drift: wandering, momentum }: Resolved): readonly Dynamics[] {
  if (mode === "fit") return [];
  const found: Dynamics[] = [];
  if (forget.kind === "half_life" || forget.kind === "rate" || forget.kind === "time") found.push("fading");
  if (forget.kind === "window" || forget.kind === "adaptive") found.push(forget.kind);
  if (wandering.some(({ sd }) => sd > 0)) found.push("drift");
  if (momentum > 0) found.push("momentum");
  return found;
}

const names: Readonly<Record<Dynamics, string>> = {
  fading: "`forget`",
  window: "`forget window`",
  adaptive: "`forget adaptive`",
  drift: "`drift`",
  momentum: "`momentum`",
};

/** Structures that carry all that the settings ask for; undefined where all do. */
export function formsFor(options: Resolved): ReadonlySet<StructureKind> | undefined {
  const asked = dynamicsOf(options);
  const kinds = ["full", "root", "arrow", "kronecker", "lowrank", "diagonal", "scalar"] as const;
  const able = kinds.filter((kind) => asked.every((dynamics) => carriers[dynamics][kind] === true));
  return able.length === kinds.length ? undefined : new Set(able);
}

/** What is wrong with dynamics before there is a plan: those that exclude each other, or steps that can't carry them. */
export function refusedDynamics(compiled: Compiled, options: Resolved): readonly Diagnostic[] {
  const asked = dynamicsOf(options);
  const parameters = compiled.density.parameters.map((p) => p.name);
  const steps = options.plain === null ? "searching" : "plain";
  const found = [...structureOf(options.drift, parameters).diagnostics];
  for (const dynamics of asked) {
    const reason = carriers[dynamics][steps];
    const what = steps === "plain" ? "steps without a search" : "a search for every batch";
    if (reason !== true)
      found.push(diagnose("FF441", spanOf(compiled, dynamics), { dynamics: names[dynamics], what, reason }));
  }
  if (options.passes > 1 && options.plain !== null && options.forget.kind === "time") {
    const reason = "rows that come again have no time of their own";
    found.push(diagnose("FF441", spanOf(compiled, "fading"), { dynamics: names.fading, what: "`passes`", reason }));
  }
  for (const [one, other, reason] of apart)
    if (asked.includes(one) && asked.includes(other))
      found.push(diagnose("FF441", spanOf(compiled, one), { dynamics: names[one], what: names[other], reason }));
  return found;
}

/** What of a plan can't carry the dynamics. */
export function refusedForms(
  compiled: Compiled,
  { blocks }: Pick<Plan, "blocks">,
  options: Resolved,
): readonly Diagnostic[] {
  return dynamicsOf(options).flatMap((dynamics) => {
    const block = blocks.find(({ form }) => carriers[dynamics][form.kind] !== true);
    if (block === undefined) return [];
    const what = `\`structure ${formName(block.form)}\` for ${block.parameters.join(", ")}`;
    const reason = carriers[dynamics][block.form.kind] as string;
    return [diagnose("FF441", spanOf(compiled, dynamics), { dynamics: names[dynamics], what, reason })];
  });
}

/** Where the model's own `flow` says it; null where only the call does. */
function spanOf({ density }: Compiled, dynamics: Dynamics): Span | null {
  const key = dynamics === "drift" || dynamics === "momentum" ? dynamics : "forget";
  return density.flow.find((setting) => setting.key === key)?.span ?? null;
}

// ------------------------------------------------------------ times

/** The column of times that the dynamics read; null where they read none. */
export function timeColumn({ mode, forget }: Resolved): string | null {
  if (mode === "fit") return null;
  if (forget.kind === "time") return forget.by;
  return forget.kind === "adaptive" ? forget.by : null;
}

/** What a run asks of its data: what the model does, and a column of times where it is not among them. */
export function requestsOf(density: Density, options: Resolved): readonly DataRequest[] {
  const column = timeColumn(options);
  if (column === null || density.data.some((d) => d.name === column)) return density.data;
  const span = density.flow.find(({ key }) => key === "forget")?.span ?? null;
  const time: DataRequest = {
    name: column,
    source: { kind: "column", column },
    domain: {
      kind: "real",
      lower: Number.NEGATIVE_INFINITY,
      upper: Number.POSITIVE_INFINITY,
      lowerOpen: false,
      upperOpen: false,
      label: "time",
    },
    vector: false,
    shape: [],
    once: false,
    optional: false,
    time: true,
    span,
  };
  return [...density.data, time];
}

/** Why a data item of the model can't tell the time of a row. */
export function refusedTimes({ density }: Compiled, options: Resolved): readonly Diagnostic[] {
  const name = timeColumn(options);
  const item = density.data.find((d) => d.name === name);
  if (name === null || item === undefined) return [];
  const reason = item.once
    ? "it is read `once`"
    : item.vector
      ? "it has several numbers a row"
      : item.domain.kind === "category"
        ? "it is a category"
        : item.optional
          ? "it may be missing"
          : null;
  return reason === null ? [] : [diagnose("FF442", item.span, { name, reason })];
}

// ------------------------------------------------------------ companions

/** Segments of a window where nothing was said. */
const usualSegments = 16;

function segmentsOf({ rows, segments }: Extract<Resolved["forget"], { kind: "window" }>): number {
  return segments ?? Math.min(usualSegments, rows);
}

/** What a plan does not count: what the dynamics keep beside the flow, `kept` the numbers of a memory and its place. */
export function dynamicNotes({ mode, forget }: Resolved, kept: number): readonly string[] {
  if (mode === "fit" || forget.kind !== "window") return [];
  const segments = segmentsOf(forget);
  const kilobytes = ((8 * segments * kept) / 1000).toPrecision(3);
  return [`the window keeps ${segments} segments, another ${Number(kilobytes).toLocaleString("en-US")} kB`];
}

/** The companions that carry out a stream's dynamics. */
export function dynamicCompanions(options: Resolved): readonly Companion[] {
  const { forget } = options;
  const found: Companion[] = [];
  // batches that were asked for are taken as they are
  const cut = options.batch === null;
  if (forget.kind === "time") found.push(clock({ column: forget.by, seconds: forget.seconds, cut }));
  if (dynamicsOf(options).includes("drift")) found.push(drift(({ program }) => variancesOf(program, options.drift)));
  if (forget.kind === "window") {
    found.push(window({ rows: forget.rows, segments: segmentsOf(forget) }));
  }
  if (forget.kind === "adaptive") found.push(change({ alpha: forget.alpha, reset: forget.reset, time: forget.by }));
  return found;
}

/** Variance of a step a row, by coordinate. */
function variancesOf({ parameters, artefact }: Program, requests: readonly Wandering[]): Float64Array {
  const known = structureOf(
    requests,
    parameters.map((p) => p.name),
  ).requests;
  const variances = new Float64Array(artefact.step.size);
  for (const { name, first, size } of parameters) {
    const own = known.find((r) => r.parameters?.includes(name)) ?? known.find((r) => r.parameters === null);
    variances.fill((own?.sd ?? 0) ** 2, first, first + size);
  }
  return variances;
}
