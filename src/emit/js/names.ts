// What printed programs call things: positions in the linear memory by the names of the layout, and identifiers that
// are free. User's names become identifiers or properties here and nowhere else.

import { control, type Instruction, type Region, type Step } from "../../ir/index.ts";
import { declarations } from "./library.ts";

/** How the elements of a region lie: a number a coordinate of φ, a column of rows an element, single numbers. */
export type Arrangement = "coordinates" | "rows" | "control" | "plain";

/** A stretch of memory with the expression for its first position. */
export interface Named {
  readonly offset: number;
  readonly length: number;
  readonly arrangement: Arrangement;
  /** `score`, or `columns.age`. */
  readonly text: string;
  /** The name without the object it is in. */
  readonly word: string;
}

const reserved =
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected public return
  static super switch this throw true try typeof undefined var void while with yield Math Number Array Float64Array Object
  Error Infinity NaN m rows r i j k l lane memory layout columns once noise learnt features reports starts declared at control
  capacity buffer estimates run take encoded each addReports errorOf`.split(/\s+/);

/** Identifiers given out so far. */
export class Identifiers {
  readonly #taken: Set<string>;
  constructor(taken: Iterable<string> = [...reserved, ...Object.keys(declarations)]) {
    this.#taken = new Set(taken);
  }
  /** The word as an identifier, with a number behind it where it is taken. */
  free(word: string): string {
    const plain = identifier(word);
    let name = plain;
    for (let k = 2; this.#taken.has(name); k++) name = `${plain}${/\d$/.test(plain) ? "_" : ""}${k}`;
    this.#taken.add(name);
    return name;
  }
  /** Identifiers of an inner scope. */
  inner(): Identifiers {
    return new Identifiers(this.#taken);
  }
}

/** A word made of what identifiers may hold. */
export function identifier(word: string): string {
  const plain = word.replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/_+$/, "");
  if (plain === "__proto__") return "proto";
  return /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`;
}

/** State regions that are called otherwise, because a function or an export has their name. */
const renamed: Readonly<Record<string, string>> = {
  memory: "seenInformation",
  prior: "priorInformation",
  diagonal: "wholeDiagonal",
  base: "phiBefore",
};

/** The names of a step's memory. */
export class MemoryNames {
  readonly regions: Named[] = [];
  readonly used = new Set<Named>();
  readonly capacity: number;
  readonly #step: Step;

  constructor(step: Step, identifiers: Identifiers) {
    const { layout } = step;
    this.#step = step;
    this.capacity = layout.capacity;
    for (const [name, region] of Object.entries(layout.state)) {
      const word = name === "control" ? name : identifiers.free(renamed[name] ?? name);
      const vector = region.length === step.size && layout.state.phi.length === step.size && isVector.has(name);
      this.#add(region, name === "control" ? "control" : vector ? "coordinates" : "plain", word, word);
    }
    const group = (object: string, regions: ReadonlyMap<string, Region>, arrangement: Arrangement): void => {
      const words = new Identifiers([]);
      for (const [name, region] of regions) {
        const word = words.free(name);
        this.#add(region, arrangement, `${object}.${word}`, word);
      }
    };
    group("columns", layout.columns, "rows");
    group("once", layout.once, "plain");
    group("noise", layout.noise, "rows");
    group("learnt", layout.learnt, "plain");
    group("features", layout.features, "rows");
    group("starts", layout.starts, "plain");
    group("declared", layout.declared, "plain");
    const reported = new Identifiers([]);
    for (const [name, { value, gradient }] of layout.reports) {
      const word = reported.free(name);
      this.#add(value, "plain", `reports.${word}.value`, word);
      this.#add(gradient, "plain", `reports.${word}.gradient`, word);
    }
    for (const region of step.procedures.flatMap((p) => regionsOf(p.instructions)))
      if (region.length > 0 && this.find(region.offset) === null) {
        const word = identifiers.free(region.name);
        this.#add(region, region.length % this.capacity === 0 ? "rows" : "plain", word, word);
      }
  }

  #add({ offset, length }: Region, arrangement: Arrangement, text: string, word: string): void {
    if (length > 0) this.regions.push({ offset, length, arrangement, text, word });
  }

  /** The region that holds a position. */
  find(position: number): Named | null {
    return this.regions.find((n) => position >= n.offset && position < n.offset + n.length) ?? null;
  }

  /** The parameter whose coordinate it is. */
  parameter(coordinate: number): { readonly word: string; readonly rest: number } | null {
    const found = this.#step.parameters.find((p) => coordinate >= p.first && coordinate < p.first + p.size);
    return found === undefined ? null : { word: identifier(found.name), rest: coordinate - found.first };
  }

  /** Where a region of a routine begins. */
  start({ offset }: Region): string {
    const named = this.find(offset);
    if (named === null) return String(offset);
    this.used.add(named);
    const rest = offset - named.offset;
    if (named.arrangement === "control") return controlText(rest);
    if (rest === 0) return named.text;
    const parameter = named.arrangement === "coordinates" ? this.parameter(rest) : null;
    if (parameter?.rest === 0) return `${named.text} + at.${parameter.word}`;
    return `${named.text} + ${rest}`;
  }
}

/** State regions with a number a coordinate. */
const isVector = new Set(
  `phi tangent column score residual step direction product variance diagonal start centre gradient base incomingPhi
  incomingGradient damping priorScore priorDiagonal`.split(/\s+/),
);

/** A position in the region `control`. */
export function controlText(position: number): string {
  const found = Object.entries(control).find(([, at]) => at === position);
  return found === undefined ? `control.value + ${position}` : `control.${found[0]}`;
}

/** All regions that instructions name. */
export function regionsOf(instructions: readonly Instruction[]): Region[] {
  return instructions.flatMap((instruction): Region[] => {
    switch (instruction.kind) {
      case "compute":
        return instruction.outputs.map((o) => o.region);
      case "routine":
        return Object.values(instruction.routine).filter(isRegion);
      case "assign":
        return [instruction.region];
      case "call":
        return [];
      case "if":
      case "while":
      case "lanes":
        return regionsOf(instruction.body);
    }
  });
}

/** Whether a property of a routine is a region. */
export function isRegion(value: unknown): value is Region {
  return typeof value === "object" && value !== null && "offset" in value && "length" in value && "name" in value;
}
