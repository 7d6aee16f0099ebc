// Merging saved states of one model over different rows (mathematics.md §7): what is compared before anything is added, the
// one layout for all, and the state that comes of it.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Summary } from "../reports/index.ts";
import {
  carried,
  combine,
  encodeState,
  fingerprintName,
  NumericalError,
  type Overlap,
  overlap,
  type Program,
  type Remembered,
  robustly,
  type Verdict,
} from "../runtime/index.ts";
import { nothingSelected } from "./bind.ts";
import { construct } from "./construct.ts";
import { DataError } from "./errors.ts";
import { isQuadratic } from "./merge-exact.ts";
import { heldOf } from "./merge-held.ts";
import { blocksFor, placesOf, sizesOf, united } from "./merge-levels.ts";
import { type Part, stateOf } from "./merge-outcome.ts";
import type { Resolved } from "./options.ts";
import { type LoadedState, loadState, restoreFlow, summaryOf } from "./saved.ts";

/** How to merge. */
export interface MergeOptions {
  /** Up to so many of the parts may be bad: parts that a geometric median does not stand by are set aside. */
  readonly robust?: number;
  /** Merges although rows are in several of the parts, which then count several times. */
  readonly allowOverlap?: boolean;
  /** Names of the states in messages. */
  readonly names?: readonly string[];
}

/** A merged state's bytes, and its summary. */
export interface Merged {
  readonly state: Uint8Array;
  readonly summary: Summary;
}

/** Merges states of one model over different rows, the prior counted once; throws DataError where they don't add. */
export function merge(states: readonly Uint8Array[], options: MergeOptions = {}): Merged {
  const nameOf = (k: number): string => options.names?.[k] ?? `state ${k + 1}`;
  if (states.length === 0) throw new DataError([diagnose("FF541", null, { file: nameOf(0), reason: "there is none" })]);
  const loaded = states.map((bytes, k) => loadState(bytes, nameOf(k), true));
  for (const [k, other] of loaded.entries()) {
    const reason = clash(loaded[0] as LoadedState, other, loaded.slice(0, k));
    if (reason !== null) throw new DataError([diagnose("FF541", null, { file: nameOf(k), reason })]);
  }
  if (options.allowOverlap !== true) refuseOverlap(loaded, nameOf);
  const open = options.robust === undefined ? opened : settled;
  return joined(
    loaded.map((state, k) => open(state, nameOf(k))),
    options,
  );
}

/** The same state without rows: its levels, features, plan and estimate, from which parts may start alike. */
export function emptied(state: Uint8Array, name = "the state"): Uint8Array {
  const { state: saved } = loadState(state, name, true);
  const tensors = new Map(
    [...saved.tensors].flatMap(([key, values]): (readonly [string, Float64Array])[] => {
      if (key === "phi" || key.startsWith("learnt ") || key.startsWith("once ")) return [[key, values]];
      if (key === "gradient" || key === "memory" || key === "progress") return [[key, new Float64Array(values.length)]];
      return [];
    }),
  );
  const nothing = { rows: 0, skipped: 0, passes: 0, logLikelihood: 0, largest: 0, heldRows: 0, unfinished: 0 };
  const none = { converged: false, companions: {}, diagnostics: [], events: [] };
  const configuration = { ...saved.configuration, mode: "stream" };
  return encodeState({ ...saved, ...nothing, ...none, configuration, tensors });
}

/** Settings that must be alike, since with others the same rows would leave other memories. */
const alike = ["target", "information", "forget", "keep", "drift"] as const;

/** Why a state can't be added to the others; null where it can. */
function clash(first: LoadedState, other: LoadedState, before: readonly LoadedState[]): string | null {
  const { state, options } = other;
  if (state.hash !== first.state.hash)
    return `it is of another model, \`${other.compiled.density.name}\` (${state.file})`;
  if (JSON.stringify(sorted(state.used)) !== JSON.stringify(sorted(first.state.used)))
    return "a file that its model uses is another";
  const constants = [sorted(first.state.constants), sorted(state.constants)].map((c) => JSON.stringify(c));
  if (constants[0] !== constants[1]) return "a constant of its model has another value";
  if (options.plain !== null)
    return "it was streamed in plain steps (a rate, momentum, or no line search), and what such steps leave is no sum over rows";
  for (const key of alike) {
    const [own, wanted] = [JSON.stringify(options[key]), JSON.stringify(first.options[key])];
    if (own !== wanted) return `its setting \`${key}\` is ${own}, and that of the first is ${wanted}`;
  }
  const forgetting: string = options.forget.kind;
  if (forgetting === "window")
    return "it holds a window of its newest rows, and which of all rows are the newest it can't tell";
  const began = (s: LoadedState): boolean => s.state.events.some((event) => (event.kind as string) === "began");
  if (began(other) && before.some(began))
    return "it began from another state's information, as one before it did, which would count twice";
  return null;
}

function sorted<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Refuses states of which two hold the same rows, as far as their fingerprints tell. */
function refuseOverlap(loaded: readonly LoadedState[], nameOf: (k: number) => string): void {
  const found: Diagnostic[] = [];
  for (const [k, b] of loaded.entries())
    for (const [j, a] of loaded.slice(0, k).entries()) {
      const shared = sharedBy(a, b);
      if (shared.rows === 0) continue;
      const share = `${Math.ceil(100 * shared.share)} %`;
      found.push(diagnose("FF542", null, { first: nameOf(j), second: nameOf(k), rows: shared.rows, share }));
    }
  if (found.length > 0) throw new DataError(found.slice(0, 5));
}

/** Rows that both states seem to hold, and their share of the smaller one's. */
function sharedBy(a: LoadedState, b: LoadedState): Overlap {
  const found = overlap(a.state.companions[fingerprintName], b.state.companions[fingerprintName]);
  if (found !== null && found.rows > 0) return found;
  const rows = a.state.rows + a.state.heldRows;
  return digest(a) === digest(b) ? { rows, share: rows > 0 ? 1 : 0 } : { rows: 0, share: 0 };
}

/** What tells a state from others whose rows are too few for a fingerprint: the very same numbers. */
function digest({ state }: LoadedState): string {
  return JSON.stringify([state.rows, state.heldRows, [...state.tensors].map(([name, values]) => [name, [...values]])]);
}

function opened(loaded: LoadedState, name: string): Part {
  return { name, loaded, flow: restoreFlow(loaded).flow };
}

/** A state's flow; rows that it still holds are fitted, so that it has an estimate of its own. */
function settled(loaded: LoadedState, name: string): Part {
  const part = opened(loaded, name);
  const { flow } = part;
  if (flow.rows > 0 || flow.heldRows === 0) return part;
  try {
    flow.finish();
  } catch (error) {
    if (!(error instanceof NumericalError)) throw error;
    const [why] = error.diagnostics;
    const reason = `its ${flow.heldRows} rows were still held, and can't be fitted alone: ${why?.message ?? ""}`;
    throw new DataError([diagnose("FF541", null, { file: name, reason: reason.replace(/\.$/, "") })]);
  }
  return part;
}

function joined(parts: readonly Part[], options: MergeOptions): Merged {
  const [first] = parts as readonly [Part, ...Part[]];
  const { compiled } = first.loaded;
  const fail = (part: Part, reason: string): DataError =>
    new DataError([diagnose("FF541", null, { file: part.name, reason })]);
  const levels = united(
    compiled,
    parts.map((part) => part.loaded.bindings),
  );
  if (levels.kind === "refused") throw fail(parts[levels.part] as Part, levels.reason);
  const { bindings } = levels;
  const settings: Resolved = {
    ...first.loaded.options,
    mode: parts.every((part) => part.loaded.options.mode === "fit") ? "fit" : "stream",
  };
  const chosen = blocksFor(
    sizesOf(compiled, bindings),
    parts.map((part) => part.loaded.state.blocks),
  );
  if (chosen.kind === "refused") throw fail(parts.at(-1) as Part, chosen.reason);
  const data = { selection: nothingSelected, bindings };
  const { program } = construct(compiled, data, settings, { given: chosen.blocks, explain: false });
  const { artefact } = program;
  const spots = parts.map(({ flow }) => placesOf(compiled, program, flow.program, artefact.step.size));
  const exact = isQuadratic(compiled.density);
  const remembered = parts.map((part, k): Remembered => {
    const { flow } = part;
    const places = spots[k] as Int32Array;
    const { tensors } = flow.numbers();
    const whole = (name: string): Float64Array => {
      const values = tensors.get(name) as Float64Array;
      return Float64Array.from(places, (place) => (place < 0 ? 0 : (values[place] as number)));
    };
    const memory = carried(flow.program.artefact, tensors.get("memory") as Float64Array, artefact, places);
    if (memory.kind === "lost") throw fail(part, memory.reason);
    const known = places.every((place) => place >= 0) ? null : Uint8Array.from(places, (p) => (p < 0 ? 0 : 1));
    const { logLikelihood, rows } = flow;
    const bend = tensors.has("bend") && !exact ? whole("bend") : null;
    return { phi: whole("phi"), gradient: whole("gradient"), memory: memory.memory, logLikelihood, rows, known, bend };
  });
  for (const [k, { phi, gradient, memory }] of remembered.entries())
    if (options.robust === undefined && ![phi, gradient, memory].every((values) => values.every(Number.isFinite)))
      throw fail(parts[k] as Part, "its numbers are not all finite");
  const verdict = options.robust === undefined ? null : judged(program, remembered, options.robust);
  const shares = verdict?.shares ?? parts.map((part) => (part.flow.rows > 0 ? 1 : 0));
  const taking = parts.map((_, k) => k).filter((k) => (shares[k] as number) > 0);
  const holding = parts
    .map((_, k) => k)
    .filter((k) => (parts[k] as Part).flow.rows === 0 && (parts[k] as Part).flow.heldRows > 0);
  if (taking.length + holding.length === 0) throw new DataError([diagnose("FF506", null, {})]);
  const added = taking.map((k) => remembered[k] as Remembered);
  const combined =
    taking.length === 0
      ? null
      : combine(
          program,
          added,
          taking.map((k) => shares[k] as number),
        );
  const held = holding.flatMap((k) => heldOf(program, compiled.density, (parts[k] as Part).loaded));
  const bytes = stateOf(program, { parts, taking, holding, shares, spots, verdict }, combined, held, options);
  return { state: bytes, summary: summaryOf(loadState(bytes)) };
}

function judged(program: Program, parts: readonly Remembered[], count: number): Extract<Verdict, { kind: "verdict" }> {
  const verdict = robustly(program, parts, count);
  if (verdict.kind === "refused") throw new DataError([diagnose("FF543", null, { count, reason: verdict.reason })]);
  return verdict;
}
