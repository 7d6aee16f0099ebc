// What comes of a merge: the state with its numbers, the event that tells how it was made, and what is to be said of it.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Batch } from "../ir/index.ts";
import {
  type Combined,
  type Distance,
  Flow,
  fingerprintName,
  type Program,
  positionName,
  type Scores,
  scoresTogether,
  unitedRows,
  type Verdict,
} from "../runtime/index.ts";
import { readingName } from "./intake.ts";
import type { MergeOptions } from "./merge.ts";
import { isQuadratic } from "./merge-exact.ts";
import { startOf } from "./program.ts";
import { type LoadedState, saveFlow } from "./saved.ts";

/** A state that takes part. */
export interface Part {
  readonly name: string;
  readonly loaded: LoadedState;
  readonly flow: Flow;
}

/** What is told of a merge besides its numbers. */
export interface Told {
  readonly parts: readonly Part[];
  /** Places of the parts that were added, and the share of each that counts. */
  readonly taking: readonly number[];
  readonly shares: readonly number[];
  /** Where the whole's coordinates are among each part's; −1 where it has none. */
  readonly spots: readonly Int32Array[];
  /** Places of parts whose first rows were still held, and are learnt from as rows. */
  readonly holding: readonly number[];
  readonly verdict: Extract<Verdict, { kind: "verdict" }> | null;
}

/** The bytes of the merged state: what was added, if anything, and then the rows that parts still held. */
export function stateOf(
  program: Program,
  told: Told,
  combined: Combined | null,
  held: readonly Batch[],
  options: Pick<MergeOptions, "robust">,
): Uint8Array {
  const { compiled } = (told.parts[0] as Part).loaded;
  const flow = combined === null ? new Flow(program, startOf(program)) : added(program, told, combined);
  if (combined === null) flow.skipped = told.parts.reduce((sum, part) => sum + part.flow.skipped, 0);
  const rows = flow.rows + held.reduce((sum, batch) => sum + batch.rows, 0);
  flow.events.push(eventOf(compiled, told, combined?.distances ?? [], rows));
  flow.updateAll(held);
  // what can't be told from all rows together is an error here, as after a fit
  const numbers = flow.numbers();
  const found = flow.peek((finished) => [...finished.diagnostics]);
  const diagnostics = [...found, ...notesOf(told, combined?.distances ?? [], options)];
  const seen = unitedRows(
    told.parts
      .filter((_, k) => told.taking.includes(k) || told.holding.includes(k))
      .map((part) => part.loaded.state.companions[fingerprintName]),
  );
  const companions = seen === null ? {} : { [fingerprintName]: seen };
  const scores = held.length > 0 ? null : scoresOf(told, flow.phi.length);
  return saveFlow(compiled, flow, { skipped: 0, diagnostics, scores }, { ...numbers, companions });
}

/** How the scores of all rows vary, each at its part's estimate; null where not every part says it. */
function scoresOf({ parts, taking, shares, spots }: Told, size: number): Scores | null {
  return scoresTogether(
    taking.map((k): Scores | null => {
      const { tensors } = (parts[k] as Part).loaded.state;
      const [products, counts, places] = [tensors.get("scores"), tensors.get("scored"), spots[k] as Int32Array];
      const width = counts?.length ?? 0;
      if (products?.length !== width * width || counts === undefined || shares[k] !== 1) return null;
      const whole = { products: new Float64Array(size * size), counts: new Float64Array(size) };
      for (const [i, a] of places.entries()) {
        if (a < 0) continue;
        whole.counts[i] = counts[a] as number;
        for (const [j, b] of places.entries())
          if (b >= 0) whole.products[i * size + j] = products[a * width + b] as number;
      }
      return whole;
    }),
  );
}

/** The flow of the parts that add. */
function added(program: Program, told: Told, combined: Combined): Flow {
  const { loaded } = told.parts[0] as Part;
  const flows = told.taking.map((k) => (told.parts[k] as Part).flow);
  const sum = (of: (flow: Flow) => number): number => flows.reduce((total, flow) => total + of(flow), 0);
  const most = (of: (flow: Flow) => number): number => flows.reduce((top, flow) => Math.max(top, of(flow)), 0);
  const progress = new Float64Array((flows[0] as Flow).numbers().tensors.get("progress")?.length ?? 0);
  for (const [n, k] of told.taking.entries()) {
    const own = (flows[n] as Flow).numbers().tensors.get("progress") as Float64Array;
    // rows in memory, and draws so far; the rest belongs to plain steps
    progress[0] = (progress[0] as number) + (told.shares[k] as number) * (own[0] as number);
    progress[1] = (progress[1] as number) + (own[1] as number);
  }
  const flow = new Flow(program, startOf(program));
  const { phi, gradient, memory, logLikelihood, converged } = combined;
  flow.restore({
    ...loaded.state,
    rows: sum((f) => f.rows),
    skipped: told.parts.reduce((total, part) => total + part.flow.skipped, 0),
    passes: most((f) => f.passes),
    converged: converged && flows.every((f) => f.converged || f.program.options.mode === "stream"),
    logLikelihood,
    largest: most((f) => f.largest),
    heldRows: 0,
    unfinished: sum((f) => f.numbers().unfinished),
    companions: {},
    diagnostics: [],
    events: flows.flatMap((f) => f.events),
    tensors: new Map([
      ["phi", phi],
      ["gradient", gradient],
      ["memory", memory],
      ["progress", progress],
      ...(combined.bend === null ? [] : [["bend", combined.bend] as const]),
    ]),
  });
  return flow;
}

function eventOf(
  compiled: LoadedState["compiled"],
  told: Told,
  distances: readonly Distance[],
  rows: number,
): Flow["events"][number] {
  const { parts, taking, holding, shares, verdict } = told;
  const names = (places: readonly number[]): string => places.map((k) => (parts[k] as Part).name).join(", ");
  const exact = isQuadratic(compiled.density) && taking.every((k) => keepsAll(parts[k] as Part));
  const farthest = distances.reduce((top, d, k) => (d.errors > (distances[top]?.errors ?? -1) ? k : top), 0);
  const { errors, coordinate } = distances[farthest] ?? { errors: 0, coordinate: "" };
  const part = distances.length === 0 ? "" : names([taking[farthest] as number]);
  const far = `the farthest, ${part}, is ${errors.toPrecision(3)} of its own standard errors from the merged estimate in ${coordinate}`;
  const sum = exact ? `the sum is exact, ${far}` : `each part was expanded at its own estimate; ${far}`;
  const still = `the first rows of ${names(holding)} were still held, and are learnt from as rows`;
  const how = [...(taking.length > 0 ? [sum] : []), ...(holding.length > 0 ? [still] : [])].join("; ");
  const aside =
    verdict === null
      ? []
      : parts.map((_, k) => k).filter((k) => !taking.includes(k) && (parts[k] as Part).flow.rows > 0);
  const less = taking.filter((k) => (shares[k] as number) < 1);
  const robust =
    verdict === null
      ? ""
      : `; ${aside.length === 0 ? "no part was set aside" : `set aside: ${names(aside)}`}${less.length === 0 ? "" : `; counted for less, since they hold more rows than the others: ${names(less)}`}`;
  const silent = [fingerprintName, readingName, positionName];
  const left = [...new Set(parts.flatMap(({ loaded }) => Object.keys(loaded.state.companions)))].filter(
    (name) => !silent.includes(name),
  );
  const dropped = left.length === 0 ? "" : `; begun anew, since it follows one stream: ${left.join(", ")}`;
  return {
    kind: "combined",
    row: rows,
    message: `${parts.length} states: ${how}${robust}${dropped}.`,
    details: {
      parts: parts.length,
      exact,
      ...(taking.length === 0 ? {} : { farthest: part, standardErrors: errors, coordinate }),
      setAside: aside.map((k) => (parts[k] as Part).name),
      ...(verdict === null ? {} : { distances: verdict.distances, limit: verdict.limit }),
    },
  };
}

/** Whether a part's information leaves nothing out of a quadratic log-likelihood. */
function keepsAll({ loaded: { state, options } }: Part): boolean {
  const [block, ...more] = state.blocks;
  const whole = block !== undefined && more.length === 0 && ["full", "root", "arrow"].includes(block.form.kind);
  return whole && (options.information === "expected" || options.information === "observed");
}

function notesOf(
  { parts, taking, holding }: Told,
  distances: readonly Distance[],
  options: Pick<MergeOptions, "robust">,
): readonly Diagnostic[] {
  const notes: Diagnostic[] = [];
  const all = taking.map((k) => parts[k] as Part);
  const odd = distances.flatMap((d, k) => (d.square > unlikely(d.degrees) ? [{ ...d, part: all[k] as Part }] : []));
  if (all.length > 1 && odd.length > 0) {
    const files = odd.slice(0, 5).map(({ part }) => `\`${part.name}\``);
    const ratio = odd.reduce((sum, d) => sum + d.square / Math.max(1, d.degrees), 0) / odd.length;
    const count = Math.max(options.robust ?? 0, Math.min(odd.length, Math.ceil(parts.length / 2) - 1), 1);
    notes.push(diagnose("FF621", null, { files: files.join(", "), ratio: ratio.toPrecision(3), count }));
  }
  const { forget, drift } = (parts[0] as Part).loaded.options;
  if (all.length + holding.length > 1 && (forget.kind !== "none" || drift.length > 0))
    notes.push(diagnose("FF622", null, {}));
  for (const { name, loaded } of all)
    if (loaded.state.tensors.has("escape")) notes.push(diagnose("FF623", null, { file: name }));
  return notes;
}

/** A squared distance that chance passes once in a few hundred thousand parts (Wilson and Hilferty 1931, z = 4.5). */
function unlikely(degrees: number): number {
  const share = 2 / (9 * Math.max(1, degrees));
  return Math.max(1, degrees) * (1 - share + 4.5 * Math.sqrt(share)) ** 3;
}
