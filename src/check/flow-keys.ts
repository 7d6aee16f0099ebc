// The keys of `flow`, each with what it may be and how it is read.

import type { Budget, StructureRequest } from "../ir/index.ts";
import { type FlowOptions, type Rate, structureWords, type Wandering } from "./flow-options.ts";
import { bytes, counting, nameOf, numberOf, type Phrase, perSecond, rowsOf, seconds, wordOf } from "./flow-values.ts";

/** What reading a value gave; null where it is none of the key's. */
export type Result =
  | { readonly kind: "value"; readonly options: FlowOptions }
  | { readonly kind: "unbuilt"; readonly feature: string }
  /** Parts of it say two things of the same: which, as a sentence. */
  | { readonly kind: "clash"; readonly what: string }
  | null;

export interface Key {
  /** What it may be, for messages; empty for a key that is not carried out yet. */
  readonly expected: string;
  readonly read: (phrases: readonly Phrase[]) => Result;
}

const clash = (what: string): Result => ({ kind: "clash", what });
const value = (options: FlowOptions): Result => ({ kind: "value", options });
const given = <T>(found: T | null, make: (found: T) => FlowOptions): Result =>
  found === null ? null : value(make(found));

/** A key whose value has no commas. */
function single(expected: string, read: (phrase: Phrase) => Result): Key {
  return { expected, read: ([phrase = [], ...rest]) => (rest.length > 0 || phrase.length === 0 ? null : read(phrase)) };
}

/** A key with one word of a list; words of `later` belong to the language and are not carried out yet. */
function choice<W extends string>(words: readonly W[], later: readonly string[], make: (word: W) => FlowOptions): Key {
  return single(words.map((w) => `\`${w}\``).join(" or "), (phrase) => {
    const [first] = phrase;
    if (first === undefined || first.kind === "number") return null;
    const word = words.find((w) => w === first.text);
    if (word !== undefined) return phrase.length === 1 ? value(make(word)) : null;
    return later.includes(first.text) ? { kind: "unbuilt", feature: `\`${first.text}\`` } : null;
  });
}

/** A key with one number. */
function quantity(expected: string, valid: (x: number) => boolean, make: (x: number) => FlowOptions): Key {
  return single(expected, ([amount, ...more]) => given(more.length > 0 ? null : numberOf(amount, valid), make));
}

/** A key with a number of rows. */
function rows(make: (x: number) => FlowOptions): Key {
  return single("a number of rows from 1", (phrase) => given(rowsOf(phrase), make));
}

/** A switch: `true` or `false`. */
function yes(make: (on: boolean) => FlowOptions): Key {
  return choice(["true", "false"], [], (word) => make(word === "true"));
}

const positive = (x: number): boolean => x > 0 && Number.isFinite(x);

/** What the memory counts of itself after a change was found. */
const usualReset = 0.05;

/** All keys. */
export const keys: ReadonlyMap<string, Key> = new Map([
  [
    "structure",
    {
      expected:
        "`auto`, `full`, `full sqrt`, `diagonal`, `scalar`, `block`, `kronecker`, `arrow` or `lowrank 10`, or several with the parameters they are for, as in `kronecker for W1 W2, full`",
      read: structure,
    },
  ],
  ["budget", { expected: "sizes and times such as `2 MB, 5 us per row`, `10 ms per batch`, or `any`", read: budget }],
  [
    "information",
    single("`expected`, `empirical`, `observed`, `sampled` or `sampled 4`, the number of draws", (phrase) => {
      const [word, draws, ...more] = phrase;
      const kind = (["expected", "empirical", "observed", "sampled"] as const).find((w) => w === wordOf(word));
      if (kind === undefined || more.length > 0) return null;
      if (kind !== "sampled") return draws === undefined ? value({ information: kind }) : null;
      return given(draws === undefined ? 1 : numberOf(draws, counting), (count) => ({
        information: kind,
        draws: count,
      }));
    }),
  ],
  ["batch", rows((batch) => ({ batch }))],
  ["target", choice(["likelihood", "posterior"], [], (target) => ({ target }))],
  [
    "damping",
    {
      expected: "a number from 0, `adaptive`, or one that falls, as in `0.1 cosine` or `0.1, half_life 10_000 rows`",
      read: damping,
    },
  ],
  ["rate", { expected: "a positive number, as in `0.1`, `0.1 cosine` or `0.1, half_life 10_000 rows`", read: rate }],
  [
    "momentum",
    quantity(
      "a number from 0 and below 1",
      (x) => x >= 0 && x < 1,
      (momentum) => ({ momentum }),
    ),
  ],
  ["line_search", yes((lineSearch) => ({ lineSearch }))],
  ["inner", quantity("a whole number from 1", counting, (inner) => ({ inner }))],
  ["tolerance", quantity("a positive number", positive, (tolerance) => ({ tolerance }))],
  [
    "interval",
    quantity(
      "a probability between 0 and 1, such as `0.95`",
      (x) => x > 0 && x < 1,
      (interval) => ({ interval }),
    ),
  ],
  [
    "seed",
    quantity(
      "a whole number from 0",
      (x) => Number.isSafeInteger(x) && x >= 0,
      (seed) => ({ seed }),
    ),
  ],
  ["threads", quantity("a whole number from 1", counting, (threads) => ({ threads }))],
  ["backend", choice(["interpret", "js", "wasm"], ["tfjs"], (backend) => ({ backend }))],
  ["exact", yes((exact) => ({ exact }))],
  ["precision", choice(["auto", "single", "double"], [], (precision) => ({ precision }))],
  ["warmup", rows((warmup) => ({ warmup }))],
  ["passes", quantity("a whole number from 1", counting, (passes) => ({ passes }))],
  ["shuffle", yes((shuffle) => ({ shuffle }))],
  [
    "forget",
    {
      expected:
        "`none`, `half_life 10_000 rows`, `half_life 1 hour by COLUMN`, with a column of times, `rate 0.999`, `window 10_000 rows` or `adaptive 0.01`, the probability of a false alarm",
      read: forget,
    },
  ],
  [
    "drift",
    {
      expected: "standard deviations of a step a row with the parameters they are for, as in `0.01 for slope, 0.1`",
      read: drift,
    },
  ],
  ["initial", choice(["none", "prior", "empirical"], [], (initial) => ({ initial }))],
  ["pilot", rows((pilot) => ({ pilot }))],
  [
    "plan",
    single("`pilot 1_000 rows`", ([word, ...amount]) =>
      wordOf(word) === "pilot" ? given(rowsOf(amount), (pilot) => ({ pilot })) : null,
    ),
  ],
  [
    "replan",
    single("a number of rows, as in `every 100_000 rows`", (phrase) =>
      given(rowsOf(wordOf(phrase[0]) === "every" ? phrase.slice(1) : phrase), (replan) => ({ replan })),
    ),
  ],
  ["mode", choice(["fit", "stream"], [], (mode) => ({ mode }))],
  [
    "data",
    single('a file in quotes, such as `"rides.csv"`', ([first, ...more]) =>
      first?.kind === "string" && more.length === 0 ? value({ data: first.text }) : null,
    ),
  ],
  ["on_bad_row", choice(["stop", "skip"], [], (onBadRow) => ({ onBadRow }))],
  ["new_level", choice(["error", "add", "prior"], [], (newLevel) => ({ newLevel }))],
  ["identity", single("the column that names each row, as in `id`, or `id last 100_000`", identity)],
  ["late", single("`skip 1 hour by COLUMN`, or `keep 1 hour by COLUMN`, with a column of times or numbers", late)],
  ["max_passes", quantity("a whole number from 1", counting, (maxPasses) => ({ maxPasses }))],
  [
    "importance",
    quantity(
      "a number from 0",
      (x) => x >= 0 && Number.isFinite(x),
      (importance) => ({ importance }),
    ),
  ],
  ["stop", single("`when gain < 0.01 per 1_000 rows`, with the information gained in nats", stop)],
  ["errors", choice(["auto", "model", "sandwich"], [], (errors) => ({ errors }))],
  ["prequential", choice(["auto", "on", "off"], [], (prequential) => ({ prequential }))],
  [
    "watch",
    single("`auto`, `off`, or the probability of a false alarm, such as `0.01`", ([first, ...more]) => {
      if (more.length > 0) return null;
      const word = (["auto", "off"] as const).find((w) => w === wordOf(first));
      if (word !== undefined) return value({ watch: word });
      return given(
        numberOf(first, (x) => x > 0 && x < 1),
        (watch) => ({ watch }),
      );
    }),
  ],
]);

/** `kronecker for W1 W2, lowrank 10 for E, full`: a phrase without `for` comes last and is for the rest. */
function structure(phrases: readonly Phrase[]): Result {
  const requests: StructureRequest[] = [];
  const named = new Set<string>();
  for (const [place, [first, ...rest]] of phrases.entries()) {
    const kind = structureWords.find((w) => w === wordOf(first));
    if (kind === undefined) return null;
    const cut = rest.findIndex((atom) => wordOf(atom) === "for");
    const [option, ...more] = cut < 0 ? rest : rest.slice(0, cut);
    if (more.length > 0) return null;
    const root = kind === "full" && wordOf(option) === "sqrt";
    const rank = kind === "lowrank" ? numberOf(option, counting) : null;
    if (option !== undefined && !root && rank === null) return null;
    const extra = { ...(root ? { root } : {}), ...(rank === null ? {} : { rank }) };
    if (cut < 0) {
      if (place < phrases.length - 1)
        return clash(`A phrase without \`for\` is for all the rest: only the last can be one, and \`${kind}\` is not.`);
      requests.push({ kind, ...extra, parameters: null });
      continue;
    }
    const parameters = rest.slice(cut + 1).map(nameOf);
    if (parameters.length === 0) return null;
    for (const name of parameters) {
      if (name === null) return null;
      if (named.has(name)) return clash(`\`${name}\` is named twice: its information is kept in one structure.`);
      named.add(name);
    }
    requests.push({ kind, ...extra, parameters: parameters as string[] });
  }
  return requests.length > 0 ? value({ structure: requests }) : null;
}

function budget(phrases: readonly Phrase[]): Result {
  let found: Budget = {};
  if (phrases.length === 1 && phrases[0]?.length === 1 && wordOf(phrases[0][0]) === "any")
    return value({ budget: { any: true } });
  for (const [amount, unit, ...more] of phrases) {
    const count = numberOf(amount, (x) => x > 0);
    const word = wordOf(unit);
    if (count === null || word === null) return null;
    const rest = more.map((a) => (a.kind === "number" ? "" : a.text)).join(" ");
    const size = bytes.get(word);
    const time = perSecond.get(word);
    let limit: Budget;
    if (size !== undefined && rest === "") limit = { bytes: count * size };
    else if (time !== undefined && rest === "per row") limit = { secondsPerRow: count / time };
    else if (time !== undefined && rest === "per batch") limit = { secondsPerBatch: count / time };
    else if (word === "flops" && rest === "per row") limit = { flopsPerRow: count };
    else return null;
    if (Object.keys(limit).some((key) => key in found))
      return clash(`It has two limits ${rest === "" ? "in bytes" : `in ${word === "flops" ? word : "time"} ${rest}`}.`);
    found = { ...found, ...limit };
  }
  return Object.keys(found).length > 0 ? value({ budget: found }) : null;
}

function rate(phrases: readonly Phrase[]): Result {
  return given(scheduleOf(phrases), (found) => ({ rate: found }));
}

/** A number, `adaptive`, or a number with a schedule. */
function damping(phrases: readonly Phrase[]): Result {
  const [[first, ...more] = [], ...rest] = phrases;
  if (rest.length > 0 || more.length > 0)
    return given(scheduleOf(phrases), (found) => (found.kind === "constant" ? {} : { damping: found }));
  if (wordOf(first) === "adaptive") return value({ damping: "adaptive" });
  return given(
    numberOf(first, (x) => x >= 0 && Number.isFinite(x)),
    (found) => ({ damping: found }),
  );
}

/** `0.1`, `0.1 cosine`, or `0.1, half_life 10_000 rows`. */
function scheduleOf([length = [], ...rest]: readonly Phrase[]): Rate | null {
  const [first, schedule, ...more] = length;
  const start = numberOf(first, positive);
  if (start === null || more.length > 0 || rest.length > 1) return null;
  const [second] = rest;
  if (second === undefined) {
    if (schedule === undefined) return { kind: "constant", start };
    return wordOf(schedule) === "cosine" ? { kind: "cosine", start } : null;
  }
  const [word, ...amount] = second;
  const count = schedule === undefined && wordOf(word) === "half_life" ? rowsOf(amount) : null;
  return count === null ? null : { kind: "half_life", start, rows: count };
}

/** Names of rows that are remembered where nothing is said. */
const remembered = 1_000_000;

function identity([column, ...more]: Phrase): Result {
  const name = nameOf(column);
  const [word, ...amount] = more;
  if (name === null) return null;
  if (word === undefined) return value({ identity: { column: name, last: remembered } });
  return given(wordOf(word) === "last" ? rowsOf(amount) : null, (last) => ({ identity: { column: name, last } }));
}

/** `skip 1 hour by COLUMN`; without a unit the lag is in what the column counts. */
function late([policy, amount, ...more]: Phrase): Result {
  const word = (["keep", "skip"] as const).find((w) => w === wordOf(policy));
  const count = numberOf(amount, (x) => x >= 0 && Number.isFinite(x));
  const unit = more.length === 3 ? (seconds.get(wordOf(more[0]) ?? "") ?? null) : 1;
  const [by, column, ...rest] = more.slice(more.length === 3 ? 1 : 0);
  const name = nameOf(column);
  if (word === undefined || count === null || unit === null || name === null) return null;
  if (wordOf(by) !== "by" || rest.length > 0) return null;
  return value({ late: { policy: word, lag: count * unit, by: name } });
}

/** `when gain < 0.01 per 1_000 rows`; the flag may leave `when` out. */
function stop(phrase: Phrase): Result {
  const [what, less, gain, per, ...amount] = wordOf(phrase[0]) === "when" ? phrase.slice(1) : phrase;
  if (wordOf(what) !== "gain" || wordOf(less) !== "<" || wordOf(per) !== "per") return null;
  const [most, count] = [numberOf(gain, positive), rowsOf(amount)];
  return most === null || count === null ? null : value({ stop: { gain: most, rows: count } });
}

function forget([first = [], ...more]: readonly Phrase[]): Result {
  const [word, ...rest] = first;
  const kind = wordOf(word);
  if (kind === "window") return window(rest, more);
  if (kind === "adaptive") return adaptive(rest, more);
  if (more.length > 0) return null;
  switch (kind) {
    case "none":
      return rest.length === 0 ? value({ forget: { kind: "none" } }) : null;
    case "rate": {
      const [amount, ...others] = rest;
      const kept = numberOf(amount, (x) => x > 0 && x <= 1);
      return given(others.length > 0 ? null : kept, (x) => ({ forget: { kind: "rate", rate: x } }));
    }
    case "half_life": {
      const [amount, unit, by, ...column] = rest;
      if (by === undefined) return given(rowsOf(rest), (count) => ({ forget: { kind: "half_life", rows: count } }));
      const length = seconds.get(wordOf(unit) ?? "");
      const count = numberOf(amount, positive);
      const name = columnBy([by, ...column]);
      if (length === undefined || count === null || name === null) return null;
      return value({ forget: { kind: "time", seconds: count * length, by: name } });
    }
    default:
      return null;
  }
}

/** The name in `by COLUMN`; null for anything else. */
function columnBy([by, column, ...more]: Phrase): string | null {
  return wordOf(by) === "by" && more.length === 0 ? nameOf(column) : null;
}

/** `window 10_000 rows`, and how finely it moves: `, segments 32`. */
function window(amount: Phrase, [finer, ...more]: readonly Phrase[]): Result {
  const count = rowsOf(amount);
  if (count === null || more.length > 0) return null;
  if (finer === undefined) return value({ forget: { kind: "window", rows: count, segments: null } });
  const [word, number, ...rest] = finer;
  const segments = numberOf(number, (x) => counting(x) && x >= 2 && x <= count);
  if (wordOf(word) !== "segments" || segments === null || rest.length > 0) return null;
  return value({ forget: { kind: "window", rows: count, segments } });
}

/** `adaptive 0.01 by COLUMN, reset 0.05`, the last two left out where they need not be said. */
function adaptive([amount, ...by]: Phrase, [after, ...more]: readonly Phrase[]): Result {
  const share = (x: number): boolean => x > 0 && x < 1;
  const alpha = numberOf(amount, share);
  const column = by.length === 0 ? null : columnBy(by);
  if (alpha === null || (by.length > 0 && column === null) || more.length > 0) return null;
  if (after === undefined) return value({ forget: { kind: "adaptive", alpha, reset: usualReset, by: column } });
  const [word, number, ...rest] = after;
  const reset = numberOf(number, (x) => x >= 0 && x < 1);
  if (wordOf(word) !== "reset" || reset === null || rest.length > 0) return null;
  return value({ forget: { kind: "adaptive", alpha, reset, by: column } });
}

/** `0.01 for slope, 0.1 for level`: a phrase without `for` comes last and is for the rest. */
function drift(phrases: readonly Phrase[]): Result {
  const found: Wandering[] = [];
  for (const [place, [amount, ...rest]] of phrases.entries()) {
    const sd = numberOf(amount, (x) => x >= 0 && Number.isFinite(x));
    if (sd === null) return null;
    const [word, ...names] = rest;
    if (word === undefined) {
      if (place < phrases.length - 1) return null;
      found.push({ sd, parameters: null });
      continue;
    }
    const parameters = names.map(nameOf);
    if (wordOf(word) !== "for" || parameters.length === 0 || parameters.includes(null)) return null;
    found.push({ sd, parameters: parameters as string[] });
  }
  return found.length > 0 ? value({ drift: found }) : null;
}
