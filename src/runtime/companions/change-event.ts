// What is told of a change: when, how surely, and which parameters moved by how much.

import type { Batch } from "../../ir/index.ts";
import { nameOf } from "../diagnose.ts";
import type { Noted } from "../event.ts";
import type { Flow } from "../flow.ts";
import { type Evidence, moves, type Unit } from "../score-test.ts";

/** Standard errors from which a coordinate is said to have moved, and how many are said. */
const [told, mostTold] = [2, 8];

/** What rows that follow one another say together. */
export interface Sum extends Evidence {
  readonly rows: number;
}

/** What a test found: log p, of a statistic divided by what is usual. */
export interface Alarm {
  readonly sum: Sum;
  readonly logP: number;
  readonly dispersion: number;
}

/** What an alarm tells: when, how surely, and what moved by how much. */
export function eventOf(
  flow: Flow,
  units: readonly Unit[],
  { sum, logP, dispersion }: Alarm,
  batch: Batch,
  time: string | null,
): Noted {
  const { program } = flow;
  const { shifts, sizes: plain } = moves(units, sum);
  const sizes = plain.map((x) => x / Math.sqrt(dispersion));
  const order = Array.from(sizes.keys()).sort((a, b) => Math.abs(sizes[b] as number) - Math.abs(sizes[a] as number));
  const moved = order.filter((i, k) => k === 0 || Math.abs(sizes[i] as number) >= told).slice(0, mostTold);
  // upper bounds turn the unconstrained scale around
  const turned = (i: number): boolean =>
    program.parameters.some(
      ({ transform, first, size }) => transform.kind === "upper" && i >= first && i < first + size,
    );
  const signed = (i: number, x: number): number => (turned(i) ? -x : x);
  const seen = flow.rows + batch.rows;
  const from = seen - sum.rows + 1;
  const p = Math.exp(logP);
  const parameters = moved.map((i) => nameOf(program, i));
  const standardised = moved.map((i) => Number(signed(i, sizes[i] as number).toPrecision(4)));
  const said = parameters.map((name, k) => {
    const size = standardised[k] as number;
    return `${name} ${size < 0 ? "fell" : "rose"} (${Math.abs(size).toFixed(1)} standard errors)`;
  });
  const values = time === null ? undefined : batch.columns.get(time);
  const at = values?.[batch.rows - 1];
  const shown = p > 0 ? p.toPrecision(2) : `e^${Math.round(logP)}`;
  return {
    kind: "changed",
    row: seen,
    message: `Rows ${from} to ${seen} don't follow the estimate before them (p = ${shown}): ${said.join(", ")}.`,
    details: {
      from,
      p,
      logP,
      dispersion,
      parameters,
      sizes: standardised,
      shifts: moved.map((i) => signed(i, shifts[i] as number)),
      ...(at === undefined ? {} : { time: at }),
    },
  };
}
