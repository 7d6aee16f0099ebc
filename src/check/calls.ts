// Calls of functions: those of the language, those of stdlib/functions.ffm and the user's, which are expanded in
// place, and the few that look at data (`standardize`, `one_hot`, `interaction`).

import { nearest, type Span } from "../diagnostics/index.ts";
import { showDim } from "../ir/index.ts";
import { type CallExpr, type Expr, type Name, printExpression as show } from "../syntax/index.ts";
import { outer } from "./arrays.ts";
import { applyBuiltin, builtinNames, builtinParameters } from "./builtins.ts";
import { type Context, inFrame, notBuilt, parametersOf, report, type Scope } from "./context.ts";
import { fitInputs } from "./inputs.ts";
import { suggestion } from "./names.ts";
import { local } from "./scope.ts";
import * as s from "./support.ts";
import { unbuiltFunctions } from "./unbuilt.ts";
import { type CategoryValue, type NumberValue, number, type Value } from "./value.ts";

/** Functions within functions that are expanded before it is called too deep. */
const deepest = 200;
/** Different expansions of functions that one model may need. */
const mostExpansions = 100_000;

const features: Readonly<Record<string, readonly string[]>> = {
  standardize: ["x"],
  one_hot: ["c"],
  interaction: ["a", "b"],
};

/** Names that a call may mean without the user having written them, other than stdlib/functions.ffm. */
export const operationNames: readonly string[] = [...builtinNames, ...Object.keys(features)];

/** The value of `name(args)`. */
export function call(c: Context, expr: CallExpr, scope: Scope): Value | null {
  const { text: name } = expr.callee;
  const written = scope.functions.find(name);
  if (written !== null) {
    const { item } = written;
    const args = ordered(
      c,
      expr,
      item.parameters.map((p) => p.text),
      false,
    );
    return args && expand(c, expr, args, written, scope);
  }
  const builtin = builtinParameters(name);
  if (builtin !== null) {
    const args = ordered(c, expr, builtin.parameters, builtin.variadic);
    const values = args && numbers(c, args, scope);
    return values && applyBuiltin(c, name, values, args as readonly Expr[], expr.span);
  }
  if (Object.hasOwn(features, name)) {
    const args = ordered(c, expr, features[name] as readonly string[], false);
    return args && feature(c, name, args, expr.span, scope);
  }
  for (const a of expr.args) c.elaborate(a.value, scope);
  if (unbuiltFunctions.has(name)) return notBuilt(c, expr.span, `\`${name}\``);
  return unknownFunction(c, expr.callee, scope);
}

/** Whether a call of that name means a function, be it built or not. */
export function isFunction(name: string, scope: Scope): boolean {
  return scope.functions.find(name) !== null || operationNames.includes(name) || unbuiltFunctions.has(name);
}

/** Says that a called name is no function. */
export function unknownFunction(c: Context, { text: name, span }: Name, scope: Scope): null {
  if (scope.functions.layer(name) !== null)
    return report(c, "FF213", span, { name, what: "layer" }, `A layer is given its input too: \`${name}(…)(x)\`.`);
  const what = scope.functions.otherwise(name) ?? (scope.names().includes(name) ? "value" : null);
  if (what !== null) return report(c, "FF212", span, { name, what });
  const known = [...scope.functions.names(), ...operationNames, ...unbuiltFunctions];
  return report(c, "FF202", span, { name }, suggestion(name, known));
}

/** Arguments in the order of the parameters: positional first, then by name. */
export function ordered(
  c: Context,
  expr: CallExpr,
  parameters: readonly string[],
  variadic: boolean,
): readonly Expr[] | null {
  const callee = expr.callee.text;
  const count = (n: number): string => `${n} argument${n === 1 ? "" : "s"}`;
  if (variadic && expr.args.length > 0 && expr.args.every((a) => a.label === null))
    return expr.args.map((a) => a.value);
  const places = new Map<string, Expr>();
  for (const [position, { label, value }] of expr.args.entries()) {
    const name = label?.text ?? parameters[position];
    if (name !== undefined && !parameters.includes(name))
      return report(c, "FF209", label?.span ?? value.span, { callee, name }, argumentHint(name, parameters));
    if (name === undefined) break;
    if (places.has(name)) return report(c, "FF117", label?.span ?? value.span, { what: name });
    places.set(name, value);
  }
  if (expr.args.length !== parameters.length || places.size !== parameters.length)
    return report(c, "FF211", expr.span, {
      callee,
      expected: `${count(parameters.length)}${parameters.length > 0 ? ` (${parameters.join(", ")})` : ""}`,
      found: expr.args.length,
    });
  return parameters.map((p) => places.get(p) as Expr);
}

/** What may be said about an argument name that does not exist. */
export function argumentHint(name: string, parameters: readonly string[]): string | undefined {
  const near = nearest(name, parameters);
  if (near !== null) return `Did you mean \`${near}\`?`;
  return parameters.length > 0 ? `Its arguments are ${parameters.map((p) => `\`${p}\``).join(", ")}.` : undefined;
}

function numbers(c: Context, args: readonly Expr[], scope: Scope): readonly NumberValue[] | null {
  const values: NumberValue[] = [];
  for (const arg of args) {
    const value = c.elaborate(arg, scope);
    if (value?.kind === "category") report(c, "FF309", arg.span, { name: value.name });
    if (value?.kind === "number") values.push(value);
  }
  return values.length === args.length ? values : null;
}

function expand(
  c: Context,
  expr: CallExpr,
  args: readonly Expr[],
  written: NonNullable<ReturnType<Scope["functions"]["find"]>>,
  scope: Scope,
): Value | null {
  const name = expr.callee.text;
  const own = new Map<string, Value | null>();
  for (const [k, arg] of args.entries()) own.set(written.item.parameters[k]?.text ?? "", c.elaborate(arg, scope));
  // The scope is part of the key: a library's function may call the standard one that it hides.
  const key = `${written.item.span.file}:${name}`;
  const start = c.calls.indexOf(key);
  if (start >= 0) {
    const path = [...c.calls.slice(start), key].map((k) => k.slice(k.lastIndexOf(":") + 1)).join(" → ");
    return report(
      c,
      "FF206",
      expr.callee.span,
      { name, path },
      "A function is expanded in place, so it can't call itself.",
    );
  }
  if ([...own.values()].includes(null)) return null;
  if (c.calls.length >= deepest) return report(c, "FF107", expr.callee.span, { limit: deepest });
  const use = `${key}(${[...own.values()].map((v) => valueKey(v as Value)).join(", ")})`;
  const before = c.expanded.get(use);
  if (before !== undefined) return before;
  if (c.expanded.size >= mostExpansions) {
    const said = c.diagnostics.some((d) => d.code === "FF422");
    return said ? null : report(c, "FF422", expr.callee.span, { limit: mostExpansions });
  }
  c.calls.push(key);
  const sizes = fitInputs(c, written.item, [...own.values()] as readonly Value[], args, written.scope);
  const inside = sizes && local(written.scope, new Map([...sizes, ...own]));
  const result = inside && inFrame(c, null, () => c.elaborate(written.item.body, inside));
  c.calls.pop();
  c.expanded.set(use, result);
  return result;
}

/** Everything that a function's result may depend on. */
export function valueKey(v: Value): string {
  if (v.kind === "category") return `${v.name}@${v.node}`;
  const { lower, upper, lowerOpen, upperOpen, integer } = v.support;
  const { affine, lanes, extent, position, structure, axes, missing } = v;
  const place = affine === null ? "" : `${affine.lane.id}+${affine.start}`;
  const size = extent === null ? "" : showDim(extent);
  return [
    v.node,
    lower,
    upper,
    lowerOpen,
    upperOpen,
    integer,
    lanes.map((l) => l.id),
    place,
    size,
    position,
    structure,
    axes,
    missing,
  ].join("|");
}

function feature(c: Context, name: string, args: readonly Expr[], span: Span, scope: Scope): Value | null {
  const values = args.map((arg) => c.elaborate(arg, scope));
  const [first, second] = values as [Value | null, Value | null];
  const written = args[0] as Expr;
  if (first === null || second === null) return null;
  switch (name) {
    case "standardize":
      return standardize(c, first, written, span);
    case "one_hot":
      if (first.kind !== "category")
        return report(c, "FF301", written.span, { expected: "a category", found: s.describe(first.support) });
      return oneHot(c, first);
    default: {
      const spread = (v: Value): NumberValue => (v.kind === "category" ? oneHot(c, v) : v);
      return outer(c, spread(first), spread(second), span);
    }
  }
}

/** 1 at the level's position, 0 elsewhere. */
function oneHot(c: Context, category: CategoryValue): NumberValue {
  const node = c.g.apply("eq", [c.g.iota(category.dim), category.node]);
  return number(node, [category.dim], s.supports.binary, { missing: category.missing });
}

/** (x − mean) / sd, with mean and sd learnt from the data before the first update. */
function standardize(c: Context, x: Value, written: Expr, span: Span): NumberValue | null {
  if (x.kind === "category") return report(c, "FF309", written.span, { name: x.name });
  const unknown = parametersOf(c, x.node);
  if (unknown.size > 0)
    return report(c, "FF413", written.span, {
      what: `\`${show(written)}\``,
      why: `depends on the unknown \`${[...unknown][0]}\``,
    });
  if (!c.g.node(x.node).row)
    return report(c, "FF413", written.span, { what: `\`${show(written)}\``, why: "is the same for all rows" });
  if (x.missing.length > 0) return report(c, "FF414", written.span, { name: x.missing[0] as string });
  if (x.lanes.length > 0)
    return notBuilt(c, span, "`standardize` of a loop's elements", "Standardise the whole array: `standardize(x)[k]`.");
  let feature = c.learnt.get(x.node);
  if (feature === undefined) {
    const text = `standardize(${show(written)})`;
    const taken = [...c.learnt.values()].filter((f) => f.text === text).length;
    const name = taken === 0 ? text : `${text}#${taken + 1}`;
    feature = { name, kind: "standardize", input: x.node, span, text };
    c.learnt.set(x.node, feature);
  }
  const learnt = c.g.learnt(feature.name, [2, ...x.shape]);
  const node = c.g.div(c.g.sub(x.node, c.g.pick(learnt, 0)), c.g.pick(learnt, 1));
  return number(node, x.shape, s.supports.real);
}
