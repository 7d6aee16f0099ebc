// Forgetting all but the newest rows. The window is a ring of segments, each with the information D_k and the gradient g_k of
// its rows about the estimate φ_k where they were learnt. The memory is the sum of the segments that are still in the
// window, summed anew at each boundary with every gradient written about the estimate of now, g_k − D_k (φ − φ_k):
// nothing is ever subtracted from a sum. Exact for linear-Gaussian models. Structures must add number by number.

import type { Batch } from "../../ir/index.ts";
import type { Baggage, Companion } from "../companion.ts";
import type { Flow } from "../flow.ts";
import { loadBatch } from "../objective.ts";
import { inParts, stretch } from "../rows.ts";
import { changed, difference, multiplied } from "./memory-of.ts";

export interface WindowOptions {
  readonly rows: number;
  /** How many steps the window moves in. */
  readonly segments: number;
}

interface Segment {
  rows: number;
  phi: Float64Array;
  gradient: Float64Array;
  information: Float64Array;
}

/** A companion that keeps the newest rows only: of `rows` at most, more than `rows` less two segments once there were so many. */
export function window(options: WindowOptions): Companion {
  // rows of a segment; a window holds as many whole ones as fit
  const length = Math.max(1, Math.floor(options.rows / options.segments));
  const most = Math.max(1, Math.floor(options.rows / length));
  let ring: Segment[] = [];

  /** What a batch tells at the estimate, added to the newest segment. */
  const add = (flow: Flow, batch: Batch, rows: number): void => {
    const newest = ring[ring.length - 1];
    const open = newest !== undefined && newest.rows < length ? newest : null;
    loadBatch(flow.program.artefact, batch);
    for (const name of ["logLikelihood", "score", "information"] as const) flow.state(name).fill(0);
    flow.program.artefact.run("accumulate", batch.rows);
    const [score, information] = [flow.state("score").slice(), flow.state("information").slice()];
    flow.state("information").fill(0);
    const phi = Float64Array.from(flow.phi);
    if (open === null) {
      ring.push({ rows, phi, gradient: score, information });
      return;
    }
    const moved = multiplied(flow, open.information, difference(phi, open.phi));
    open.rows += rows;
    open.gradient = open.gradient.map((g, i) => g - (moved[i] as number) + (score[i] as number));
    open.information = open.information.map((x, i) => x + (information[i] as number));
    open.phi = phi;
  };

  /** The memory as the sum of what is in the window. */
  const sum = (flow: Flow): void => {
    const gradient = new Float64Array(flow.phi.length);
    const memory = new Float64Array(flow.state("memory").length);
    let rows = 0;
    for (const segment of ring) {
      const moved = multiplied(flow, segment.information, difference(flow.phi, segment.phi));
      for (let i = 0; i < gradient.length; i++)
        gradient[i] = (gradient[i] as number) + ((segment.gradient[i] as number) - (moved[i] as number));
      for (let i = 0; i < memory.length; i++) memory[i] = (memory[i] as number) + (segment.information[i] as number);
      rows += segment.rows;
    }
    flow.state("memory").set(memory);
    flow.gradient.set(gradient);
    changed(flow, rows);
  };

  /** What a flow began with is the oldest segment, and leaves as such. */
  const begin = (flow: Flow): void => {
    const [phi, gradient] = [Float64Array.from(flow.phi), Float64Array.from(flow.gradient)];
    ring = [{ rows: length, phi, gradient, information: flow.state("memory").slice() }];
  };

  /** Lets the oldest segments go, and makes the memory that of the rest. */
  const move = (flow: Flow, allowed: number): void => {
    const before = ring.length;
    if (ring.length > allowed) ring = ring.slice(ring.length - allowed);
    if (before !== ring.length || ring[ring.length - 1]?.rows === length) sum(flow);
  };

  return {
    name: "window",
    begun(flow: Flow, batches: readonly Batch[]): void {
      for (const batch of batches)
        for (let [from, count] = [0, 0]; from < batch.rows; from += count) {
          const open = (ring[ring.length - 1]?.rows ?? length) % length;
          count = Math.min(length - open, batch.rows - from);
          for (const part of inParts(stretch(batch, from, count), flow.program.plan.batchRows))
            add(flow, part, part.rows);
          if (ring.length > most) ring = ring.slice(ring.length - most);
        }
      sum(flow);
    },
    most(_: Flow, _batch: Batch, _from: number, count: number): number {
      const newest = ring[ring.length - 1];
      return Math.min(count, newest === undefined || newest.rows >= length ? length : length - newest.rows);
    },
    before(flow: Flow): void {
      if (ring.length === 0) begin(flow);
      const newest = ring[ring.length - 1];
      // a batch that begins a segment makes room for it
      if (newest === undefined || newest.rows >= length) move(flow, most - 1);
    },
    after(flow: Flow, batch: Batch, rows: number): void {
      add(flow, batch, rows);
    },
    moved(places: Uint32Array, carry: (memory: Float64Array) => Float64Array): void {
      for (const segment of ring) {
        segment.phi = Float64Array.from(places, (i) => segment.phi[i] ?? 0);
        segment.gradient = Float64Array.from(places, (i) => segment.gradient[i] ?? 0);
        segment.information = carry(segment.information);
      }
    },
    mark() {
      // arrays are replaced, never written to
      const before = ring.map((segment) => ({ ...segment }));
      return () => {
        ring = before;
      };
    },
    save(): Baggage {
      const together = (of: (s: Segment) => Float64Array): Float64Array =>
        Float64Array.from(ring.flatMap((segment) => [...of(segment)]));
      const tensors = new Map([
        ["phi", together((s) => s.phi)],
        ["gradient", together((s) => s.gradient)],
        ["information", together((s) => s.information)],
      ]);
      return { values: { rows: ring.map((s) => s.rows) }, tensors };
    },
    restore({ values, tensors }: Baggage): void {
      const { rows } = values;
      if (!Array.isArray(rows) || !rows.every((n) => Number.isSafeInteger(n) && n > 0))
        throw new RangeError("its segments have no rows");
      const part = (name: string, k: number): Float64Array => {
        const all = tensors.get(name) ?? new Float64Array(0);
        if (all.length % rows.length !== 0) throw new RangeError(`its ${name} is not of ${rows.length} segments`);
        const each = all.length / rows.length;
        return all.slice(k * each, (k + 1) * each);
      };
      ring = rows.map((n: number, k) => ({
        rows: n,
        phi: part("phi", k),
        gradient: part("gradient", k),
        information: part("information", k),
      }));
    },
  };
}
