// Names that nothing defines: what is said about them, with the nearest name there is.

import { nearest, type Span } from "../diagnostics/index.ts";
import { type Context, report, type Scope } from "./context.ts";

/** The hint for a misspelt name, where one is near. */
export function suggestion(name: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(name, candidates);
  return found === null ? undefined : `Did you mean \`${found}\`?`;
}

/** A name in a value's place that has no value. */
export function unknownName(c: Context, name: string, span: Span, scope: Scope): null {
  const what = scope.functions.otherwise(name);
  const hint = what === "layer" ? `It is used as \`${name}(…)(x)\`.` : undefined;
  if (what !== null) return report(c, "FF213", span, { name, what }, hint);
  const near = suggestion(name, [...scope.names(), "pi", "inf"]);
  const dotted = name.includes(".") ? "Only parameters of layers have dots in their names, as in `h.W`." : undefined;
  return report(c, "FF201", span, { name }, near ?? dotted);
}
