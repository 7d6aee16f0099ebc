// The order in which definitions are elaborated: what a definition names comes before it, found without recursion,
// so that a chain of thousands of `let` lines in any order stays flat.

import type { Item } from "../syntax/index.ts";
import type { Declarations } from "./declare.ts";
import { namesIn } from "./walk.ts";

/** Elaborates every definition, used or not, so that each one's mistakes are found. */
export function evaluateAll(declared: Declarations, items: readonly Item[]): void {
  const names = new Map<string, readonly string[]>();
  for (const item of items)
    if (item.kind === "let" || item.kind === "report" || item.kind === "const")
      names.set(item.name.text, [...namesIn(item.value).keys()]);
  const done = new Set<string>();
  for (const start of declared.definitions.keys()) {
    const open: string[] = [start];
    const entered = new Set<string>();
    while (open.length > 0) {
      const name = open[open.length - 1] as string;
      const first = (names.get(name) ?? []).filter((n) => !done.has(n) && !entered.has(n) && names.has(n));
      if (!done.has(name) && !entered.has(name) && first.length > 0) {
        entered.add(name);
        open.push(...first);
        continue;
      }
      open.pop();
      if (done.has(name)) continue;
      done.add(name);
      const definition = declared.definitions.get(name);
      if (definition !== undefined) declared.scope.value(name, definition.name.span);
    }
  }
}
