// The rooms are law: who may import whom, through which door, and what no file may do. The table below is the one of
// docs/architecture; a change of it is a change of the design.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Module, module, modulesBelow } from "./architecture/modules.ts";

interface Row {
  /** Rooms it may import, by their doors. */
  readonly rooms: readonly string[];
  /** Rooms of which it may import types only. */
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
  /** May touch files, streams, the clock and the console. */
  readonly outside?: boolean;
}

const compiler = ["diagnostics", "ir", "syntax", "check", "autodiff", "structures", "planner", "lower", "emit"];

const law: Readonly<Record<string, Row>> = {
  diagnostics: { rooms: [] },
  ir: { rooms: ["diagnostics"] },
  stdlib: { rooms: [] },
  grammar: { rooms: [], packages: ["chevrotain"] },
  syntax: { rooms: ["grammar", "diagnostics"] },
  check: { rooms: ["syntax", "ir", "diagnostics", "stdlib"] },
  autodiff: { rooms: ["ir"] },
  structures: { rooms: ["ir", "kernels"] },
  planner: { rooms: ["ir", "structures", "diagnostics"] },
  lower: { rooms: ["ir", "autodiff", "structures"] },
  kernels: { rooms: [] },
  emit: { rooms: ["ir", "kernels"] },
  runtime: { rooms: ["diagnostics", "structures"], types: ["ir", "emit"], packages: ["ml-matrix", "@noble/hashes"] },
  sources: { rooms: ["diagnostics"], types: ["ir"], packages: ["@duckdb/node-api"], outside: true },
  reports: { rooms: ["ir", "runtime", "diagnostics"], packages: ["ml-matrix"] },
  plots: {
    rooms: [],
    types: ["reports"],
    packages: ["vega", "vega-lite", "@resvg/resvg-js", "ml-matrix", "@noble/hashes"],
  },
  predict: { rooms: ["compile", "ir", "reports"], types: ["emit", "runtime", "diagnostics"] },
  service: { rooms: ["syntax", "check", "diagnostics", "reports"] },
  compile: { rooms: compiler },
  verify: { rooms: ["check", "autodiff", "ir", "diagnostics"] },
  session: {
    rooms: ["compile", ...compiler, "runtime", "sources", "reports", "plots", "predict", "verify"],
    packages: ["@noble/hashes"],
  },
  // The public API gathers; it does nothing of its own.
  index: { rooms: ["compile", ...compiler, "runtime", "sources", "reports", "plots", "predict", "session", "verify"] },
  cli: { rooms: ["index", "service"], outside: true },
};

const longest = 700;
/** Tables, not programs: their length says nothing. */
const tables = [
  "src/diagnostics/codes.ts",
  "src/emit/js/library.ts",
  "src/kernels/plain.ts",
  "src/kernels/relaxed.ts",
  "stdlib/index.ts",
];
const vague = /(^|\/)(utils?|helpers?|misc|common|manager|shared|stuff)(\/|\.ts$)/;

function room(path: string): string {
  const [first, second] = path.split("/");
  return first === "src" ? second.replace(/\.ts$/, "") : first;
}

/** Whether a file is what other rooms may import. */
function isDoor(path: string): boolean {
  return /^(src\/[a-z-]+\/index|src\/[a-z-]+|grammar\/index|stdlib\/index)\.ts$/.test(path);
}

function brokenImports({ path, imports }: Module): readonly string[] {
  const own = room(path);
  const row = law[own];
  if (row === undefined) return [`${path} is in a room without a row in the table: ${own}`];
  return imports.flatMap(({ target, local, typesOnly }) => {
    if (!local) {
      const named = target.startsWith("node:")
        ? row.outside === true
        : (row.packages ?? []).some((name) => target === name || target.startsWith(`${name}/`));
      return named ? [] : [`${path} imports ${target}: the row of ${own} does not allow it`];
    }
    // The manifest is where the version stands.
    if (target === "package.json" && own === "cli") return [];
    const other = room(target);
    if (other === own) return [];
    const broken: string[] = [];
    if (!row.rooms.includes(other)) {
      const types = (row.types ?? []).includes(other);
      const allowed =
        [...row.rooms, ...(row.types ?? []).map((name) => `${name} (types only)`)].join(", ") || "nothing";
      if (!types) broken.push(`${path} imports ${target}: the row of ${own} allows ${allowed}`);
      else if (!typesOnly) broken.push(`${path} imports values of ${target}: the row of ${own} allows types only`);
    }
    if (!isDoor(target)) broken.push(`${path} imports ${target}, which is not the door of ${other}`);
    return broken;
  });
}

/** A way from a file back to itself through imports that exist at run time, or null. */
function cycle(modules: readonly Module[]): readonly string[] | null {
  const next = new Map(
    modules.map(({ path, imports }) => [
      path,
      imports.filter(({ local, erased }) => local && !erased).map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const target of next.get(path) ?? []) {
      const found = visit(target, [...trail, path]);
      if (found !== null) return found;
    }
    done.add(path);
    return null;
  };
  for (const path of next.keys()) {
    const found = visit(path, []);
    if (found !== null) return found;
  }
  return null;
}

function brokenHabits({ path, lines, opening, uses }: Module): readonly string[] {
  const outside = law[room(path)]?.outside === true;
  const everywhere = new Set(["any", "!", "@ts-ignore", "export default"]);
  const forbidden = [...new Set(uses)].filter((word) => everywhere.has(word) || !outside);
  return [
    ...forbidden.map((word) => `${path} uses ${word}`),
    ...(lines > longest && !tables.includes(path) ? [`${path} has ${lines} lines; ${longest} are too many`] : []),
    ...(opening.startsWith("//") ? [] : [`${path} does not open with a comment that says what it is`]),
    ...(/^[a-z0-9-]+\.ts$/.test(path.split("/").at(-1) ?? "") ? [] : [`${path} is not lowercase or kebab-case`]),
    ...(vague.test(path) ? [`${path} has a name that says nothing`] : []),
  ];
}

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const modules = ["src", "grammar", "stdlib"].flatMap((folder) => modulesBelow(root, folder));

test("rooms import only what their row allows, and only through doors", () => {
  expect(modules.flatMap(brokenImports)).toEqual([]);
});

test("no file leads back to itself through imports that exist at run time", () => {
  expect(cycle(modules)).toBeNull();
});

test("no file breaks the habits", () => {
  expect(modules.flatMap(brokenHabits)).toEqual([]);
});

test("every room has its row, and every row its room", () => {
  const rooms = new Set(modules.map(({ path }) => room(path)));
  // A room that later issues build may still be empty.
  const missing = Object.keys(law).filter((name) => !rooms.has(name));
  expect(missing).toEqual([]);
});

test("the law bites", () => {
  const wrong = module(
    "src/planner/choose.ts",
    'import { check } from "../check/index.ts";\nimport x from "node:fs";\n',
  );
  expect(brokenImports(wrong)).toEqual([
    "src/planner/choose.ts imports src/check/index.ts: the row of planner allows ir, structures, diagnostics",
    "src/planner/choose.ts imports node:fs: the row of planner does not allow it",
  ]);
  const inner = module("src/lower/step.ts", 'export { f } from "../ir/shape.ts";\n');
  expect(brokenImports(inner)).toEqual(["src/lower/step.ts imports src/ir/shape.ts, which is not the door of ir"]);
  const value = module("src/runtime/flow.ts", 'import { type Graph, info } from "../ir/index.ts";\n');
  expect(brokenImports(value)).toEqual([
    "src/runtime/flow.ts imports values of src/ir/index.ts: the row of runtime allows types only",
  ]);
  const type = module("src/runtime/flow.ts", 'import type { Graph } from "../ir/index.ts";\n');
  expect(brokenImports(type)).toEqual([]);

  const a = module("src/ir/a.ts", 'import { b } from "./b.ts";\nexport const a = b;\n');
  const b = module("src/ir/b.ts", 'import { a } from "./a.ts";\nexport const b = 1; export type A = typeof a;\n');
  const c = module("src/ir/b.ts", 'import type { a } from "./a.ts";\nexport const b = 1; export type A = typeof a;\n');
  expect(cycle([a, b])).toEqual(["src/ir/a.ts", "src/ir/b.ts", "src/ir/a.ts"]);
  expect(cycle([a, c])).toBeNull();

  const text =
    "// x\nconst n: any = Math.random() + y!.z; console.log(n);\n// @ts-ignore\nexport default { process: 1 };\n";
  expect(brokenHabits(module("src/ir/utils.ts", text))).toEqual([
    "src/ir/utils.ts uses any",
    "src/ir/utils.ts uses Math.random",
    "src/ir/utils.ts uses !",
    "src/ir/utils.ts uses console",
    "src/ir/utils.ts uses export default",
    "src/ir/utils.ts uses @ts-ignore",
    "src/ir/utils.ts has a name that says nothing",
  ]);
});
