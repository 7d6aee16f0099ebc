// The words of the language with a sentence each, for hovers and completion.

import type { BaseType, DistributionItem, Item } from "../syntax/index.ts";

type Words<K extends string> = Readonly<Record<K, string>>;

/** Words that start an item. */
export const itemWords: Words<Exclude<Item["kind"], "likelihood">> = {
  model: "The model's name; that of the file where it is left out.",
  use: "The items of another file, below the model's own folder.",
  const: "A number that is known while compiling, and may be set from outside.",
  data: "What is observed: a column of the data, of the same name unless `from` says another.",
  param: "What is unknown, with its type, and perhaps a prior (`~`) and a start for the search (`init`).",
  state: "An unknown that moves: a value for each row.",
  let: "A named expression. Whether it is computed once or for each row follows from what it depends on.",
  factor: "Any other term of the log-likelihood.",
  fn: "A function, expanded where it is called.",
  distribution: "A family of distributions, by its log density.",
  layer: "Parameters and a function that belong together.",
  report: "A derived quantity, with a standard error of its own.",
  flow: "How to run the model; every setting has a default.",
};

/** Words with a meaning in one place. */
export const otherWords: Words<
  | "from"
  | "once"
  | "init"
  | "sample"
  | "weight"
  | "truncated to"
  | "observed if"
  | "when"
  | "on"
  | "by"
  | "if"
  | "for"
  | "in"
  | "and"
  | "or"
  | "not"
> = {
  from: 'Which column, or columns, the data come from: a name, a list of names, or a pattern such as `"x*"`.',
  once: "One value, or one array, for all rows.",
  init: "Where the search for the estimate starts.",
  sample: "A start that is drawn from the prior, or from the distribution behind it, by the seed.",
  weight: "How often each row counts.",
  "truncated to": "The response was seen only because it lies between these bounds.",
  "observed if": "Where this is false, the true value is known to lie above the one in the data (right-censored).",
  when: "Rows for which this is false are left out of this statement.",
  on: "Where the values of a distribution lie.",
  by: "The column that orders a state.",
  if: "`if condition then a else b`",
  for: "A loop inside a fold: `sum(e for k in 1..K)`.",
  in: "The range of a loop, or the bounds of a type: `real in (a, b)`.",
  and: "Both conditions hold.",
  or: "At least one of the conditions holds.",
  not: "The condition does not hold.",
};

/** Types, and where their values lie. */
export const typeDocs: Readonly<Record<BaseType, string>> = {
  real: "Any number; `real in (a, b)` has bounds.",
  positive: "Above 0.",
  unit: "Between 0 and 1.",
  int: "Whole numbers.",
  count: "0, 1, 2, …",
  binary: "0 or 1.",
  category: "One of several levels, learnt from the data in order of first appearance; `category[K]` has K of them.",
  simplex: "Shares of K parts that sum to 1.",
  ordered: "K numbers in rising order.",
  unit_vector: "K numbers of length 1.",
  corr_cholesky: "The Cholesky factor of a K × K correlation matrix.",
  cov: "A K × K covariance matrix.",
};

/** Lines of a `distribution`. */
export const memberDocs: Readonly<Record<string, string>> = {
  logpdf: "The log density, or log probability, of a value.",
  fisher: "The Fisher information about the arguments, in closed form.",
  mean: "The mean.",
  variance: "The variance.",
  mode: "The most likely value.",
  cdf: "The probability of a value or a smaller one.",
  quantile: "The value below which a probability lies.",
};

/** What a family's overload says about itself beside its text. */
export function overloadNote(item: DistributionItem): string {
  const has = (name: string): boolean => item.members.some((member) => member.name.text === name);
  return has("fisher") ? "information in closed form" : "information from squared scores";
}

/** Settings of `flow`. */
export const flowDocs: Readonly<Record<string, string>> = {
  structure: "How the information about the parameters is kept.",
  budget: "What a state may take, in memory and per row.",
  information: "Which information stands for the curvature.",
  batch: "Rows of one update.",
  target: "The maximum of likelihood and prior, or the mean and standard deviation of the posterior.",
  damping: "What is added to the information while searching, as a share of it.",
  momentum: "The share of the steps before that a plain step carries on.",
  rate: "The length of a step, and how it changes.",
  line_search: "Whether a step is shortened until the objective grows.",
  inner: "The largest number of inner steps for a batch of a stream.",
  tolerance: "When a fit has converged: the decrement beside the log-likelihood.",
  interval: "The probability of the intervals.",
  seed: "The start of the random numbers.",
  threads: "How many threads compute.",
  backend: "What the model is compiled to.",
  exact: "Only arithmetic that gives the same bits on every machine.",
  warmup: "Rows of a stream that are held back and fitted first.",
  passes: "How often a stream goes over its rows.",
  shuffle: "Whether each pass of a stream takes the rows in an order of its own.",
  forget: "How much what was seen still counts.",
  drift: "How far parameters wander a row: the standard deviation of a step.",
  initial: "What a flow knows before its first row.",
  importance: "How much a saved state that a flow begins from counts of itself.",
  pilot: "Rows that the planner looks at before it chooses.",
  plan: "How the planner chooses: `pilot 1_000 rows`.",
  replan: "Rows after which a stream is planned anew.",
  stop: "When a stream has seen enough: less information gained than so many nats over so many rows.",
  errors: "Which standard errors a fit prints: the model's, or the sandwich's, which stand where rows vary otherwise.",
  prequential: "Whether a stream adds up its log evidence as it goes.",
  watch: "The probability of a false alarm of the honesty watch: a stream says when its intervals stop covering.",
  precision: "The numbers that large blocks of parameters are kept in.",
  mode: "Passes to the maximum (`fit`), or every row once (`stream`).",
  data: "The file with the data, relative to the model.",
  on_bad_row: "Whether a row that does not fit the model stops the run.",
  new_level: "What happens at a level that was not there before.",
  identity: "The column that names each row: a row whose name came before is left out and counted.",
  late: "What happens to rows that come later than a lag behind the newest.",
  max_passes: "The largest number of passes over the data.",
};
