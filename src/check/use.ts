// `use "lib.ffm"`: the items of other files, below the model's own folder, each file once. The file system is the
// host's; here are only names.

import type { Diagnostic, SourceFile } from "../diagnostics/index.ts";
import { type Ast, type Item, parse } from "../syntax/index.ts";
import { type Context, report } from "./context.ts";
import type { Library } from "./library.ts";
import { suggestion } from "./names.ts";

type Use = Item & { readonly kind: "use" };

/** The items of a model and of the files it uses, with the parser's diagnostics of those files. */
export function gather(
  c: Context,
  ast: Ast,
  resolve: (path: string) => SourceFile | null,
  library: Library,
): {
  readonly items: readonly Item[];
  /** Items of the standard modules. */
  readonly standard: readonly Item[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const root = folderOf(ast.file);
  const done = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const items: Item[] = [];
  const modules = new Set<string>();

  const take = (file: Ast, chain: readonly string[]): void => {
    for (const item of file.items) {
      if (item.kind === "use") follow(item, chain);
      // A library's title and settings are its own.
      else if (chain.length === 1 || (item.kind !== "model" && item.kind !== "flow")) items.push(item);
    }
  };

  const follow = (item: Use, chain: readonly string[]): void => {
    const { text, span } = item.target;
    if (item.module) {
      if (library.moduleNames.includes(text)) modules.add(text);
      else report(c, "FF207", span, { name: text }, suggestion(text, library.moduleNames));
      return;
    }
    const path = joined(folderOf(chain[chain.length - 1] as string), text);
    if (path === null || !inside(root, path)) {
      report(c, "FF214", span, { file: text, reason: "it is not below the model's folder" });
      return;
    }
    if (chain.includes(path)) {
      const circle = [...chain.slice(chain.indexOf(path)), path].join(" → ");
      report(c, "FF215", span, { file: text, path: circle });
      return;
    }
    if (done.has(path)) return;
    done.add(path);
    const source = resolve(path);
    if (source === null) {
      report(c, "FF214", span, { file: text, reason: "there is no such file" });
      return;
    }
    const read = parse({ path, text: source.text });
    diagnostics.push(...read.diagnostics);
    take(read.ast, [...chain, path]);
  };

  take(ast, [normal(ast.file)]);
  return { items, standard: [...modules].flatMap(library.module), diagnostics };
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash + 1);
}

/** A path without `.` and `..` where they can be resolved. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    const last = parts[parts.length - 1];
    if (part === "..") {
      if (last !== undefined && last !== ".." && last !== "") parts.pop();
      else parts.push(part);
    } else if (part !== "." && (part !== "" || parts.length === 0)) parts.push(part);
  }
  return parts.join("/");
}

/** A relative path from a folder; null for an absolute one, which would leave the model's folder. */
function joined(folder: string, path: string): string | null {
  if (/^([/\\]|[A-Za-z]:)/.test(path) || path.includes("\\")) return null;
  return normal(folder + path);
}

function inside(root: string, path: string): boolean {
  const base = normal(root);
  const prefix = base === "" || base.endsWith("/") ? base : `${base}/`;
  return path.startsWith(prefix) && !path.slice(prefix.length).startsWith("..");
}
