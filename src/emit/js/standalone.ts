// The program that `ffm compile --to js` writes: a module that needs nothing else. It holds the memory with its starting
// values, the procedures of an update, and a few functions to put rows in and to read estimates.

import type { Region, StateName, Step, Transform } from "../../ir/index.ts";
import type { LoopProgram } from "../loops/loop.ts";
import { block, comment, filled, plain, wrapped } from "./lines.ts";
import { identifier } from "./names.ts";
import { type Parts, partsOf } from "./program.ts";

/** What a program says and holds besides its procedures. */
export interface ProgramInfo {
  /** Name of the model. */
  readonly name: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly transform: Transform;
    readonly shape: readonly number[];
    /** Labels of each axis's positions; null where they are numbered. */
    readonly labels: readonly (readonly string[] | null)[];
  }[];
  readonly reports: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Levels of the columns that are categories. */
  readonly levels: ReadonlyMap<string, readonly string[]>;
  /** What is in memory at the start. */
  readonly initial: readonly { readonly region: Region; readonly values: Float64Array }[];
}

/** Procedures that hosts call. */
const offered = new Set(["init", "update", "merge", "finish", "declared", "reports"]);

const state: readonly StateName[] = [
  "phi",
  "variance",
  "gradient",
  "memory",
  "incomingPhi",
  "incomingGradient",
  "incomingMemory",
  "start",
  "control",
  "logLikelihood",
];

/** The text of the program. */
export function printProgram(step: Step, program: LoopProgram, info: ProgramInfo): string {
  const { layout } = step;
  const reported = layout.reports.size > 0;
  const wanted = ["init", "update", "merge", "finish", "declared", ...(reported ? ["reports", "solve"] : [])];
  const used = {
    regions: reported ? ([...state, "residual", "step"] as const) : state,
    functions: reported ? ["dot"] : [],
  };
  const parts = partsOf(step, program, wanted, true, used);
  const lines = [
    ...header(step, info),
    "",
    "// ---------------------------------------------- memory",
    "",
    "/** All numbers of the flow. The constants below say what is where. */",
    `export const memory = new Float64Array(${program.length});`,
    "const m = memory;",
    "",
    ...parts.constants,
    "",
    ...initial(info, parts),
    ...exported(step, info, parts),
    "",
    "// ---------------------------------------------- use",
    "",
    ...usage(step, reported),
    "",
    "// ---------------------------------------------- the flow",
    "",
    ...[...parts.procedures].flatMap(([name, body]) => [
      ...doc(documentation[name] ?? ""),
      ...body.map((line, k) => (k === 0 && offered.has(name) ? `export ${line}` : line)),
      "",
    ]),
    "// ---------------------------------------------- linear algebra and special functions",
    "",
    ...parts.library,
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function doc(text: string): string[] {
  if (text === "") return [];
  const lines = comment(text, "").map((line) => line.slice(3));
  return lines.length === 1 ? [`/** ${lines[0]} */`] : ["/**", ...lines.map((line) => ` * ${line}`), " */"];
}

const documentation: Readonly<Record<string, string>> = {
  evaluate: "Adds the log-likelihood of the batch at phi.",
  slope: "The same, and its gradient to `score`.",
  inform: "Adds the batch's information.",
  accumulate: "Log-likelihood, score and information of the batch, all added.",
  observe: "The same with the observed information.",
  prior: "The terms that are not per row, at phi: their value, gradient and curvature.",
  factorize: "Factorises the information of rows seen, batch and prior together.",
  solve: "step ← (whole information)⁻¹ residual",
  multiply: "product ← seenInformation · direction",
  absorb: "The batch's information becomes part of that of the rows seen.",
  invert: "Variances of phi, and the log determinant.",
  init: "Forgets all rows and goes to the start.",
  update:
    "Takes in the rows in the columns: the maximum over phi of their log-likelihood, the prior and the quadratic that remembers earlier rows. Fisher-scoring steps, each halved until the objective has grown enough. m[control.outcome] is 0 afterwards; 2 where the information is singular and 3 where no step helps, and then nothing has changed.",
  weigh: "What an earlier flow's information counts beside that of the rows in memory, where steps are held to it.",
  fade: "All that was seen counts as much of itself as m[control.kept] says.",
  merge:
    "Takes in another flow of the same model, whose phi, gradient and seenInformation were put at the incoming regions; `rows` rows may be in the columns, or none.",
  finish: "The last digits of phi, and its variances.",
  declared: "Parameters in the space that they were declared in.",
  reports: "Derived quantities and their gradients in phi.",
};

function header(step: Step, { name, levels }: ProgramInfo): string[] {
  const { layout } = step;
  const columns = [...layout.columns].map(([column, { length }]) => {
    const width = length / layout.capacity;
    const one = levels.has(column) ? JSON.stringify(levels.get(column)?.[0] ?? "") : "1";
    const list = `[${one}, …]`;
    return `${identifier(column)}: ${width > 1 ? `[${list}, … ${width} columns]` : list}`;
  });
  return [
    ...comment(
      `${name}: estimates from a stream of rows. Written by Fisher Flow; nothing else is needed to run it.`,
      "",
    ),
    "//",
    `//   import { run } from "./${plain(name)}.js";`,
    "//",
    ...block("const batch =", columns, "", ";").map((line) => `//   ${plain(line)}`),
    "//   console.log(run([batch]));",
    "//",
    ...comment(
      "Each batch is taken in once and may be forgotten: `take(batch)` adds to what was seen before, and `estimates()` says where that leads. A host that wants no copies writes rows into `memory` at the positions in `layout.columns`, element k of a vector k · capacity further on, and calls `update(rows)`.",
      "",
    ),
  ];
}

/** Starting values, in regions that are named. */
function initial({ initial: given }: ProgramInfo, { names }: Parts): string[] {
  const lines = given.flatMap(({ region, values }) => {
    const start = names.start(region);
    const numbers = [...values].map(String);
    // in a region of zeros the few others say more alone
    const others = [...values.entries()].filter(([, value]) => value !== 0);
    if (region.name === "control")
      return others.map(([k, value]) => `m[${names.start({ ...region, offset: region.offset + k })}] = ${value};`);
    if (others.length === 0) return [];
    const flat = `m.set([${numbers.join(", ")}], ${start});`;
    return flat.length <= 100 ? [flat] : ["m.set(", "  [", ...filled(numbers, "    "), "  ],", `  ${start},`, ");"];
  });
  return lines.length === 0 ? [] : ["// where to start, when to stop, and what was learnt from the data", ...lines, ""];
}

function exported(step: Step, info: ProgramInfo, { names }: Parts): string[] {
  const { layout } = step;
  const parameters = info.parameters.map(({ name, shape, labels, transform }) => {
    const place = step.parameters.find((p) => p.name === name);
    const declared = layout.declared.get(name);
    const axes = labels.map((l) => (l === null ? "null" : listOf(l)));
    const fields = [
      `first: ${place?.first ?? 0}`,
      `size: ${place?.size ?? 0}`,
      `shape: [${shape.join(", ")}]`,
      ...(labels.some((l) => l !== null) ? [`labels: [${axes.join(", ")}]`] : []),
      `length: ${declared?.length ?? 0}`,
      `declared: ${declared?.offset ?? 0}`,
      `slope: ${slopeOf(transform)}`,
    ];
    return block(`${identifier(name)}:`, fields, "    ", ",");
  });
  const reports = [...layout.reports].map(([name, { value, gradient }]) => {
    const shape = info.reports.find((r) => r.name === name)?.shape ?? [];
    const places = `value: ${value.offset}, gradient: ${gradient.offset}, length: ${value.length}`;
    return block(`${identifier(name)}:`, [places, `single: ${shape.length === 0}`], "    ", ",");
  });
  const levels = [...info.levels].flatMap(([name, list]) => wrapped(`${identifier(name)}: ${listOf(list)},`, "    "));
  const places = state.map((name) => names.find(layout.state[name].offset)?.text ?? name);
  return [
    "/** Where hosts find things: positions in `memory`. */",
    "export const layout = {",
    "  capacity,",
    "  columns,",
    ...(levels.length === 0 ? ["  levels: {},"] : ["  levels: {", ...levels, "  },"]),
    "  // coordinates in phi, where `declare` puts the values, and their slope in phi",
    "  parameters: {",
    ...parameters.flat(),
    "  },",
    ...(reports.length === 0 ? [] : ["  reports: {", ...reports.flat(), "  },"]),
    ...filled(places, "  "),
    "};",
  ];
}

function listOf(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
}

/** The derivative of a declared value in its coordinate; null for vectors that are transformed as a whole. */
function slopeOf(transform: Transform): string {
  switch (transform.kind) {
    case "identity":
      return "() => 1";
    case "lower":
    case "upper":
      return "(x) => Math.exp(x)";
    case "interval":
      return `(x) => ${transform.upper - transform.lower} / (2 + 2 * Math.cosh(x))`;
    case "simplex":
    case "ordered":
      return "null";
  }
}

function usage(step: Step, reported: boolean): string[] {
  return [...use(reported).trim().split("\n"), ...(reported ? ["", ...ofReports(step.size).trim().split("\n")] : [])];
}

/** How a person puts rows in and reads estimates. */
const use = (reported: boolean): string => `
/** Starts anew, takes in all batches, and answers with the estimates. */
export function run(batches) {
  init();
  for (const batch of batches) take(batch);
  return estimates();
}

/** Takes in rows: an object of columns; a vector is a list of columns. */
export function take(batch) {
  const parts = Object.entries(columns).flatMap(([name, position]) => {
    if (batch[name] === undefined) throw new Error(\`there is no column \${name}\`);
    const list = typeof batch[name][0] === "object" ? batch[name] : [batch[name]];
    return list.map((values, k) => ({ name, values, position: position + k * capacity }));
  });
  const total = parts[0].values.length;
  for (let from = 0; from < total; from += capacity) {
    const rows = Math.min(capacity, total - from);
    for (const { name, values, position } of parts)
      for (let r = 0; r < rows; r++) m[position + r] = encoded(name, values[from + r]);
    update(rows);
    if (m[control.outcome] !== 0)
      throw new Error("no step from here helps: give more rows at once, or a prior");
  }
}

/** A level as its number, counted from 0; numbers as they are. */
function encoded(name, value) {
  if (typeof value !== "string") return Number(value);
  const code = layout.levels[name]?.indexOf(value) ?? -1;
  if (code < 0) throw new Error(\`\${name} has no level \${value}\`);
  return code;
}

/** Estimates and standard errors, by name; a list where there are several. */
export function estimates() {
  finish();
  declare();
  const found = {};
  for (const [name, { first, shape, length, declared, slope }] of Object.entries(layout.parameters))
    found[name] = each(shape.length === 0, length, (k) => ({
      estimate: m[declared + k],
      // the delta method; null for vectors whose elements depend on each other
      se: slope && slope(m[phi + first + k]) * Math.sqrt(m[variance + first + k]),
    }));
${reported ? "  addReports(found);\n" : ""}  return found;
}

function each(single, length, of) {
  return single ? of(0) : Array.from({ length }, (_, k) => of(k));
}
`;

const ofReports = (size: number): string => `
function addReports(found) {
  report();
  for (const [name, { value, gradient, length, single }] of Object.entries(layout.reports))
    found[name] = each(single, length, (k) => ({
      estimate: m[value + k],
      se: errorOf(gradient + k * ${size}),
    }));
}

/** Standard error of a quantity with this gradient in phi. */
function errorOf(gradient) {
  m.copyWithin(residual, gradient, gradient + ${size});
  solve();
  return Math.sqrt(dot(m, residual, step, ${size}));
}
`;
