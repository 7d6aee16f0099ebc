// A finished flow as the summary that every output shows: the numbers are made here, once.

import { type Diagnostic, diagnose, position } from "../diagnostics/index.ts";
import {
  coverageOf,
  type Flow,
  type FlowEvent,
  factorWhole,
  keptAs,
  NumericalError,
  type Program,
  type ProgramParameter,
  type ProgramReport,
  prequentialOf,
  type Scores,
} from "../runtime/index.ts";
import { type Declared, declaredScalar, declaredVector, logJacobian } from "./declared.ts";
import { codeLength, pacBayes } from "./evidence.ts";
import { normalQuantile } from "./quantile.ts";
import { disagreement, type Spread, sandwich } from "./robust.ts";
import type { Summary, SummaryDiagnostic, SummaryParameter, SummaryReport, SummarySetting } from "./summary.ts";

/** What the summary says besides the flow's own state. */
export interface SummaryContext {
  readonly skipped: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly timing: Summary["timing"];
  /** Rows that were not learnt from, by why. */
  readonly leftOut?: Summary["leftOut"];
  /** Missing values of each optional data item. */
  readonly missing?: Summary["missing"];
  /** What happened to this run, and is no part of the flow's history. */
  readonly notes?: readonly FlowEvent[];
  /** How the scores of a fit's rows vary, where it was looked at. */
  readonly scores?: Scores | null;
}

/** The timing of what is not timed. */
export const untimed: Summary["timing"] = { compileMs: 0, readMs: 0, updateMs: 0, totalMs: 0 };

/**
 * Makes the summary of a flow; uses the artefact's factorisation and solver. Throws NumericalError where an estimate,
 * an error or an end of an interval is not a finite number.
 */
export function summarise(flow: Flow, context: SummaryContext): Summary {
  const { program } = flow;
  const { options } = program;
  const inverse = new Inverse(flow);
  const z = normalQuantile(0.5 + options.interval / 2);
  const posterior = options.target === "posterior";
  const scores = context.scores ?? null;
  const robust = scores === null ? null : sandwich((v) => inverse.solve(v), scores.products);
  const errors = robust !== null && options.errors === "sandwich" ? "sandwich" : "model";
  const rowsOf = (spread: Spread): SummaryParameter[] =>
    program.parameters.flatMap((p) => parameterRows(p, flow.phi, inverse, spread, z, posterior));
  const [own, other] = [rowsOf(inverse), robust === null ? null : rowsOf(robust)];
  const shownRows = errors === "sandwich" && other !== null ? other : own;
  // rows of very many levels are not copied
  const parameters = other === null ? own : shownRows.map((row, k) => ({ ...row, robust: other[k]?.se ?? null }));
  const asked = options.errors === "sandwich";
  const absent = asked && robust === null ? [diagnose("FF611", null, { reason: missingScores(program) })] : [];
  const said = asked || scores === null || robust === null ? absent : doubts(program, inverse, robust, scores);
  const spread = errors === "sandwich" && robust !== null ? robust : inverse;
  const reports = program.reports.flatMap((r) => reportRows(r, program, inverse.size, spread, z));
  const undefinedNumbers = [...parameters, ...reports].flatMap(notFinite);
  if (undefinedNumbers.length > 0) throw new NumericalError(undefinedNumbers);
  const { logPrior, size } = inverse;
  const effective = size - inverse.priorShare.reduce((sum, share) => sum + share, 0);
  const logLikelihood = options.mode === "fit" ? flow.logLikelihood : null;
  const proper = inverse.priorDiagonal.every((x) => x > 0);
  const volume = (size / 2) * Math.log(2 * Math.PI) - inverse.logdet / 2 + logJacobian(program, flow.phi);
  const evidence =
    logLikelihood === null || size === 0 || !program.parameters.every((p) => p.proper)
      ? null
      : logLikelihood + logPrior + volume;
  const prequential = prequentialOf(flow);
  const peak =
    logLikelihood === null || size === 0
      ? null
      : {
          rows: flow.rows,
          size,
          logLikelihood,
          logPrior,
          logEvidence: finite(evidence),
          effectiveParameters: effective,
          logdet: inverse.logdet,
          prior: inverse.prior,
          priorShare: size - effective,
        };
  const gained = proper ? (inverse.logdet - inverse.priorDiagonal.reduce((sum, x) => sum + Math.log(x), 0)) / 2 : null;
  return {
    schema: "ffm.summary/1",
    model: { name: program.name, hash: program.hash },
    mode: options.mode,
    rows: flow.rows,
    skipped: flow.skipped + context.skipped,
    leftOut: context.leftOut ?? { bad: flow.skipped + context.skipped, repeated: 0, late: 0, newLevel: 0 },
    missing: context.missing ?? {},
    passes: flow.passes,
    converged: flow.converged,
    logLikelihood,
    logPrior,
    logEvidence: finite(evidence),
    prequential: prequential?.value ?? null,
    prequentialFrom: prequential?.from ?? null,
    coverage: coverageOf(flow),
    aic: logLikelihood === null ? null : 2 * size - 2 * logLikelihood,
    bic: logLikelihood === null ? null : size * Math.log(flow.rows) - 2 * logLikelihood,
    effectiveParameters: finite(effective),
    informationGained: finite(gained),
    codeLength: peak === null ? null : codeLength(peak),
    pacBayes: peak === null || !program.discrete ? null : pacBayes(peak),
    errors,
    parameters,
    reports,
    interval: options.interval,
    plan: {
      blocks: program.plan.blocks.map(({ parameters: names, structure, flopsPerRow, bytes, reason }) => ({
        parameters: names,
        structure,
        flopsPerRow,
        bytes,
        reason,
      })),
      flopsPerRow: program.plan.flopsPerRow,
      bytes: program.plan.bytes,
      backend: program.artefact.backend,
    },
    events: [...flow.events, ...(context.notes ?? [])].map((event) =>
      event.kind === "replanned" ? { ...event, message: `${event.from} → ${event.to}: ${event.reason}` } : event,
    ),
    diagnostics: [...program.diagnostics, ...flow.diagnostics, ...said, ...context.diagnostics].map((d) =>
      shown(d, program.source),
    ),
    configuration: { ...(program.options as unknown as Record<string, SummarySetting>) },
    timing: context.timing,
  };
}

/** The inverse of the total information at φ, through the artefact. */
class Inverse implements Spread {
  readonly size: number;
  readonly logPrior: number;
  readonly logdet: number;
  readonly priorDiagonal: Float64Array;
  /** Share of each coordinate's information that its prior brought. */
  readonly priorShare: Float64Array;
  /** Score and curvature of the log prior; null where its curvature is more than a diagonal. */
  readonly prior: { readonly score: Float64Array; readonly diagonal: Float64Array } | null;
  readonly #flow: Flow;
  readonly #variance: Float64Array;

  constructor(flow: Flow) {
    this.#flow = flow;
    this.size = flow.phi.length;
    const { artefact } = flow.program;
    this.#region("phi").set(flow.phi);
    factorWhole(artefact, true);
    this.logPrior = this.#region("logPrior")[0] as number;
    this.logdet = this.#region("logdet")[0] as number;
    this.priorDiagonal = this.#region("priorDiagonal").slice();
    this.#variance = this.#region("variance").slice();
    const separable = this.#region("prior").every((x) => x === 0);
    this.prior = separable ? { score: this.#region("priorScore").slice(), diagonal: this.priorDiagonal } : null;
    this.priorShare = this.priorDiagonal.map((x, i) => Math.min(1, x * (this.#variance[i] as number)));
  }

  variance(coordinate: number): number {
    return this.#variance[coordinate] as number;
  }
  /** I⁻¹ v */
  solve(v: Float64Array): Float64Array {
    this.#region("residual").set(v);
    this.#flow.program.artefact.run("solve", 0);
    return this.#region("step").slice();
  }
  along(v: Float64Array): number {
    const moved = this.solve(v);
    return v.reduce((sum, x, i) => sum + x * (moved[i] as number), 0);
  }
  /** Covariance of neighbouring coordinates, row-major. */
  covariance(first: number, count: number): Float64Array {
    const block = new Float64Array(count * count);
    for (let k = 0; k < count; k++) {
      const unit = new Float64Array(this.size);
      unit[first + k] = 1;
      const column = this.solve(unit);
      for (let i = 0; i < count; i++) block[i * count + k] = column[first + i] as number;
    }
    return block;
  }
  #region(name: keyof Program["artefact"]["step"]["layout"]["state"]): Float64Array {
    const { artefact } = this.#flow.program;
    const { offset, length } = artefact.step.layout.state[name];
    return artefact.memory.subarray(offset, offset + length);
  }
}

/** Why there is no sandwich. */
function missingScores({ plan, options }: Program): string {
  if (plan.blocks.some(({ loss }) => loss !== 0))
    return `\`${keptAs(plan)}\` information leaves out what the sandwich needs`;
  return options.mode === "stream"
    ? "for the sandwich a stream would need its rows once more, at the estimate"
    : "the rows that the sandwich needs are not at hand";
}

/** A word where the model's errors are not to be trusted; none where its prior is more than a curvature for each coordinate. */
function doubts(program: Program, inverse: Inverse, robust: Spread, { counts }: Scores): readonly Diagnostic[] {
  if (inverse.prior === null) return [];
  const elements = program.parameters.flatMap((p) =>
    Array.from({ length: p.size }, (_, k) => {
      const whole = p.transform.kind === "simplex" || p.transform.kind === "ordered";
      const index = whole ? [] : indexOf(p.shape, p.labels, k);
      return { name: index.length === 0 ? p.name : `${p.name}[${index.join(", ")}]`, coordinate: p.first + k };
    }),
  );
  return disagreement(elements, (v) => inverse.solve(v), robust, inverse.prior.diagonal, counts);
}

function parameterRows(
  p: ProgramParameter,
  phi: Float64Array,
  inverse: Inverse,
  spread: Spread,
  z: number,
  posterior: boolean,
): SummaryParameter[] {
  const rows: SummaryParameter[] = [];
  const push = (element: number, declared: Declared, fromPrior: number): void => {
    const { estimate, se, lower, upper } = declared;
    const index = indexOf(p.shape, p.labels, element);
    rows.push({ name: p.name, index, estimate, se, lower, upper, fromPrior, robust: null });
  };
  if (p.transform.kind !== "simplex" && p.transform.kind !== "ordered") {
    for (let k = 0; k < p.size; k++) {
      const i = p.first + k;
      const sd = Math.sqrt(spread.variance(i));
      push(k, declaredScalar(p.transform, phi[i] as number, sd, z, posterior), inverse.priorShare[i] as number);
    }
    return rows;
  }
  const width = p.freeShape[p.freeShape.length - 1] as number;
  const length = p.shape[p.shape.length - 1] as number;
  for (let row = 0; row * width < p.size; row++) {
    const first = p.first + row * width;
    const covariance = spread.covariance(first, width);
    const elements = declaredVector(p.transform, phi.slice(first, first + width), covariance, z, posterior);
    const shares = inverse.priorShare.slice(first, first + width);
    const share = shares.reduce((a, b) => a + b, 0) / Math.max(1, width);
    for (const [k, declared] of elements.entries()) push(row * length + k, declared, share);
  }
  return rows;
}

/** Values of a derived quantity with delta-method errors; intervals on the scale that its support suggests. */
function reportRows(report: ProgramReport, program: Program, size: number, spread: Spread, z: number): SummaryReport[] {
  const { artefact } = program;
  const regions = artefact.step.layout.reports.get(report.name);
  if (regions === undefined) return [];
  artefact.run("reports", 0);
  const values = artefact.memory.slice(regions.value.offset, regions.value.offset + regions.value.length);
  const gradients = artefact.memory.slice(regions.gradient.offset, regions.gradient.offset + regions.gradient.length);
  return Array.from(values, (estimate, k) => {
    const se = Math.sqrt(Math.max(0, spread.along(gradients.slice(k * size, (k + 1) * size))));
    return {
      name: report.name,
      index: indexOf(report.shape, report.labels, k),
      estimate,
      se,
      ...interval(report.support, estimate, se, z),
    };
  });
}

function interval(
  support: ProgramReport["support"],
  estimate: number,
  se: number,
  z: number,
): { lower: number; upper: number } {
  if (support === "positive" && estimate > 0) {
    const factor = Math.exp((z * se) / estimate);
    // so wide that only the bound and the delta method are left
    if (!Number.isFinite(estimate * factor)) return { lower: 0, upper: estimate + z * se };
    return { lower: estimate / factor, upper: estimate * factor };
  }
  if (support === "unit" && estimate > 0 && estimate < 1) {
    const [logit, width] = [Math.log(estimate / (1 - estimate)), (z * se) / (estimate * (1 - estimate))];
    return { lower: 1 / (1 + Math.exp(width - logit)), upper: 1 / (1 + Math.exp(-width - logit)) };
  }
  return { lower: estimate - z * se, upper: estimate + z * se };
}

function indexOf(
  shape: readonly number[],
  labels: readonly (readonly string[] | null)[],
  element: number,
): (string | number)[] {
  // as long as it will be: a list that grows keeps room for more, and there may be very many
  const index = new Array<string | number>(shape.length);
  let rest = element;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    const place = rest % size;
    index[axis] = labels[axis]?.[place] ?? place + 1;
    rest = Math.floor(rest / size);
  }
  return index;
}

function shown(diagnostic: Diagnostic, source: string): SummaryDiagnostic {
  const { code, severity, message, span } = diagnostic;
  return { code, severity, message, span: span === null ? null : { file: span.file, ...position(source, span.start) } };
}

const numbers = ["estimate", "se", "lower", "upper"] as const;

/** What of a row is not a finite number, as errors. */
function notFinite(row: SummaryParameter | SummaryReport): Diagnostic[] {
  const bad = numbers.find((key) => !Number.isFinite(row[key]));
  if (bad === undefined) return [];
  const name = row.index.length === 0 ? row.name : `${row.name}[${row.index.join(", ")}]`;
  const words = { estimate: "estimate", se: "standard error", lower: "interval", upper: "interval" } as const;
  return [diagnose("FF603", null, { what: `The ${words[bad]} of \`${name}\`` })];
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
