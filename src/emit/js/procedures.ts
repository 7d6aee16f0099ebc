// Procedures as JavaScript functions: locals are named after what they hold, what is used once is put where it is used,
// and each loop nest says what it computes.

import type { Step } from "../../ir/index.ts";
import type { Float, Int, LoopProcedure, LoopProgram } from "../loops/loop.ts";
import { address, condition, constantOf, expression, number, type Text, whole } from "./expressions.ts";
import { inlinable, type Use } from "./inline.ts";
import { plain, wrapped } from "./lines.ts";
import { type Identifiers, identifier, type MemoryNames } from "./names.ts";
import { Remarks } from "./remarks.ts";
import { type CallScope, routineText } from "./routines.ts";
import { type Scratch, scratchOf } from "./scratch.ts";
import { type Tidy, tidy } from "./tidy.ts";

/** Longest expressions that are put where they are used. */
const inlined: Readonly<Record<Use, number>> = { whole: 120, part: 48 };

/** What procedures share. */
export interface Printing {
  readonly step: Step;
  readonly program: LoopProgram;
  readonly names: MemoryNames;
  readonly identifiers: Identifiers;
  /** Names of the procedures' functions. */
  readonly functions: ReadonlyMap<string, string>;
  /** Procedures that look at the rows. */
  readonly ofRows: ReadonlySet<string>;
  /** Lists of coordinates, by their name. */
  readonly positions: ReadonlyMap<string, readonly number[]>;
  /** Those lists that are used. */
  readonly listed: Set<string>;
  /** Functions of the library that are called. */
  readonly uses: Set<string>;
  /** Whether comments are written. */
  readonly remarks: boolean;
  buffered: boolean;
}

/** The function of a procedure, in lines. */
export function procedureLines(procedure: LoopProcedure, printing: Printing): string[] {
  return new ProcedurePrinter(procedure, printing).lines();
}

class ProcedurePrinter {
  readonly #procedure: LoopProcedure;
  readonly #printing: Printing;
  readonly #body: readonly Tidy[];
  readonly #scratch: readonly Scratch[];
  readonly #identifiers: Identifiers;
  readonly #locals = new Map<string, Text>();
  readonly #once: ReadonlyMap<string, Use>;
  readonly #remarks: Remarks;
  readonly #scope: CallScope;
  #values = 0;

  constructor(procedure: LoopProcedure, printing: Printing) {
    const { step, program, names } = printing;
    this.#procedure = procedure;
    this.#printing = printing;
    this.#body = tidy(procedure.body, program);
    this.#identifiers = printing.identifiers.inner();
    this.#scratch = scratchOf(this.#body, names, this.#identifiers);
    this.#remarks = new Remarks(step, procedure.name, names);
    this.#once = inlinable(this.#body, (position) => this.#region(position));
    this.#scope = this.#scopeFor("0");
  }

  #scopeFor(lane: string): CallScope {
    const { names, positions, listed, uses } = this.#printing;
    return {
      names,
      lane,
      local: (name) => this.#locals.get(name) ?? whole(name),
      index: (name) => indexNames[name] ?? name,
      scratch: (position) => this.#scratchAt(position),
      uses: (name) => uses.add(name),
      needsBuffer: () => {
        this.#printing.buffered = true;
      },
      positions: (list) => {
        const [name] = [...positions].find(([, other]) => other.join() === list.join()) ?? [];
        if (name === undefined) throw new Error("a list of coordinates without a name");
        listed.add(name);
        return name;
      },
    };
  }

  #scratchAt(position: number): Scratch | null {
    return this.#scratch.find((s) => position >= s.offset && position < s.offset + s.length) ?? null;
  }

  #region(position: number): string {
    return this.#printing.names.find(position)?.text ?? this.#scratchAt(position)?.text ?? String(position);
  }

  lines(): string[] {
    const { functions } = this.#printing;
    const body = this.#groups(this.#body, "  ", this.#scope);
    const room = this.#scratch.map(({ text, offset }) => `${text} = ${offset}`);
    const name = functions.get(this.#procedure.name) ?? this.#procedure.name;
    return [
      `function ${name}(${this.#printing.ofRows.has(this.#procedure.name) ? "rows" : ""}) {`,
      ...(room.length === 0 ? [] : wrapped(`const ${room.join(", ")};`, "  ")),
      ...body,
      "}",
    ];
  }

  /** Statements in groups: what goes before a loop nest, the nest, and the sums that it leaves. */
  #groups(body: readonly Tidy[], indent: string, scope: CallScope): string[] {
    if (!this.#printing.remarks) return this.#statements(body, indent, scope);
    const lines: string[] = [];
    for (const group of grouped(body)) {
      this.#announce(group);
      const remark = this.#remarks.above(group, scope).map((line) => `${indent}// ${plain(line)}`);
      if (remark.length > 0 && lines.length > 0) lines.push("");
      lines.push(...remark, ...this.#statements(group, indent, scope));
    }
    return lines;
  }

  /** Names sums after where they are added. */
  #announce(body: readonly Tidy[]): void {
    for (const statement of body) {
      if (statement.kind === "for" || statement.kind === "while") this.#announce(statement.body);
      if (statement.kind !== "store" || statement.value.kind !== "local" || this.#locals.has(statement.value.name))
        continue;
      const named = this.#printing.names.find(constantOf(statement.at));
      if (named === null || !/^s\d/.test(statement.value.name)) continue;
      const parameter = named.arrangement === "coordinates" ? this.#parameterAt(statement.at) : null;
      const word = parameter === null ? `${named.word}_sum` : `${named.word}_${parameter}`;
      this.#locals.set(statement.value.name, whole(this.#identifiers.free(word)));
    }
  }

  #statements(body: readonly Tidy[], indent: string, scope: CallScope): string[] {
    this.#announce(body);
    return body.flatMap((statement) => this.#statement(statement, indent, scope));
  }

  #statement(statement: Tidy, indent: string, scope: CallScope): string[] {
    const inner = `${indent}  `;
    switch (statement.kind) {
      case "for": {
        const { count } = statement;
        const index = scope.index(statement.index);
        const head = `for (let ${index} = 0; ${index} < ${count}; ${index}++) {`;
        if (statement.index !== "lane")
          return [indent + head, ...this.#statements(statement.body, inner, scope), `${indent}}`];
        return [indent + head, ...this.#groups(statement.body, inner, this.#scopeFor("lane")), `${indent}}`];
      }
      case "let": {
        const value = expression(statement.value, scope);
        const use = this.#once.get(statement.name);
        if (use !== undefined && value.text.length <= inlined[use]) {
          this.#locals.set(statement.name, value);
          return [];
        }
        const known = this.#locals.get(statement.name);
        const name = known?.text ?? this.#identifiers.free(this.#wordFor(statement.value));
        this.#locals.set(statement.name, whole(name));
        return wrapped(`${statement.mutable ? "let" : "const"} ${name} = ${value.text};`, indent);
      }
      case "assign": {
        const { text } = scope.local(statement.name);
        const { value } = statement;
        const sum = value.kind === "apply" && value.op === "add" ? value.args : null;
        if (sum?.[0]?.kind === "local" && sum[0].name === statement.name) {
          const added = sum[1] as Float;
          if (added.kind === "apply" && added.op === "neg")
            return wrapped(`${text} -= ${expression(added.args[0] as Float, scope).text};`, indent);
          return wrapped(`${text} += ${expression(added, scope).text};`, indent);
        }
        return wrapped(`${text} = ${expression(value, scope).text};`, indent);
      }
      case "store": {
        const at = address(statement.at, scope);
        const { value } = statement;
        const [own, more] = value.kind === "apply" && value.op === "add" ? value.args : [];
        if (!statement.add && own?.kind === "load" && more !== undefined && address(own.at, scope) === at)
          return wrapped(`m[${at}] += ${expression(more, scope).text};`, indent);
        return wrapped(`m[${at}] ${statement.add ? "+=" : "="} ${expression(statement.value, scope).text};`, indent);
      }
      case "fill": {
        const at = address(statement.at, scope);
        return wrapped(`m.fill(${number(statement.value).text}, ${at}, ${at} + ${statement.count});`, indent);
      }
      case "call": {
        const name = this.#printing.functions.get(statement.procedure) ?? statement.procedure;
        return [`${indent}${name}(${this.#printing.ofRows.has(statement.procedure) ? "rows" : ""});`];
      }
      case "routine": {
        const text = routineText(statement.routine, scope);
        return text === null ? [] : wrapped(`${text};`, indent);
      }
      case "while": {
        const head = wrapped(`while (${condition(statement.condition, scope).text}) {`, indent);
        return [...head, ...this.#statements(statement.body, inner, scope), `${indent}}`];
      }
      case "if":
        return this.#choice(statement, indent, scope);
    }
  }

  #choice(statement: Extract<Tidy, { kind: "if" }>, indent: string, scope: CallScope): string[] {
    const inner = `${indent}  `;
    const head = `if (${condition(statement.condition, scope).text})`;
    const yes = this.#statements(statement.body, inner, scope);
    const no = this.#statements(statement.otherwise, inner, scope);
    const [only] = yes;
    if (yes.length === 1 && no.length === 0 && only !== undefined && statement.body.length === 1) {
      const line = `${indent}${head} ${only.trim()}`;
      if (line.length <= 100 && statement.body[0]?.kind !== "if") return [line];
    }
    const otherwise = no.length === 0 ? [] : [`${indent}} else {`, ...no];
    return [...wrapped(`${head} {`, indent), ...yes, ...otherwise, `${indent}}`];
  }

  /** A word for a local: what it was read from, or `v` and a number. */
  #wordFor(value: Float): string {
    if (value.kind === "load") {
      const named = this.#printing.names.find(constantOf(value.at));
      if (named?.word === "phi") {
        const parameter = this.#parameterAt(value.at);
        if (parameter !== null) return parameter;
      }
      const learnt = named?.text.startsWith("learnt.") ? named : null;
      if (learnt !== null) {
        const what = learnt.word.replace(/^standardize_/, "");
        return `${constantOf(value.at) - learnt.offset < learnt.length / 2 ? "mean" : "sd"}_${what}`;
      }
      if (named?.text.startsWith("columns.")) return `${named.word}_value`;
    }
    this.#values += 1;
    return `v${this.#values}`;
  }

  #parameterAt(at: Int): string | null {
    const named = this.#printing.names.find(constantOf(at));
    if (named === null) return null;
    const parameter = this.#printing.names.parameter(constantOf(at) - named.offset);
    return parameter === null ? null : identifier(parameter.word);
  }
}

const indexNames: Readonly<Record<string, string>> = { i0: "i", i1: "j", i2: "l", z: "i" };

/** Statements before a loop, the loop, and the stores of sums after it. */
function grouped(body: readonly Tidy[]): Tidy[][] {
  const groups: Tidy[][] = [];
  let current: Tidy[] = [];
  const close = (): void => {
    if (current.length > 0) groups.push(current);
    current = [];
  };
  for (const [k, statement] of body.entries()) {
    const lanes = statement.kind === "for" && statement.index === "lane";
    const looped = lanes || current.some((s) => s.kind === "for" || s.kind === "routine");
    const follows = statement.kind === "store" && statement.value.kind === "local";
    // a fold starts with a loop that sets, and goes on with one that adds
    const before = body[k - 1];
    const folds = statement.kind === "for" && before?.kind === "for" && current.length === 1 && isStart(before);
    if (looped && !follows && !folds) close();
    current.push(statement);
  }
  close();
  return groups;
}

function isStart(loop: Extract<Tidy, { kind: "for" }>): boolean {
  const [only] = loop.body;
  return loop.body.length === 1 && only?.kind === "store" && !only.add && only.value.kind === "number";
}
