// The planner: a pure function of shapes, of which parameters meet in which terms, of the information wanted and of
// the budget. It weighs the structures a block could have, keeps what the budget allows, and takes the one that
// loses least information, saying why.

import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import {
  type Budget,
  type Candidate,
  type Derivatives,
  elements,
  type FactorGroup,
  type GraphBuilder,
  type InformationKind,
  info,
  known,
  type NodeId,
  order,
  type Plan,
  type StructureKind,
} from "../ir/index.ts";
import { sharePerFactor, structures } from "../structures/index.ts";

export interface PlanOptions {
  readonly structure: StructureKind | "auto";
  readonly information: InformationKind;
  readonly budget: Budget;
  /** Rows of one internal batch. */
  readonly batchRows: number;
  /** Multiply–adds a second of the target, for budgets in time. */
  readonly rate: number;
}

/** Held for each structure: the information of the pass, the memory of all data seen, and a factorisation. */
const copies = 2;
/** Without a budget a plan still holds no more than this. */
const defaultBytes = 1024 ** 3;

type Bound = Derivatives & { readonly graph: GraphBuilder };

/** Plans bound derivatives; `plan` is null where nothing fits, and a diagnostic says what would. */
export function plan(bound: Bound, options: PlanOptions): { plan: Plan | null; diagnostics: readonly Diagnostic[] } {
  const parameters = bound.parameters.map((p) => ({ name: p.name, size: elements(p.freeShape) }));
  const size = parameters.reduce((sum, p) => sum + p.size, 0);
  const forward = flopsOf(bound.graph, [bound.row.value, ...bound.row.gradient.values()]);
  const groups = bound.row.factors[options.information === "empirical" ? "empirical" : "expected"];
  const kinds = Object.keys(structures) as StructureKind[];
  const allowed = options.structure === "auto" ? kinds : [options.structure];
  const costs = kinds.map((kind) => costOf(bound.graph, kind, size, groups, forward, options));
  const candidates = kinds.map((kind, k) => judge(kind, costs[k] as Cost, allowed, options, size));
  const chosen = candidates.find((c) => c.fits);
  if (chosen === undefined) {
    const smallest = costs.reduce((a, b) => (b.bytes < a.bytes ? b : a));
    const wanted = costs[kinds.indexOf(allowed[0] as StructureKind)] as Cost;
    const hint =
      smallest.bytes < wanted.bytes
        ? `\`structure ${smallest.kind}\` needs ${bytes(smallest.bytes)} and ${Math.ceil(smallest.flopsPerRow)} flops per row`
        : `the smallest structure needs ${bytes(smallest.bytes)} and ${Math.ceil(smallest.flopsPerRow)} flops per row: raise the budget to that`;
    const needs = `${bytes(wanted.bytes)} and ${Math.ceil(wanted.flopsPerRow)} flops per row`;
    const args = { structure: allowed.join(" or "), size, needs };
    return { plan: null, diagnostics: [diagnose("FF420", null, args, hint)] };
  }
  const reason = reasonOf(chosen, options, size, candidates);
  const verdicts = candidates.map((c) => (c === chosen ? { ...c, verdict: "chosen" } : c));
  const block = {
    parameters: parameters.map((p) => p.name),
    size,
    structure: chosen.structure,
    flopsPerRow: chosen.flopsPerRow,
    bytes: chosen.bytes,
    reason,
    candidates: verdicts,
  };
  const notes = bound.notes.map((note) => `${note.statement}: ${note.reason}`);
  return {
    plan: {
      kind: "plan",
      information: options.information,
      blocks: [block],
      flopsPerRow: chosen.flopsPerRow,
      bytes: chosen.bytes,
      batchRows: options.batchRows,
      notes: options.information === "expected" ? notes : [],
    },
    diagnostics: [],
  };
}

interface Cost {
  readonly kind: StructureKind;
  readonly flopsPerRow: number;
  readonly bytes: number;
}

function costOf(
  g: GraphBuilder,
  kind: StructureKind,
  size: number,
  groups: readonly FactorGroup[],
  forward: number,
  options: PlanOptions,
): Cost {
  const structure = structures[kind];
  let perRow = forward;
  for (const group of groups) {
    const lanes = group.lanes === null ? 1 : known(group.lanes);
    perRow += lanes * structure.cost(size, sharePerFactor({ graph: g }, group.parts, size)).perFactor;
  }
  const perSolve = structure.cost(size, 1).perSolve / options.batchRows;
  const held = 8 * (copies * structure.length(size) + structure.factorLength(size));
  return { kind, flopsPerRow: Math.round(perRow + perSolve), bytes: held };
}

function judge(
  kind: StructureKind,
  cost: Cost,
  allowed: readonly StructureKind[],
  options: PlanOptions,
  size: number,
): Candidate {
  const { budget } = options;
  const seconds = cost.flopsPerRow / options.rate;
  let verdict = "affordable";
  if (!allowed.includes(kind)) verdict = `\`structure ${options.structure}\` was asked for`;
  else if (budget.bytes !== undefined && cost.bytes > budget.bytes)
    verdict = `${bytes(cost.bytes)} for ${size} coordinates exceed the budget of ${bytes(budget.bytes)}`;
  else if (budget.bytes === undefined && cost.bytes > defaultBytes)
    verdict = `${bytes(cost.bytes)} for ${size} coordinates exceed the ${bytes(defaultBytes)} a plan takes without a budget`;
  else if (budget.flopsPerRow !== undefined && cost.flopsPerRow > budget.flopsPerRow)
    verdict = `${cost.flopsPerRow} flops per row exceed the budget of ${budget.flopsPerRow}`;
  else if (budget.secondsPerRow !== undefined && seconds > budget.secondsPerRow)
    verdict = `about ${time(seconds)} per row exceed the budget of ${time(budget.secondsPerRow)}`;
  return { structure: kind, flopsPerRow: cost.flopsPerRow, bytes: cost.bytes, fits: verdict === "affordable", verdict };
}

function reasonOf(chosen: Candidate, options: PlanOptions, size: number, candidates: readonly Candidate[]): string {
  const what = `${size} coordinate${size === 1 ? "" : "s"}`;
  if (options.structure !== "auto")
    return `\`structure ${options.structure}\` was asked for; ${what} take ${bytes(chosen.bytes)}`;
  if (chosen.structure === "full")
    return `${what} take ${bytes(chosen.bytes)} in full, within the budget: nothing is lost`;
  const passed = candidates.find((c) => !c.fits);
  return `full was passed over: ${passed?.verdict ?? "it does not fit"}; correlations between parameters are lost`;
}

/** Multiply–adds of evaluating nodes for one row. */
function flopsOf(g: GraphBuilder, roots: readonly NodeId[]): number {
  let total = 0;
  for (const id of order(g, roots)) {
    const node = g.node(id);
    if (!node.row) continue;
    const { flops } = info(node.op);
    const over =
      node.op === "contract" || info(node.op).kind === "reduction" ? g.shape(node.args[0] as NodeId) : node.shape;
    total += flops * Math.max(1, elements(over));
  }
  return total;
}

/** A number of bytes as a person reads it. */
export function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

function time(seconds: number): string {
  if (seconds < 1e-6) return `${(seconds * 1e9).toPrecision(3)} ns`;
  if (seconds < 1e-3) return `${(seconds * 1e6).toPrecision(3)} us`;
  return `${(seconds * 1e3).toPrecision(3)} ms`;
}
