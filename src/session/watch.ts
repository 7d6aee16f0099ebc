// The honesty watch of a flow, where its settings and its cost allow one.

import type { Compiled } from "../compile.ts";
import { random } from "../ir/index.ts";
import { forecaster } from "../predict/index.ts";
import { type Companion, type Program, Watch, type WatchCosts, watchName } from "../runtime/index.ts";
import type { Circumstances } from "./companions.ts";
import type { Resolved } from "./options.ts";

/** Probability of a false alarm, ever, where none was asked for. */
const usualAlpha = 0.01;
/** Coordinates above which the covariance costs too much unless it was asked for. */
const most = 1000;

/** The watch of a flow over a program; none where it is off, or left to us and dear or not to be had. */
export function watchFor(
  compiled: Compiled,
  program: Program,
  options: Resolved,
  { live, saved }: Circumstances,
): readonly Companion[] {
  const { watch, seed, plain } = options;
  if (watch === "off") return [];
  // a plain flow's estimate is not where its information says; rows one by one are not held up unless asked
  const fitting = saved === undefined ? live !== true && plain === null : saved.includes(watchName);
  if (watch === "auto" && !(fitting && program.artefact.step.size <= most)) return [];
  const alpha = watch === "auto" ? usualAlpha : watch;
  const costs = costsOf(compiled, program);
  const chance = (name: string): (() => number) => random(seed, name).uniform;
  return [new Watch(({ program: current }) => forecaster(compiled, current), { alpha, chance, costs })];
}

/** In microseconds, of a machine of a few years ago; only their ratios count. */
function costsOf({ density }: Compiled, { artefact, plan }: Program): WatchCosts {
  const { size, layout } = artefact.step;
  // a distribution function by summing or integrating costs far more than one that is stated
  const row = density.terms.reduce((sum, term) => {
    if (term.kind !== "likelihood" || term.anyone === null) return sum;
    const { cdf, levels, support } = term.anyone;
    return sum + (cdf !== null || levels !== null ? 20 : support.integer ? 60 : 300);
  }, 5);
  return {
    // a row is read, too
    learn: 1.5 + plan.flopsPerRow / 3000,
    batch: 5,
    row,
    call: 60,
    refresh: 50 + (2 * size * layout.state.memory.length) / 1500,
  };
}
