// What the loops of a procedure compute, in a line or two above them: the formula of what is stored, as the textbook
// writes it.

import {
  type Graph,
  type Instruction,
  type NodeId,
  type Op,
  type Output,
  printNode,
  type Step,
} from "../../ir/index.ts";
import type { Float, Int } from "../loops/loop.ts";
import { address, constantOf, expression, type Scope, whole } from "./expressions.ts";
import type { MemoryNames } from "./names.ts";
import type { Tidy } from "./tidy.ts";

const longest = 92;
/** Lines that explain names in a formula. */
const most = 4;

const foldWords: Partial<Record<Op, string>> = { add: "sum", mul: "product", max: "largest" };

type Store = Extract<Tidy, { kind: "store" }>;

/** Remarks on the statements of one procedure. */
export class Remarks {
  readonly #graph: Graph;
  readonly #outputs: readonly Output[];
  readonly #names: MemoryNames;
  readonly #folds = new Map<string, string>();
  readonly #shown = new Set<Output>();
  /** Values of locals, for formulas of what only the program knows. */
  readonly #values = new Map<string, Float>();

  constructor(step: Step, procedure: string, names: MemoryNames) {
    this.#graph = step.graph;
    this.#outputs = outputsOf(step.procedures.find((p) => p.name === procedure)?.instructions ?? []);
    this.#names = names;
  }

  /** Lines above a group of statements; none where they speak for themselves. */
  above(group: readonly Tidy[], scope: Scope): string[] {
    for (const statement of everything(group)) {
      if (statement.kind === "let") this.#values.set(statement.name, statement.value);
      if (statement.kind === "assign") {
        const { name, value } = statement;
        this.#values.set(name, summand(name, value));
        this.#folds.set(name, value.kind === "apply" ? (foldWords[value.op] ?? "sum") : "sum");
      }
    }
    const loop = group.find((s) => s.kind === "for");
    if (loop === undefined || loop.index === "lane") return [];
    const stores = [...everything(group)].filter((s) => s.kind === "store");
    // the last store of a place says what it holds; scratch speaks only where nothing else does
    const last = new Map<string, (typeof stores)[number]>();
    for (const store of stores) last.set(this.#label(store.at, scope), store);
    const all = [...last];
    const named = all
      .filter(([, store]) => this.#names.find(constantOf(store.at)) !== null)
      .sort(([a], [b]) => Number(b === "logLikelihood") - Number(a === "logLikelihood"));
    const [main, ...others] = named.length > 0 ? named : all;
    if (main === undefined) return [];
    const [label, store] = main;
    const starts = stores.find(
      (other) => !other.add && other.value.kind === "number" && this.#label(other.at, scope) === label,
    );
    const [formula, ...where] = this.#formula(store, starts !== undefined && starts !== store, scope);
    const sign = store.add && starts === undefined ? "+=" : "=";
    const lines = [`${label} ${sign} ${formula}`, ...where.slice(0, most)];
    if (where.length > most) lines.push("        …");
    const also = together(others.map(([other]) => other));
    if (also !== "") lines.push(`and ${also}`);
    return lines.map((line) => shortened(readable(line)));
  }

  #label(at: Int, scope: Scope): string {
    return this.#load(at, scope);
  }

  /** What is stored; `folded` says that it is gathered over k. */
  #formula(store: Store, folded: boolean, scope: Scope): string[] {
    const position = constantOf(store.at);
    const output = this.#outputs.find((o) => o.region.offset + o.at === position);
    // a sum that is stored in pieces is written out once
    if (output !== undefined && !this.#shown.has(output)) {
      this.#shown.add(output);
      return ofNode(this.#graph, output.node);
    }
    const mathematical: Scope = {
      ...scope,
      uses: () => {},
      load: (at) => this.#load(at, scope),
      local: (name) => {
        const value = this.#values.get(name);
        return value === undefined ? whole(name) : expression(value, mathematical);
      },
    };
    const show = (value: Float): string => expression(value, mathematical).text.replaceAll("Math.", "");
    // the loops call what they gather over k `t`
    const fold = store.value.kind === "local" ? this.#folds.get(store.value.name) : undefined;
    if (fold !== undefined && store.value.kind === "local" && /^t\d/.test(store.value.name))
      return [`${fold} over k of ${show(store.value)}`];
    if (!folded) return [show(store.value)];
    if (store.add) return [`sum over k of ${show(store.value)}`];
    const [, term] = store.value.kind === "apply" ? store.value.args : [];
    const word = store.value.kind === "apply" ? (foldWords[store.value.op] ?? "sum") : "sum";
    return term === undefined ? [show(store.value)] : [`${word} over k of ${show(term)}`];
  }

  /** What is in a position, with its place among several in brackets. */
  #load(at: Int, scope: Scope): string {
    const named = this.#names.find(constantOf(at));
    const text = address(at, { ...scope, uses: () => {}, load: (inner) => this.#load(inner, scope) })
      .replace(/Math\.trunc\((\w+)\)/g, "$1")
      .replace(/(\d+|\)|\w) \* capacity\b/g, "$1")
      .replace(/ \+ capacity\b/, " + 1")
      .replace(/ \+ r$/, "");
    const [start, ...rest] = text.split(" + ");
    const [parameter, ...others] = rest[0]?.startsWith("at.") ? [rest[0].slice(3), ...rest.slice(1)] : [null, ...rest];
    const place = others.length === 0 ? "" : `[${others.join(" + ").replace(/^\((.*)\)$/, "$1")}]`;
    if (parameter !== null)
      return named?.word === "phi" ? `${parameter}${place}` : `${named?.word} of ${parameter}${place}`;
    return `${named?.word ?? start}${place}`;
  }
}

/** What a fold adds, multiplies or compares with what it has. */
function summand(name: string, value: Float): Float {
  const [first, second] = value.kind === "apply" ? value.args : [];
  return first?.kind === "local" && first.name === name && second !== undefined ? second : value;
}

function* everything(body: readonly Tidy[]): Generator<Tidy> {
  for (const statement of body) {
    yield statement;
    if (statement.kind === "for" || statement.kind === "while" || statement.kind === "if")
      yield* everything(statement.body);
  }
}

function outputsOf(instructions: readonly Instruction[]): Output[] {
  return instructions.flatMap((instruction) => {
    if (instruction.kind === "compute") return instruction.outputs;
    return "body" in instruction ? outputsOf(instruction.body) : [];
  });
}

/** The node's formula, taken out of the sum over rows that the loop is. */
function ofNode(graph: Graph, id: NodeId): string[] {
  let at = id;
  for (;;) {
    const node = graph.nodes[at];
    if (node?.op !== "sumRows" && node?.op !== "perRow") break;
    at = node.args[0] as NodeId;
  }
  return printNode(graph, at, (node) => (node.op === "param" ? (node.attributes.name ?? null) : null)).split("\n");
}

/** Places by the region they are in: `score of a, b`. */
function together(labels: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const label of labels) {
    const [, region = label, parameter = ""] = /^(\w+) of (.*)$/.exec(label) ?? /^(\w+)\[.*$/.exec(label) ?? [];
    const own = groups.get(region) ?? [];
    if (parameter !== "" && !own.includes(parameter)) own.push(parameter);
    groups.set(region, own);
  }
  return [...groups].map(([region, own]) => (own.length === 0 ? region : `${region} of ${own.join(", ")}`)).join("; ");
}

/** What `standardize` learns, by its name. */
function readable(line: string): string {
  return line.replace(/standardize\(([^()]*)\)\[([12])\]/g, (_, of, k) => `${k === "1" ? "mean" : "sd"}(${of})`);
}

function shortened(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 2)} …`;
}
