// Models compared on the same rows: what each is worth, how sure that makes one of them, and since when. Made here once
// from the evidence or the fits, with the table that `ffm compare` prints.

import { type Column, columns, figure, type Paint, painter, printable, type TableOptions, wrapped } from "./lines.ts";

/** Version of the contract `ffm.compare/1`. */
export const compareSchema = "ffm.compare/1";

/** What is known of one model after all rows. */
export interface Contender {
  readonly name: string;
  readonly hash: string;
  /** Unconstrained parameters. */
  readonly size: number;
  /** Parameters without a prior that integrates to one. */
  readonly flat: readonly string[];
  /** Log evidence of all rows, prequential in a stream, Laplace's of a fit; null where a prior is flat. */
  readonly logEvidence: number | null;
  /** Prequential log evidence of the rows after the first; `stream` only. */
  readonly prequential: number | null;
  readonly logLikelihood: number | null;
  readonly aic: number | null;
  readonly bic: number | null;
  readonly effectiveParameters: number | null;
  readonly converged: boolean;
}

/** By what models are put in order. */
export type Basis = "evidence" | "prequential" | "bic";

export interface Ranked extends Contender {
  /** Log Bayes factor against the best, 0 or less; by `bic` an approximation (Schwarz 1978). */
  readonly logBayesFactor: number;
  /** Posterior probability among these models, were they as likely before. */
  readonly weight: number;
  /** Weight by AIC (Burnham & Anderson 2002, §2.9); `fit` only. */
  readonly aicWeight: number | null;
  /** The row at which the best one came to be ahead of it for good; null where it always was. */
  readonly overtakenAt: number | null;
}

/** The running log evidence of every model over rows, at most a few hundred points. */
export interface Course {
  readonly rows: readonly number[];
  /** One list a model, in the order of `models`. */
  readonly values: readonly (readonly number[])[];
}

export interface Comparison {
  readonly schema: typeof compareSchema;
  readonly mode: "fit" | "stream";
  /** Rows that every model saw. */
  readonly rows: number;
  /** The response that they are models of. */
  readonly response: string;
  readonly basis: Basis;
  /** The first row that counts, from 1. */
  readonly from: number;
  /** Best first. */
  readonly models: readonly Ranked[];
  /** Which model was ahead from which row on; `stream` only. */
  readonly leaders: readonly { readonly row: number; readonly model: string }[];
  /** `stream` only. */
  readonly course: Course | null;
}

/** What went before: by model, in the order given. */
export interface Contest {
  readonly mode: Comparison["mode"];
  readonly rows: number;
  readonly response: string;
  /** The first row after those that were fitted together. */
  readonly after: number;
  readonly contenders: readonly Contender[];
  /** Leads of a model over another, by their places: the row since which it is ahead; 0 from the start. */
  readonly ahead: (winner: number, loser: number) => number;
  readonly leaders: readonly { readonly row: number; readonly model: number }[];
  readonly course: Course | null;
}

/** Puts models in order. */
export function ranked(contest: Contest): Comparison {
  const { mode, contenders, after, course } = contest;
  const complete = contenders.every(({ logEvidence }) => logEvidence !== null);
  const basis: Basis = complete ? "evidence" : mode === "stream" ? "prequential" : "bic";
  const worth = contenders.map((one) => worthOf(one, basis));
  const best = worth.reduce((a, b, k) => (b > (worth[a] as number) ? k : a), 0);
  const weights = shares(worth);
  const aics = contenders.map(({ aic }) => (aic === null ? Number.NaN : -aic / 2));
  const aicWeights = shares(aics);
  const order = worth.map((_, k) => k).sort((a, b) => (worth[b] as number) - (worth[a] as number) || a - b);
  const models = order.map((k): Ranked => {
    const since = mode === "stream" && k !== best ? contest.ahead(best, k) : 0;
    return {
      ...(contenders[k] as Contender),
      logBayesFactor: (worth[k] as number) - (worth[best] as number),
      weight: weights[k] as number,
      aicWeight: Number.isFinite(aicWeights[k]) ? (aicWeights[k] as number) : null,
      overtakenAt: since === 0 ? null : since,
    };
  });
  return {
    schema: compareSchema,
    mode,
    rows: contest.rows,
    response: contest.response,
    basis,
    from: basis === "prequential" ? after : 1,
    models,
    leaders: contest.leaders.map(({ row, model }) => ({ row, model: (contenders[model] as Contender).name })),
    course: course === null ? null : { ...course, values: order.map((k) => course.values[k] as readonly number[]) },
  };
}

function worthOf({ logEvidence, prequential, bic }: Contender, basis: Basis): number {
  const value = { evidence: logEvidence, prequential, bic: bic === null ? null : -bic / 2 }[basis];
  return value ?? Number.NEGATIVE_INFINITY;
}

/** exp of logs, scaled to a sum of one. */
function shares(logs: readonly number[]): readonly number[] {
  const most = Math.max(...logs);
  const raw = logs.map((x) => Math.exp(x - most));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((x) => x / sum);
}

// ---------------------------------------------------------------- table

const headings: Readonly<Record<Basis, string>> = {
  evidence: "log evidence",
  prequential: "prequential",
  bic: "−BIC/2",
};

/** A comparison as text for a terminal, with a final line break. */
export function compareTable(comparison: Comparison, options: TableOptions = {}): string {
  const paint = painter(options);
  const { mode, rows, response, models, basis, from } = comparison;
  const head = `${paint("bold", `${models.length} models of ${printable(response)}`)}: ${mode} of ${rows} rows${
    from === 1 ? "" : `, counted from row ${from}`
  }`;
  const number = (heading: string, of: (one: Ranked) => number | null): Column[] => {
    const values = models.map(of);
    if (values.every((value) => value === null)) return [];
    return [{ heading, cells: values.map((value) => (value === null ? "–" : figure(value))), align: "point" }];
  };
  const list: Column[] = [
    { heading: "model", cells: models.map(({ name }) => printable(name)), align: "left" },
    { heading: "parameters", cells: models.map(({ size }) => String(size)), align: "right" },
    ...number(headings[basis], (one) => worthOf(one, basis)),
    ...number("log BF", ({ logBayesFactor }) => logBayesFactor),
    { heading: "weight", cells: models.map(({ weight }) => share(weight)), align: "right" },
    ...(mode === "fit" ? number("AIC", ({ aic }) => aic) : []),
    ...(mode === "fit" ? number("BIC", ({ bic }) => bic) : []),
    ...number("effective", ({ effectiveParameters }) => effectiveParameters),
  ];
  const parts = [[head], columns(list, paint), sentences(comparison, paint, options)];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function share(weight: number): string {
  return weight < 5e-4 ? "<0.001" : weight.toFixed(3);
}

function sentences({ models, leaders, mode, basis, from }: Comparison, paint: Paint, options: TableOptions): string[] {
  const [best, ...others] = models;
  if (best === undefined) return [];
  const said = others
    .filter(({ overtakenAt }) => overtakenAt !== null)
    .map(({ name, overtakenAt }) => `${best.name} overtook ${name} for good at row ${overtakenAt}.`);
  if (mode === "stream" && others.length > 0 && said.length === 0 && leaders.length === 1)
    said.push(`${best.name} was ahead from the first rows on.`);
  const flat = models
    .filter((one) => one.flat.length > 0)
    .map((one) => `${one.name} has no evidence of all rows: ${one.flat.join(", ")} without a proper prior.`);
  const instead = {
    evidence: [],
    prequential: [`Bayes factors are of the rows from ${from} on.`],
    bic: ["Bayes factors are by BIC, which stands for the evidence where priors are flat."],
  }[basis];
  const far = models.filter(({ converged }) => !converged).map(({ name }) => `${name} has not converged.`);
  const limit = Math.max(40, Math.min(options.width ?? 100, 100));
  return [
    ...said.flatMap((text) => wrapped(text, limit)),
    ...[...flat, ...instead, ...far].flatMap((text) => wrapped(text, limit).map((line) => paint("yellow", line))),
  ];
}
