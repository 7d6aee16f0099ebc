// A loop program as JavaScript text: the names of the memory's regions, the procedures that are wanted with those they
// call, and the declarations of the library that these call.

import {
  control,
  type Instruction,
  type Routine,
  type RoutineName,
  type Scalar,
  type StateName,
  type Step,
} from "../../ir/index.ts";
import type { Float, LoopProcedure, LoopProgram, Statement } from "../loops/loop.ts";
import { declarations, needs } from "./library.ts";
import { block, filled } from "./lines.ts";
import { Identifiers, identifier, MemoryNames, type Named } from "./names.ts";
import { type Printing, procedureLines } from "./procedures.ts";

/** Functions whose procedure has the name of something else. */
const functionNames: Readonly<Record<string, string>> = {
  slope: "valueAndScore",
  features: "computeFeatures",
  starts: "computeStarts",
  declared: "declare",
  reports: "report",
};

/** Parts of a printed program, in lines. */
export interface Parts {
  readonly constants: readonly string[];
  readonly procedures: ReadonlyMap<string, readonly string[]>;
  readonly library: readonly string[];
  /** The function of each procedure. */
  readonly functions: ReadonlyMap<string, string>;
  readonly names: MemoryNames;
}

/** Prints the wanted procedures and all they need; `remarks` says whether with comments. */
export function partsOf(
  step: Step,
  program: LoopProgram,
  wanted: readonly string[],
  remarks: boolean,
  /** Other regions and library functions that the surrounding text uses. */
  also: { readonly regions: readonly StateName[]; readonly functions: readonly string[] } = {
    regions: [],
    functions: [],
  },
): Parts {
  const identifiers = new Identifiers();
  const chosen = reachable(program, wanted);
  const functions = new Map(chosen.map(({ name }) => [name, identifiers.free(functionNames[name] ?? name)] as const));
  const names = new MemoryNames(step, identifiers);
  const positions = new Map<string, readonly number[]>();
  for (const list of step.procedures.flatMap((p) => positionsIn(p.instructions)))
    if (![...positions.values()].some((other) => other.join() === list.join()))
      positions.set(identifiers.free("coordinates"), list);
  const printing: Printing = {
    step,
    program,
    names,
    identifiers,
    functions,
    positions,
    uses: new Set(also.functions),
    listed: new Set(),
    ofRows: ofRows(chosen),
    remarks,
    buffered: false,
  };
  const procedures = new Map(chosen.map((procedure) => [procedure.name, procedureLines(procedure, printing)] as const));
  for (const name of also.regions) {
    const named = names.find(step.layout.state[name].offset);
    if (named !== null) names.used.add(named);
  }
  return {
    constants: constants(printing),
    procedures,
    library: library(printing.uses),
    functions,
    names,
  };
}

function reachable(program: LoopProgram, wanted: readonly string[]): LoopProcedure[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const called of callsIn(program.procedures.find((p) => p.name === name)?.body ?? [])) visit(called);
  };
  wanted.forEach(visit);
  return program.procedures.filter((p) => seen.has(p.name));
}

function callsIn(body: readonly Statement[]): string[] {
  return body.flatMap((statement) => {
    if (statement.kind === "call") return [statement.procedure];
    return "body" in statement ? callsIn(statement.body) : [];
  });
}

/** Procedures that look at the rows of the batch, or call one that does. */
function ofRows(procedures: readonly LoopProcedure[]): ReadonlySet<string> {
  const found = new Set<string>();
  const float = (value: Float): boolean =>
    value.kind === "rows" || (value.kind === "apply" && value.args.some((a) => float(a)));
  const looks = (statement: Statement): boolean => {
    switch (statement.kind) {
      case "for":
        return statement.count === "rows" || statement.body.some(looks);
      case "if":
      case "while":
        return float(statement.condition) || statement.body.some(looks);
      case "let":
      case "assign":
      case "store":
        return float(statement.value);
      case "call":
        return found.has(statement.procedure);
      case "routine":
        return rowRoutines.has(statement.routine.name) || scalesByRows(statement.routine);
    }
  };
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { name, body } of procedures) if (body.some(looks)) found.add(name);
  }
  return found;
}

const rowRoutines: ReadonlySet<RoutineName> = new Set([
  "rankUpdate",
  "crossUpdate",
  "multiplyRows",
  "dotRows",
  "combineRows",
  "rootRows",
]);

function scalesByRows(routine: Routine): boolean {
  const within = (value: Scalar): boolean =>
    value.kind === "rows" || (value.kind === "apply" && value.args.some(within));
  return (routine.name === "addScaled" || routine.name === "matrixMultiply") && within(routine.factor);
}

function positionsIn(instructions: readonly Instruction[]): (readonly number[])[] {
  return instructions.flatMap((instruction) => {
    if (instruction.kind === "routine")
      return instruction.routine.name === "rankUpdate" ? [instruction.routine.positions] : [];
    return "body" in instruction ? positionsIn(instruction.body) : [];
  });
}

// ---------------------------------------------------------------- constants

/** What the regions of the state hold. */
const meanings: Readonly<Record<StateName, string>> = {
  phi: "the estimate, in coordinates without bounds",
  tangent: "a direction in phi",
  column: "a column of the Hessian",
  score: "gradient of the rows' log-likelihood",
  residual: "gradient of all that is maximised",
  step: "what is added to phi",
  direction: "phi − centre",
  product: "seenInformation · direction",
  variance: "variances of phi, after `finish`",
  diagonal: "diagonal of the whole information",
  start: "where `init` puts phi",
  centre: "phi before the batch",
  gradient: "gradient at phi of the log-likelihood of all rows seen",
  base: "phi before a step",
  incomingPhi: "phi of the flow that `merge` takes in",
  incomingGradient: "its gradient",
  incomingMemory: "its seenInformation",
  control: "how an update is steered, and what came of it",
  damping: "added to the information's diagonal",
  priorScore: "gradient of the log prior",
  priorDiagonal: "minus its second derivatives",
  information: "of the rows of the batch, lower triangle",
  memory: "information of all rows seen before",
  prior: "information of the prior",
  factor: "Cholesky factor of the whole information, then its scales",
  status: "vanished pivots, the smallest pivot, its index",
  logLikelihood: "of the rows of the batch",
  logPrior: "log density of the prior at phi",
  logdet: "log determinant of the whole information",
};

/** What regions hold that structures ask for. */
const ofScratch: Readonly<Record<string, string>> = {
  factors: "a column of rows a coordinate: the information is the sum of their products",
  weight: "weights of these products",
};

function constants(printing: Printing): string[] {
  const { names, step, remarks } = printing;
  const lines: string[] = [];
  const add = (text: string, meaning: string): void => {
    if (remarks && meaning !== "") lines.push(`${text} // ${meaning}`);
    else lines.push(text);
  };
  add(`const capacity = ${names.capacity};`, "rows of a batch at most; columns of a matrix lie this far apart");
  if (printing.buffered)
    add(`const buffer = new Float64Array(${Math.max(names.capacity, step.size)});`, "room to work in");
  const used = names.regions.filter((n) => names.used.has(n));
  for (const object of ["columns", "once", "noise", "learnt", "features", "starts", "declared"])
    lines.push(...objectOf(object, used));
  lines.push(...reportsOf(used));
  const positions = [...printing.positions].filter(([name]) => printing.listed.has(name));
  for (const [name, list] of positions) lines.push(...listLines(name, list));
  const places = step.parameters.map((p) => `${identifier(p.name)}: ${p.first}`);
  lines.push(...block("const at =", places, "", ";"));
  const state = new Map(Object.entries(step.layout.state).map(([name, { offset }]) => [offset, name as StateName]));
  for (const named of used) {
    if (named.text.includes(".") || named.arrangement === "control") continue;
    const name = state.get(named.offset);
    add(
      `const ${named.text} = ${named.offset};`,
      name === undefined ? (ofScratch[named.word] ?? "values of the rows") : meanings[name],
    );
  }
  if (used.some((n) => n.arrangement === "control")) {
    const { offset } = step.layout.state.control;
    const slots = Object.entries(control).filter(([name]) => name !== "length");
    lines.push(
      ...block(
        "const control =",
        slots.map(([name, k]) => `${name}: ${offset + k}`),
        "",
        ";",
      ),
    );
  }
  return lines;
}

function objectOf(object: string, used: readonly Named[]): string[] {
  const own = used.filter((n) => n.text.startsWith(`${object}.`));
  if (own.length === 0) return [];
  const entries = own.map((n) => `${n.word}: ${n.offset}`);
  return block(`const ${object} =`, entries, "", ";");
}

function reportsOf(used: readonly Named[]): string[] {
  const own = used.filter((n) => n.text.startsWith("reports."));
  const words = [...new Set(own.map((n) => n.word))];
  if (words.length === 0) return [];
  const place = (word: string): string =>
    own
      .filter((n) => n.word === word)
      .map((n) => `${n.text.split(".").at(-1)}: ${n.offset}`)
      .join(", ");
  return block(
    "const reports =",
    words.map((word) => `${word}: { ${place(word)} }`),
    "",
    ";",
  );
}

function listLines(name: string, list: readonly number[]): string[] {
  if (list.every((p, k) => p === k) && list.length > 12)
    return [`const ${name} = Array.from({ length: ${list.length} }, (_, k) => k);`];
  const flat = `const ${name} = [${list.join(", ")}];`;
  return flat.length <= 100 ? [flat] : [`const ${name} = [`, ...filled(list.map(String), "  "), "];"];
}

// ---------------------------------------------------------------- library

/** Declarations that are used, directly or by others, as they are ordered. */
function library(uses: ReadonlySet<string>): string[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    if (declarations[name] === undefined) throw new Error(`the library of printed programs has no ${name}`);
    seen.add(name);
    for (const other of needs[name] ?? []) visit(other);
  };
  for (const name of uses) visit(name);
  return Object.keys(declarations).flatMap((name) => (seen.has(name) ? [`${declarations[name]}\n`] : []));
}
