// Layers: parameters and a function that go together. Each place `L(32)(x)` of a model is an instance with parameters
// of its own, named after the `let` that it stands in: `h.W`, `h.b`. A place that a loop passes several times is one
// instance, whose parameters all positions share.

import type { Span } from "../diagnostics/index.ts";
import type { Dim } from "../ir/index.ts";
import type { Expr, FunctionItem, Item, LayerItem, Name, ParamItem } from "../syntax/index.ts";
import { isFunction, ordered, unknownFunction, valueKey } from "./calls.ts";
import {
  attributed,
  type Context,
  type Frame,
  type Instance,
  inFrame,
  type Layer,
  report,
  type Scope,
} from "./context.ts";
import { extentOf } from "./indices.ts";
import { fitInputs, sizesKey } from "./inputs.ts";
import { suggestion, unknownName } from "./names.ts";
import { parameterValue } from "./parameters.ts";
import { local } from "./scope.ts";
import { constantBound, resolveType } from "./types.ts";
import type { Value } from "./value.ts";
import { namesIn, walk } from "./walk.ts";

type ApplyExpr = Expr & { readonly kind: "apply" };
type LetItem = Item & { readonly kind: "let" };

/** Layers within layers that are followed. */
const deepest = 50;
/** Names that functions and layers see without a definition. */
const constants = ["pi", "inf"];

/**
 * The instances of an expression by name: the only one of a `let` is called as that is (`alone`); others after their
 * layers too, numbered in the order of the text where a layer stands there more than once.
 */
export function instancesOf(expr: Expr, prefix: string, alone: boolean): Frame {
  const places: ApplyExpr[] = [];
  walk(expr, (e) => {
    if (e.kind === "apply") places.push(e);
  });
  const names = new Map<Expr, string>();
  for (const place of places) {
    const { text } = place.target.callee;
    const same = places.filter((other) => other.target.callee.text === text);
    const count = same.length === 1 ? "" : String(same.indexOf(place) + 1);
    names.set(place, alone && places.length === 1 ? prefix : `${prefix}.${text}${count}`);
  }
  return names;
}

/**
 * `h.W`: a parameter of an instance that the `let` `h` of the scope makes, which is elaborated first; `full` is its
 * name in the whole model.
 */
export function ofInstance(c: Context, name: string, full: string, span: Span, scope: Scope): Value | undefined {
  const dot = name.indexOf(".");
  if (dot < 0) return undefined;
  scope.value(name.slice(0, dot), span);
  return c.parameters.get(full)?.value;
}

/** The value of `L(settings)(inputs)`. */
export function applied(c: Context, expr: ApplyExpr, scope: Scope): Value | null {
  const { target, args, span } = expr;
  const { text, span: calleeSpan } = target.callee;
  const layer = scope.functions.layer(text);
  const all = [...target.args, ...args];
  if (layer === null) {
    for (const { value } of all) c.elaborate(value, scope);
    return unknownLayer(c, target.callee, scope);
  }
  const { item } = layer;
  const fn = functionOf(item);
  const call = { kind: "call" as const, callee: { text: `${text}(…)`, span: calleeSpan }, args, span };
  const settings = ordered(c, target, words(item.parameters), false);
  const inputs = fn && ordered(c, call, words(fn.parameters), false);
  if (fn === null || settings === null || inputs === null) {
    for (const { value } of all) c.elaborate(value, scope);
    return null;
  }
  const given = settings.map((e) => c.elaborate(e, scope));
  const values = inputs.map((e) => c.elaborate(e, scope));
  const path = c.naming.frame?.get(expr);
  if (path === undefined) return report(c, "FF216", span, { layer: text });
  if (given.includes(null) || values.includes(null)) return null;
  const key = `layer ${item.span.file}:${text}`;
  if (c.calls.includes(key)) {
    const inner = c.calls.slice(c.calls.indexOf(key)).filter((k) => k.startsWith("layer "));
    const route = [...inner, key].map((k) => k.slice(k.lastIndexOf(":") + 1)).join(" → ");
    return report(c, "FF206", calleeSpan, { name: text, path: route }, "A layer can't hold itself.");
  }
  if (c.calls.length >= deepest) return report(c, "FF107", calleeSpan, { limit: deepest });
  const own = new Map<string, Value | null>();
  for (const [k, value] of values.entries()) own.set(fn.parameters[k]?.text ?? "", value);
  c.calls.push(key);
  const result = attributed(c, layer.standard ? span : null, () => {
    const instance = instantiated(c, expr, layer, fn, given as Value[], values as Value[], inputs, path);
    const body = instance && instancesOf(fn.body, path, false);
    return instance && inFrame(c, body, () => c.elaborate(fn.body, local(instance.scope, own)));
  });
  c.calls.pop();
  return result;
}

/** The instance of a place: made the first time, and held to the same sizes from then on. */
function instantiated(
  c: Context,
  expr: ApplyExpr,
  layer: Layer,
  fn: FunctionItem,
  given: readonly Value[],
  values: readonly Value[],
  inputs: readonly Expr[],
  path: string,
): Instance | null {
  const { item } = layer;
  const around = local(layer.scope, new Map(item.parameters.map(({ text }, k) => [text, given[k] as Value])));
  const found = fitInputs(c, fn, values, inputs, around);
  if (found === null) return null;
  const [settings, sizes] = [given.map(valueKey).join(", "), sizesKey(found)];
  const known = c.instances.get(path);
  if (known !== undefined) {
    const what = `\`${path}\``;
    if (known.settings !== settings || known.place !== expr)
      return report(c, "FF413", expr.target.span, { what, why: "has other arguments at another position of a loop" });
    if (known.sizes !== sizes)
      return report(c, "FF413", expr.span, { what, why: "has an input of another size at another position of a loop" });
    return known;
  }
  const scope = linesOf(c, layer, local(around, found), path, expr.span);
  const instance = { place: expr, scope, settings, sizes };
  c.instances.set(path, instance);
  for (const line of item.items)
    if (line.kind === "param" || line.kind === "let") scope.value(line.name.text, line.name.span);
  return instance;
}

/** The lines of a layer for one instance, elaborated when they are first asked for. */
function linesOf(c: Context, { item }: Layer, around: Scope, path: string, place: Span): Scope {
  const lines = new Map<string, ParamItem | LetItem>();
  for (const line of item.items)
    if ((line.kind === "param" || line.kind === "let") && !lines.has(line.name.text)) lines.set(line.name.text, line);
  const done = new Map<string, Value | null>();
  const open: string[] = [];
  const scope: Scope = {
    value: (name, span) => {
      const known = done.get(name);
      if (known !== undefined) return known;
      const line = lines.get(name);
      if (line === undefined) return ofInstance(c, name, `${path}.${name}`, span, scope) ?? around.value(name, span);
      if (open.includes(name)) {
        const circle = [...open.slice(open.indexOf(name)), name].join(" → ");
        return report(c, "FF206", span, { name, path: circle });
      }
      open.push(name);
      const value = line.kind === "param" ? parameter(line) : definition(line);
      open.pop();
      done.set(name, value);
      return value;
    },
    names: () => [...lines.keys(), ...around.names()],
    functions: around.functions,
  };
  const definition = (line: LetItem): Value | null =>
    inFrame(c, instancesOf(line.value, `${path}.${line.name.text}`, true), () => c.elaborate(line.value, scope));
  const parameter = (line: ParamItem): Value | null => {
    const own: ParamItem = { ...line, name: { text: `${path}.${line.name.text}`, span: place }, span: place };
    const size = (expr: Expr): Dim | null => {
      const value = c.elaborate(expr, scope);
      const constant = value === null ? null : c.g.constantValue(value.node);
      if (constant === null || (Number.isInteger(constant) && constant >= 1)) return extentOf(c, expr, scope);
      const expected = "a dimension (a whole number from 1)";
      return report(c, "FF301", expr.span, { expected, found: String(constant) });
    };
    const type = inFrame(c, null, () => resolveType(c, line.type, size, constantBound(c, scope)));
    const made = type && parameterValue(c, own, type, new Set(), scope);
    if (type === null || made === null) return null;
    // a size may be called otherwise here than the category whose levels label it
    const axes = type.axes.map((name) => {
      const value = name === null ? null : scope.value(name, place);
      return value?.kind === "category" ? value.name : null;
    });
    const value = { ...made.value, axes };
    c.parameters.set(own.name.text, { ...made, value });
    return value;
  };
  return scope;
}

/** The function that an instance is called with: a layer's only one. */
function functionOf(item: LayerItem): FunctionItem | null {
  const found = item.items.filter((line) => line.kind === "fn");
  return found.length === 1 ? (found[0] ?? null) : null;
}

function words(names: readonly Name[]): readonly string[] {
  return names.map((n) => n.text);
}

function unknownLayer(c: Context, name: Name, scope: Scope): null {
  const what = scope.functions.find(name.text) !== null ? "function" : scope.functions.otherwise(name.text);
  if (what === "function")
    return report(c, "FF217", name.span, { name: name.text }, "A function is called once: `f(x)`; a layer twice.");
  const module = scope.functions.layerModule(name.text);
  const hint =
    module === null
      ? suggestion(name.text, scope.functions.layers())
      : `It is in a standard module: add \`use ${module}\`.`;
  return report(c, "FF217", name.span, { name: name.text }, hint);
}

// ---------------------------------------------------------------- layers that may never be used

/** What is wrong with the lines of a layer, whether it is used or not. */
export function checkLayers(c: Context, layers: readonly LayerItem[], scope: Scope): void {
  for (const item of layers) {
    const count = item.items.filter((line) => line.kind === "fn").length;
    if (count !== 1) report(c, "FF425", item.name.span, { name: item.name.text, count });
    const seen = new Map<string, Name>();
    for (const line of item.items) {
      if (line.kind !== "param" && line.kind !== "let" && line.kind !== "fn") {
        report(c, "FF424", line.span, { what: line.kind === "likelihood" ? "A likelihood" : `\`${line.kind}\`` });
        continue;
      }
      if (line.kind === "fn") continue;
      const first = seen.get(line.name.text) ?? item.parameters.find((p) => p.text === line.name.text);
      if (first !== undefined) report(c, "FF204", line.name.span, { name: line.name.text });
      seen.set(line.name.text, line.name);
    }
    checkNames(c, item, scope);
  }
}

/** Names in a layer that nothing defines. */
function checkNames(c: Context, item: LayerItem, scope: Scope): void {
  const fn = functionOf(item);
  const sizes = (fn?.types ?? []).flatMap((type) => type?.shape ?? []).flatMap((e) => [...namesIn(e).keys()]);
  const lines = item.items.flatMap((line) => (line.kind === "param" || line.kind === "let" ? [line.name.text] : []));
  const known = new Set([...scope.names(), ...words(item.parameters), ...sizes, ...lines, ...constants]);
  const look = (expr: Expr, also: readonly string[]): void => {
    const inner = new Set([...known, ...also]);
    walk(expr, (e) => {
      if (e.kind === "comprehension") inner.add(e.variable.text);
    });
    for (const [name, span] of namesIn(expr))
      if (!inner.has(name)) unknownName(c, name, span, { ...scope, names: () => [...inner] });
    checkCalls(c, expr, scope);
  };
  for (const line of item.items) {
    if (line.kind === "let") look(line.value, []);
    if (line.kind === "fn") look(line.body, words(line.parameters));
    if (line.kind !== "param") continue;
    for (const dim of line.type.shape) look(dim, []);
    for (const { value } of [...(line.prior?.args ?? []), ...(line.sample?.distribution?.args ?? [])]) look(value, []);
    if (line.init !== null) look(line.init, []);
  }
}

/** Called names in an expression that are neither functions nor, in their places, layers. */
export function checkCalls(c: Context, expr: Expr, scope: Scope): void {
  const layers = new Set<Expr>();
  walk(expr, (e) => {
    if (e.kind === "apply") {
      layers.add(e.target);
      if (scope.functions.layer(e.target.callee.text) === null) unknownLayer(c, e.target.callee, scope);
    } else if (e.kind === "call" && !layers.has(e) && !isFunction(e.callee.text, scope))
      unknownFunction(c, e.callee, scope);
  });
}
