// What the whole of a model shows without any data: parameters that nothing informs, scales left flat under a
// posterior, and sums whose parts no likelihood can tell apart.

import { type Node, type NodeId, order, type Parameter, type Term } from "../ir/index.ts";
import { type Context, parametersOf, report } from "./context.ts";
import type { Declarations } from "./declare.ts";

/** Warns of parameters that the data do not, or can't, inform. */
export function warnOfUnidentified(
  c: Context,
  declared: Declarations,
  parameters: readonly Parameter[],
  terms: readonly Term[],
  target: "likelihood" | "posterior",
): void {
  const flat = new Set(parameters.map((p) => p.name));
  for (const term of terms) if (term.kind === "prior") flat.delete(term.parameter);
  // A factor may hold a prior written by hand, so what it depends on counts as informed and not as flat.
  const informed = new Set<string>();
  for (const term of terms)
    for (const root of rootsOf(term)) {
      for (const name of parametersOf(c, root)) {
        informed.add(name);
        if (term.kind === "factor") flat.delete(name);
      }
    }
  for (const { name } of parameters) {
    const item = declared.parameters.get(name)?.item;
    if (item === undefined) continue;
    if (!informed.has(name)) report(c, "FF402", item.name.span, { name });
    else if (target === "posterior" && flat.has(name) && isScale(c, declared, name, terms))
      report(c, "FF403", item.name.span, { name });
  }
  for (const names of inseparable(c, parameters, terms, flat)) {
    const first = declared.parameters.get(names[0] as string)?.item.name.span;
    const words = names.map((n) => `\`${n}\``);
    const list = `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
    if (first !== undefined)
      report(c, "FF404", first, { names: list }, "Give all but one of them a prior, or leave one out.");
  }
}

/** Nodes through which a term depends on parameters and data. */
function rootsOf(term: Term): readonly NodeId[] {
  switch (term.kind) {
    case "likelihood":
      return term.args;
    case "factor":
      return [term.value];
    case "prior":
      return [];
  }
}

/** Whether a parameter is, as it stands, the scale of some likelihood. */
function isScale(c: Context, declared: Declarations, name: string, terms: readonly Term[]): boolean {
  const value = declared.parameters.get(name)?.value.node;
  return terms.some(
    (term) =>
      term.kind === "likelihood" &&
      term.args.some(
        (arg, k) => /^(sd|sdlog|scale)$/.test(term.argumentNames[k] ?? "") && unexpanded(c, arg) === value,
      ),
  );
}

function unexpanded(c: Context, id: NodeId): NodeId {
  let node = c.g.node(id);
  let at = id;
  while (node.op === "expand") {
    at = node.args[0] as NodeId;
    node = c.g.node(at);
  }
  return at;
}

/**
 * Sets of flat, unbounded parameters that enter the likelihood only as terms of one sum, each the same for all of a
 * row's elements: a level `a` beside `effect[c]`. Adding to one and taking from the other changes nothing.
 */
function inseparable(
  c: Context,
  parameters: readonly Parameter[],
  terms: readonly Term[],
  flat: ReadonlySet<string>,
): readonly (readonly string[])[] {
  const uses = new Map<NodeId, number>();
  const roots = [...new Set(terms.flatMap(rootsOf))];
  for (const root of roots) uses.set(root, (uses.get(root) ?? 0) + 1);
  for (const id of order(c.g, roots)) for (const a of c.g.node(id).args) uses.set(a, (uses.get(a) ?? 0) + 1);
  const place = (name: string): number => parameters.findIndex((p) => p.name === name);
  const shiftable = (id: NodeId): string | null => {
    if ((uses.get(id) ?? 0) > 1) return null;
    const node: Node = c.g.node(id);
    const leaf = node.op === "gather" ? c.g.node(node.args[0] as NodeId) : node;
    if (leaf.op !== "param" || leaf.shape.length !== (node.op === "gather" ? 1 : 0)) return null;
    if (node.op === "gather" && (uses.get(node.args[0] as NodeId) ?? 0) > 1) return null;
    const parameter = parameters.find((p) => p.name === leaf.attributes.name);
    return parameter?.transform.kind === "identity" && flat.has(parameter.name) ? parameter.name : null;
  };
  const found: string[][] = [];
  const walked = new Set<NodeId>();
  const isSum = (id: NodeId): boolean => ["add", "sub"].includes(c.g.node(id).op);
  for (const top of order(c.g, roots).reverse()) {
    if (!isSum(top) || walked.has(top)) continue;
    const names: string[] = [];
    const stack = [...c.g.node(top).args];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      const name = shiftable(id);
      if (name !== null) names.push(name);
      // A part that something else uses too stands on its own.
      if (!isSum(id) || (uses.get(id) ?? 0) > 1) continue;
      walked.add(id);
      stack.push(...c.g.node(id).args);
    }
    if (names.length > 1) found.push(names.sort((a, b) => place(a) - place(b)));
  }
  return found;
}
