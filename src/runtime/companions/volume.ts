// How much of the parameter space a flow's memory and prior leave: log ∫ exp(memory(ψ)) π(ψ) dψ by Laplace's method
// about the maximum, which one Newton step reaches (exact where the prior is normal). Observers share one, so that
// what did not change between a batch and the next is not factored twice.

import type { StateName } from "../../ir/index.ts";
import type { Flow } from "../flow.ts";
import { factorWhole } from "../memory.ts";
import { stateOf } from "../regions.ts";

/** What memory and prior come to. */
export interface Measured {
  /** Log determinant of D + I_π. */
  readonly logdet: number;
  /** log π at φ. */
  readonly logPrior: number;
  /** log ∫ exp(memory) π − (P/2) log 2π, with the memory 0 at φ. */
  readonly integral: number;
}

/** log |∂T/∂φ| of a flow's parameters at a point, where densities are in declared space; else 0. */
export type LogJacobian = (flow: Flow, phi: Float64Array) => number;

/** What the measure overwrites and a plain step carries along from batch to batch. */
const carried = ["factor", "status", "information", "damping", "residual", "step"] as const satisfies StateName[];
/** By which a flow is known to be where it was. */
const telling = ["phi", "gradient", "memory"] as const;

/** A measure of one flow at a time. */
export class Volume {
  readonly #logJacobian: LogJacobian;
  #seen: readonly Float64Array[] = [];
  #last: Measured | null = null;

  constructor(logJacobian: LogJacobian) {
    this.#logJacobian = logJacobian;
  }

  /** The volume as the flow stands; null where its information is singular. */
  of(flow: Flow): Measured | null {
    const now = telling.map((name) => flow.state(name));
    const same = now.every((values, k) => alike(values, this.#seen[k]));
    if (same) return this.#last;
    this.#last = measure(flow, this.#logJacobian);
    this.#seen = now.map((values) => values.slice());
    return this.#last;
  }

  /** Forgets what was measured: the flow is another, or goes on from elsewhere. */
  forget(): void {
    this.#seen = [];
    this.#last = null;
  }
}

function alike(a: Float64Array, b: Float64Array | undefined): boolean {
  if (b === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function measure(flow: Flow, logJacobian: LogJacobian): Measured | null {
  const { artefact, options } = flow.program;
  const kept = options.plain === null ? [] : carried.map((name) => [name, flow.state(name).slice()] as const);
  factorWhole(artefact, false);
  const found = singular(flow) ? null : read(flow, logJacobian);
  for (const [name, values] of kept) flow.state(name).set(values);
  if (options.plain === null) {
    // what an update that borrows the memory's factor would make itself
    const { control } = artefact.step.layout;
    const steering = flow.state("control");
    steering[control.fresh] = found === null ? 0 : 1;
    steering[control.appended] = 0;
  }
  return found;
}

function read(flow: Flow, logJacobian: LogJacobian): Measured | null {
  const { artefact } = flow.program;
  const [residual, step, prior] = [flow.state("residual"), flow.state("step"), flow.state("priorScore")];
  for (let i = 0; i < residual.length; i++) residual[i] = (flow.gradient[i] as number) + (prior[i] as number);
  artefact.run("solve", 0);
  let lift = 0;
  for (let i = 0; i < residual.length; i++) lift += (residual[i] as number) * (step[i] as number);
  const top = flow.phi.map((x, i) => x + (step[i] as number));
  artefact.run("invert", 0);
  const logdet = stateOf(artefact, "logdet")[0] as number;
  const logPrior = stateOf(artefact, "logPrior")[0] as number;
  const integral = logPrior + lift / 2 - logdet / 2 + logJacobian(flow, top);
  return Number.isFinite(integral) ? { logdet, logPrior, integral } : null;
}

/** Whether a pivot vanished. */
function singular(flow: Flow): boolean {
  return flow.program.artefact.step.blocks.some((_, k) => flow.state("status")[3 * k] !== 0);
}
