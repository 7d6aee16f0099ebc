// What stands at an offset of a tree: which name, and in which role.

import { type Span, unreachable } from "../diagnostics/index.ts";
import type { Argument, Ast, CallExpr, DistributionMember, Expr, Item, Name, TypeExpr } from "../syntax/index.ts";

/** A word of a model in its role. `item` is the line it stands in, `loops` are the loop variables in force there. */
export type Place =
  | { readonly kind: "value"; readonly name: Name; readonly item: Item; readonly loops: readonly Name[] }
  | { readonly kind: "function"; readonly name: Name; readonly item: Item }
  | { readonly kind: "family"; readonly name: Name; readonly item: Item }
  | {
      readonly kind: "label";
      readonly name: Name;
      readonly callee: Name;
      readonly family: boolean;
      readonly item: Item;
    }
  | { readonly kind: "type"; readonly name: Name; readonly item: Item }
  | { readonly kind: "flow"; readonly name: Name; readonly item: Item }
  | { readonly kind: "member"; readonly name: Name; readonly item: Item };

interface Walk {
  readonly item: Item;
  readonly offset: number;
  readonly loops: readonly Name[];
}

function holds(span: Span, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}

/** The word at an offset; null where none of the tree's words is there. */
export function placeAt(ast: Ast, offset: number): Place | null {
  for (const item of ast.items) {
    if (!holds(item.span, offset)) continue;
    const found = inItem({ item, offset, loops: [] });
    if (found !== null) return found;
  }
  return null;
}

function inItem(walk: Walk): Place | null {
  const { item } = walk;
  switch (item.kind) {
    case "model":
    case "use":
      return null;
    case "const":
    case "let":
    case "report":
      return declared(walk, item.name) ?? inExpression(walk, item.value);
    case "data":
    case "state":
      return declared(walk, item.name) ?? inType(walk, item.type);
    case "param":
      return (
        declared(walk, item.name) ??
        inType(walk, item.type) ??
        (item.prior && inCall(walk, item.prior, true)) ??
        (item.init && inExpression(walk, item.init))
      );
    case "likelihood": {
      const { response, weight, truncated, observedIf, when } = item;
      const suffixes = [weight, truncated?.lower, truncated?.upper, observedIf, when];
      return (
        inExpression(walk, response) ??
        inCall(walk, item.distribution, true) ??
        first(suffixes, (e) => (e ? inExpression(walk, e) : null))
      );
    }
    case "factor":
      return inExpression(walk, item.value);
    case "fn": {
      if (holds(item.name.span, walk.offset)) return { kind: "function", name: item.name, item };
      return first(item.parameters, (p) => declared(walk, p)) ?? inExpression(walk, item.body);
    }
    case "distribution": {
      if (holds(item.name.span, walk.offset)) return { kind: "family", name: item.name, item };
      const members = first<DistributionMember, Place>(item.members, (m) => {
        if (!holds(m.span, walk.offset)) return null;
        if (holds(m.name.span, walk.offset)) return { kind: "member", name: m.name, item };
        const inner = { ...walk, loops: [...walk.loops, ...m.parameters] };
        return first(m.parameters, (p) => declared(inner, p)) ?? inExpression(inner, m.value);
      });
      return (
        members ??
        first(item.parameters, (p) => declared(walk, p.name) ?? inType(walk, p.type)) ??
        inType(walk, item.support)
      );
    }
    case "layer":
      return first(item.items, (inner) =>
        holds(inner.span, walk.offset)
          ? inItem({ ...walk, item: inner, loops: [...walk.loops, ...item.parameters] })
          : null,
      );
    case "flow":
      return first(item.entries, ({ key }) =>
        holds(key.span, walk.offset) ? { kind: "flow", name: key, item } : null,
      );
    default:
      return unreachable(item);
  }
}

function first<T, R>(list: readonly T[], look: (element: T) => R | null): R | null {
  for (const element of list) {
    const found = look(element);
    if (found !== null) return found;
  }
  return null;
}

function declared({ item, offset, loops }: Walk, name: Name): Place | null {
  return holds(name.span, offset) ? { kind: "value", name, item, loops } : null;
}

function inType(walk: Walk, type: TypeExpr): Place | null {
  if (!holds(type.span, walk.offset)) return null;
  const bounds = type.bounds === null ? [] : [type.bounds.lower, type.bounds.upper];
  const inner = first([...type.shape, ...bounds], (e) => inExpression(walk, e));
  if (inner !== null) return inner;
  const span = { ...type.span, end: type.span.start + type.base.length };
  return holds(span, walk.offset) ? { kind: "type", name: { text: type.base, span }, item: walk.item } : null;
}

function inArguments(walk: Walk, args: readonly Argument[], callee: Name, family: boolean): Place | null {
  return first(args, ({ label, value }) => {
    if (label !== null && holds(label.span, walk.offset))
      return { kind: "label", name: label, callee, family, item: walk.item };
    return inExpression(walk, value);
  });
}

function inCall(walk: Walk, call: CallExpr, family: boolean): Place | null {
  if (!holds(call.span, walk.offset)) return null;
  if (holds(call.callee.span, walk.offset))
    return { kind: family ? "family" : "function", name: call.callee, item: walk.item };
  return inArguments(walk, call.args, call.callee, family);
}

function inExpression(walk: Walk, e: Expr): Place | null {
  if (!holds(e.span, walk.offset)) return null;
  switch (e.kind) {
    case "number":
      return null;
    case "name":
      return declared(walk, { text: e.name, span: e.span });
    case "unary":
    case "transpose":
      return inExpression(walk, e.operand);
    case "binary":
      return inExpression(walk, e.left) ?? inExpression(walk, e.right);
    case "index":
      return (
        inExpression(walk, e.target) ??
        first(
          e.indices.flatMap((i) => (i.kind === "at" ? [i.value] : [i.from, i.to])),
          (i) => i && inExpression(walk, i),
        )
      );
    case "if":
      return first([e.condition, e.then, e.else], (part) => inExpression(walk, part));
    case "call":
      return inCall(walk, e, false);
    case "apply":
      return inCall(walk, e.target, false) ?? inArguments(walk, e.args, e.target.callee, false);
    case "comprehension": {
      if (holds(e.reducer.span, walk.offset)) return { kind: "function", name: e.reducer, item: walk.item };
      const inner = { ...walk, loops: [...walk.loops, e.variable] };
      return (
        declared(inner, e.variable) ??
        inExpression(inner, e.body) ??
        inExpression(walk, e.from) ??
        inExpression(walk, e.to)
      );
    }
    case "array":
      return first(e.elements, (element) => inExpression(walk, element));
    default:
      return unreachable(e);
  }
}
