// sigmoid and softplus of one value are both made of exp(−|x|): where a loop wants several of them, of x or of −x, it is
// computed once.

import type { Op } from "../../ir/index.ts";
import type { Float, Statement } from "../loops/loop.ts";

/** The local x where a function of the logistic family is taken of x or −x. */
export function logisticOf(name: Op, argument: Float | undefined): Extract<Float, { kind: "local" }> | null {
  if (name !== "sigmoid" && name !== "softplus") return null;
  const inner = argument?.kind === "apply" && argument.op === "neg" ? argument.args[0] : argument;
  return inner?.kind === "local" ? inner : null;
}

/** Locals of a body, x, of which or of whose negative more than one function of the logistic family is taken. */
export function wantedTwice(body: readonly Statement[]): Set<string> {
  const once = new Set<string>();
  const twice = new Set<string>();
  const note = (value: Float): void => {
    if (value.kind !== "apply") return;
    const of = logisticOf(value.op, value.args[0]);
    if (of !== null) (once.has(of.name) ? twice : once).add(of.name);
    value.args.forEach(note);
  };
  for (const statement of body) if ("value" in statement) note(statement.value);
  return twice;
}
