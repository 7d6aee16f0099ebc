// Adaptive forgetting: a sequential test of whether the parameters changed, by the scores of rows at the estimate before
// them. Batches are gathered to stretches of a few dozen rows, whose one-step-ahead scores are independent of each other
// where nothing changes; sums of 1, 2, 4, … stretches are tested too, so that both sudden and slow changes are seen.
//
// The probability of any false alarm, ever, is at most α: the i-th stretch spends a share a / ((i + a − 1)(i + a)) of
// −log(1 − α), which sum to 1, in equal parts over the sums that end with it and the tests that each makes. As the
// acceptance regions are convex and symmetric and the scores jointly normal, P(no alarm) is at least the product of the
// single probabilities (Royen 2014, "A simple proof of the Gaussian correlation conjecture"). On an alarm what was seen
// fades, an event tells what moved, and the test starts anew.
//
// Scores of a few rows are skewed: those of a scale, of rare events. Where a test comes near its level the rows themselves,
// as far as they are held, say what their likelihood ratio is of its quadratic, and the statistic is scaled by that: the
// tail of a likelihood ratio is that of χ² to a higher order.
//
// Where rows are not independent, stretches depart from the estimate all the time. What is usual is learnt: statistics are
// divided by how far their median is above that of χ², less what chance could have made of it, once that is above 1.

import type { Batch } from "../../ir/index.ts";
import { logTail } from "../chi-squared.ts";
import type { Baggage, Companion } from "../companion.ts";
import type { Flow } from "../flow.ts";
import { loadBatch } from "../objective.ts";
import { copied, joined } from "../rows.ts";
import {
  type Evidence,
  extentOf,
  type Finding,
  packed,
  packedTotal,
  testsOf,
  together,
  type Unit,
  unitsOf,
  varianceOf,
} from "../score-test.ts";
import { type Alarm, eventOf, type Sum } from "./change-event.ts";
import { corrected, type Held } from "./likelihood-ratio.ts";

export interface ChangeOptions {
  /** Probability of a false alarm, ever. */
  readonly alpha: number;
  /** What the memory counts of itself after an alarm. */
  readonly reset: number;
  /** A column of times, to be told with an alarm; null for none. */
  readonly time: string | null;
}

/** Rows of a stretch, at least; and at least so many for each coordinate that is tested with others. */
const [leastRows, rowsEach] = [64, 4];
/** How slowly the probability of false alarms is spent. */
const slowness = 8;
/** Sums of at most 2^18 stretches. */
const mostScales = 18;
/** Stretches whose rows are held. */
const heldStretches = 16;
/** How near its level a test must come, as a factor, for the rows to be asked. */
const near = 20;

/** A stretch that is being gathered: where the flow stood when it began. */
interface Stretch {
  rows: number;
  readonly phi: Float64Array;
  readonly memory: Float64Array;
  score: Float64Array;
  information: Float64Array;
}

/** Statistics, by their degrees of freedom, that tell what is usual. */
const remembered = 64;

/** A companion that watches for changes. */
export function change({ alpha, reset, time }: ChangeOptions): Companion {
  let stretches = 0;
  let current: Stretch | null = null;
  /** Sums of 2^j stretches that wait for their other half; null where none does. */
  let waiting: (Sum | null)[] = [];
  /** Of the newest tests of sums of 2^j stretches: the statistics of all units together, a degree of freedom. */
  const usual: number[][] = [];
  /** Rows of the newest stretches, and of the one that is being gathered. */
  let held: Held[] = [];
  let gathered: Batch[] = [];

  const anew = (): void => {
    [stretches, current, waiting, held, gathered] = [0, null, [], [], []];
  };

  /** Score and information of a batch at φ, the flow left as it was. */
  const measured = (flow: Flow, batch: Batch, phi: Float64Array, units: readonly Unit[]): Evidence | null => {
    const { artefact } = flow.program;
    const own = Float64Array.from(flow.phi);
    const memory = flow.state("memory").slice();
    flow.phi.set(phi);
    for (const name of ["logLikelihood", "score", "information"] as const) flow.state(name).fill(0);
    loadBatch(artefact, batch);
    artefact.run("accumulate", batch.rows);
    const score = flow.state("score").slice();
    for (const name of ["memory", "prior", "priorDiagonal"] as const) flow.state(name).fill(0);
    const information = packed(artefact, units);
    const sound = score.every(Number.isFinite) && information.every(Number.isFinite);
    flow.state("information").fill(0);
    flow.state("memory").set(memory);
    flow.phi.set(own);
    return sound ? { score, information, variance: information } : null;
  };

  /** What memory and prior knew when a stretch began. */
  const known = (flow: Flow, { phi, memory }: Stretch, units: readonly Unit[]): Float64Array => {
    const own = [Float64Array.from(flow.phi), flow.state("memory").slice()] as const;
    flow.phi.set(phi);
    flow.state("memory").set(memory);
    flow.program.artefact.run("prior", 0);
    const total = packedTotal(flow.program.artefact, units);
    flow.phi.set(own[0]);
    flow.state("memory").set(own[1]);
    return total;
  };

  /** Tests a whole stretch and the sums that end with it; the most telling alarm. */
  const test = (flow: Flow, units: readonly Unit[], one: Sum): Alarm | null => {
    stretches += 1;
    let scales = 1;
    while (scales < mostScales && stretches % 2 ** scales === 0) scales += 1;
    const share = slowness / ((stretches + slowness - 1) * (stretches + slowness));
    const budget = (-Math.log1p(-alpha) * share) / scales / extentOf(units).tests;
    const level = Math.log(-Math.expm1(-budget));
    let sum = one;
    let found: Alarm | null = null;
    for (let j = 0; j < scales; j++) {
      if (j > 0) {
        const other = waiting[j - 1];
        if (other === null || other === undefined) break;
        sum = { ...together(other, sum), rows: other.rows + sum.rows };
        waiting[j - 1] = null;
      }
      const all = testsOf(units, sum).filter(({ degrees }) => degrees > 0);
      const freedom = all.reduce((total, { degrees }) => total + degrees, 0);
      const dispersion = dispersionOf(usual[j] ?? [], freedom);
      const [first, ...others] = all;
      if (first !== undefined) {
        const ratio = all.reduce((total, { statistic }) => total + statistic, 0) / freedom;
        usual[j] = [...(usual[j] ?? []), ratio].slice(-remembered);
        const logP = ({ statistic, degrees }: Finding): number => logTail(statistic / dispersion, degrees);
        const finding = others.reduce((least, other) => (logP(other) < logP(least) ? other : least), first);
        const known = held.slice(-(2 ** j));
        const asked = logP(finding) < level + Math.log(near) && known.length === 2 ** j;
        const own = asked ? logP(corrected(flow, units, finding, known)) : logP(finding);
        if (own < level && (found === null || own < found.logP)) found = { sum, logP: own, dispersion };
      }
      if (j === scales - 1) waiting[j] = sum;
    }
    return found;
  };

  return {
    name: "change",
    before(flow: Flow, batch: Batch): void {
      const units = unitsOf(flow.program.artefact);
      current ??= {
        rows: 0,
        phi: Float64Array.from(flow.phi),
        memory: flow.state("memory").slice(),
        score: new Float64Array(flow.phi.length),
        information: new Float64Array(extentOf(units).numbers),
      };
      const own = measured(flow, batch, current.phi, units);
      if (own === null) return;
      gathered.push(copied(batch));
      current.rows += batch.rows;
      current.score = current.score.map((s, i) => s + (own.score[i] as number));
      current.information = current.information.map((x, i) => x + (own.information[i] as number));
      const wanted = Math.max(leastRows, ...units.map(({ joint, size }) => (joint ? rowsEach * size : 1)));
      if (current.rows < wanted) return;
      const { rows, score, information } = current;
      held = [...held, { phi: current.phi, rows: joined(gathered) }].slice(-heldStretches);
      gathered = [];
      const variance = varianceOf(units, information, known(flow, current, units));
      current = null;
      if (variance === null) return;
      const alarm = test(flow, units, { rows, score, information, variance });
      if (alarm === null) return;
      flow.events.push(eventOf(flow, units, alarm, batch, time));
      flow.fade(reset);
      anew();
    },
    moved: anew,
    mark() {
      // arrays are replaced, never written to
      const before = { stretches, waiting: [...waiting], held, gathered: [...gathered], usual: [...usual] };
      const stretch = current === null ? null : { ...current };
      return () => {
        ({ stretches, waiting, held, gathered } = before);
        usual.splice(0, usual.length, ...before.usual);
        current = stretch;
      };
    },
    save(): Baggage {
      const tensors = new Map<string, Float64Array>();
      const put = (name: string, { score, information, variance }: Evidence): void => {
        tensors.set(`${name} score`, score);
        tensors.set(`${name} information`, information);
        tensors.set(`${name} variance`, variance);
      };
      for (const [j, sum] of waiting.entries()) if (sum !== null) put(`sum ${j}`, sum);
      if (current !== null) {
        put("current", { ...current, variance: new Float64Array(0) });
        tensors.set("current phi", current.phi);
        tensors.set("current memory", current.memory);
      }
      for (const [k, { phi, rows }] of held.entries()) {
        tensors.set(`held ${k} phi`, phi);
        for (const [name, column] of rows.columns) tensors.set(`held ${k} column ${name}`, column);
      }
      if (gathered.length > 0)
        for (const [name, column] of joined(gathered).columns) tensors.set(`gathered column ${name}`, column);
      const rows = waiting.map((sum) => sum?.rows ?? 0);
      const counts = held.map((stretch) => stretch.rows.rows);
      const ratios = usual.map((own) => own.slice());
      return { values: { stretches, rows, held: counts, usual: ratios, current: current?.rows ?? null }, tensors };
    },
    restore({ values, tensors }: Baggage): void {
      const { rows } = values;
      const counts = [values.stretches, ...(Array.isArray(rows) ? rows : [null])];
      counts.push(...(Array.isArray(values.held) ? values.held : [null]), values.current ?? 0);
      if (!counts.every((n) => Number.isSafeInteger(n) && (n as number) >= 0))
        throw new RangeError("its counts are not numbers");
      const tensor = (name: string): Float64Array => {
        const found = tensors.get(name);
        if (found === undefined) throw new RangeError(`it has no ${name}`);
        return found.slice();
      };
      const evidence = (name: string): Evidence => ({
        score: tensor(`${name} score`),
        information: tensor(`${name} information`),
        variance: tensor(`${name} variance`),
      });
      const batch = (prefix: string, count: number): Batch => {
        const own = [...tensors].filter(([name]) => name.startsWith(prefix));
        const columns = new Map(own.map(([name, column]) => [name.slice(prefix.length), column.slice()]));
        return { rows: count, firstRow: 1, columns };
      };
      const ratios = Array.isArray(values.usual) ? (values.usual as unknown[]) : [];
      if (!ratios.every((own) => Array.isArray(own) && own.every(Number.isFinite)))
        throw new RangeError("what is usual is not a number");
      usual.splice(0, usual.length, ...(ratios as number[][]).map((own) => own.slice()));
      held = (values.held as number[]).map((n, k) => ({
        phi: tensor(`held ${k} phi`),
        rows: batch(`held ${k} column `, n),
      }));
      gathered = values.current === null ? [] : [batch("gathered column ", values.current as number)];
      stretches = values.stretches as number;
      waiting = (rows as number[]).map((n, j) => (n === 0 ? null : { ...evidence(`sum ${j}`), rows: n }));
      current =
        values.current === null
          ? null
          : {
              ...evidence("current"),
              rows: values.current as number,
              phi: tensor("current phi"),
              memory: tensor("current memory"),
            };
    },
  };
}

/** The median of χ² over its degrees of freedom (Wilson and Hilferty 1931). */
const medianOf = (degrees: number): number => (1 - 2 / (9 * degrees)) ** 3;

/** How far statistics are usually above χ², 1 at least: their median, less two of its own standard errors. */
function dispersionOf(usual: readonly number[], degrees: number): number {
  if (usual.length === 0) return 1;
  const sorted = usual.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] as number, sorted[sorted.length >> 1] as number];
  const error = Math.sqrt((Math.PI / 2) * (2 / degrees / sorted.length));
  return Math.max(1, ((low + high) / 2 / medianOf(degrees)) * (1 - 2 * error));
}
