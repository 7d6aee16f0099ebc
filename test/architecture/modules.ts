// Reads the project's modules for the architecture test: what each imports, whether as a value or as a type, and
// which words of the language it uses that the law cares about.

import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync } from "vite";

/** An import or re-export. */
export interface Import {
  /** A file of the project (`src/ir/index.ts`) or a package (`chevrotain`, `node:fs`). */
  readonly target: string;
  readonly local: boolean;
  /** Nothing of it is left when types are stripped: `import type`, `export type`. */
  readonly erased: boolean;
  /** Only types are named, even if the statement itself stays. */
  readonly typesOnly: boolean;
}

/** A file as the law sees it. */
export interface Module {
  readonly path: string;
  readonly lines: number;
  readonly opening: string;
  readonly imports: readonly Import[];
  /** Uses of `any`, `!`, suppressed checks, default exports, the console, files, the clock, chance. */
  readonly uses: readonly string[];
}

interface Tree {
  readonly type: string;
  readonly [key: string]: unknown;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function children(tree: Tree): readonly Tree[] {
  return Object.values(tree).flatMap((value) =>
    Array.isArray(value) ? value.filter(isTree) : isTree(value) ? [value] : [],
  );
}

const surroundings = new Set(["console", "process", "performance", "Date", "setTimeout", "setInterval", "fetch"]);

/** What one node of the tree uses, if it is of interest. */
function use(tree: Tree, parent: Tree | null): string | null {
  if (tree.type === "TSAnyKeyword") return "any";
  if (tree.type === "TSNonNullExpression") return "!";
  if (tree.type === "ExportDefaultDeclaration") return "export default";
  if (tree.type === "MemberExpression" && isTree(tree.object) && isTree(tree.property)) {
    if (tree.object.name === "Math" && tree.property.name === "random") return "Math.random";
  }
  if (tree.type !== "Identifier" || typeof tree.name !== "string" || !surroundings.has(tree.name)) return null;
  // A property, key or type of that name is not the global.
  const named = parent !== null && parent.computed !== true && (parent.property === tree || parent.key === tree);
  const type = parent !== null && (parent.type.startsWith("TSType") || parent.type.startsWith("TSQualified"));
  return named || type ? null : tree.name;
}

function uses(tree: Tree, parent: Tree | null = null): readonly string[] {
  const own = use(tree, parent);
  const inner = children(tree).flatMap((child) => uses(child, tree));
  return own === null ? inner : [own, ...inner];
}

/** A module from its text; exported so that the law can be tried on broken examples. */
export function module(path: string, text: string): Module {
  const { program, module: shape, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const statement = (start: number, end: number, typesOnly: boolean, specifier: string): Import => {
    const local = specifier.startsWith(".");
    const target = local ? posix.join(posix.dirname(path), specifier) : specifier;
    return { target, local, erased: /^(import|export)\s+type\b/.test(text.slice(start, end)), typesOnly };
  };
  const imports = [
    ...shape.staticImports.map(({ start, end, moduleRequest, entries }) =>
      statement(start, end, entries.length > 0 && entries.every(({ isType }) => isType), moduleRequest.value),
    ),
    ...shape.staticExports.flatMap(({ start, end, entries }) => {
      const source = entries.find(({ moduleRequest }) => moduleRequest !== null)?.moduleRequest?.value;
      if (source === undefined) return [];
      return [
        statement(
          start,
          end,
          entries.every(({ isType }) => isType),
          source,
        ),
      ];
    }),
    ...shape.dynamicImports.map(({ moduleRequest }) => {
      const specifier = text.slice(moduleRequest.start, moduleRequest.end).replace(/^["'`]|["'`]$/g, "");
      return { ...statement(0, 0, false, specifier), erased: false };
    }),
  ];
  const suppressed = comments.flatMap(({ value }) =>
    /^\s*@ts-(ignore|expect-error|nocheck)/.test(value) ? ["@ts-ignore"] : [],
  );
  return {
    path,
    lines: text.split("\n").length,
    opening: text.replace(/^#!.*\n/, "").slice(0, 3),
    imports,
    uses: [...uses(program as unknown as Tree), ...suppressed],
  };
}

/** Every TypeScript file below a folder of the project. */
export function modulesBelow(root: string, folder: string): readonly Module[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => module(posix.relative(root, file), readFileSync(file, "utf8")));
}
