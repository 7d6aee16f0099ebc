// Scopes that lie over others: arguments of a function, the variable of a loop.

import type { Scope } from "./context.ts";
import type { Value } from "./value.ts";

/** A scope with some names of its own in front; a null value stands for one whose error was reported. */
export function local(around: Scope, own: ReadonlyMap<string, Value | null>): Scope {
  return {
    value: (name, span) => (own.has(name) ? own.get(name) : around.value(name, span)),
    names: () => [...own.keys(), ...around.names()],
    functions: around.functions,
  };
}
