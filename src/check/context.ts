// What one check carries along: the graph being built, the diagnostics so far, and the way back into the
// elaboration of expressions, which the rooms' other files are handed here instead of importing it in a circle.

import type { ArgsOf, Code, Diagnostic, Span } from "../diagnostics/index.ts";
import { diagnose } from "../diagnostics/index.ts";
import { GraphBuilder, type LearntFeature, type NodeId } from "../ir/index.ts";
import type { Expr, FunctionItem, LayerItem } from "../syntax/index.ts";
import type { DeclaredParameter } from "./declare.ts";
import type { Value } from "./value.ts";

/** Looks names up; `null` where the definition itself is broken (and was reported), `undefined` where there is none. */
export interface Scope {
  readonly value: (name: string, span: Span) => Value | null | undefined;
  /** Names that `value` knows, for suggestions. */
  readonly names: () => readonly string[];
  readonly functions: Functions;
}

/** The functions written in the language that calls of a scope may mean. */
export interface Functions {
  readonly find: (name: string) => { readonly item: FunctionItem; readonly scope: Scope } | null;
  readonly names: () => readonly string[];
  /** What else a called name might be: `distribution`, `layer`, or a value. */
  readonly otherwise: (name: string) => string | null;
  /** The layers that `L(…)(…)` may mean. */
  readonly layer: (name: string) => Layer | null;
  readonly layers: () => readonly string[];
  /** The standard module with a layer of that name, where the model does not use it. */
  readonly layerModule: (name: string) => string | null;
}

/** A layer with the scope its lines are read in. */
export interface Layer {
  readonly item: LayerItem;
  readonly scope: Scope;
  readonly standard: boolean;
}

/** Names of the instances of layers that stand in an expression. */
export type Frame = ReadonlyMap<Expr, string>;

/** An instance as it was made, with what must be the same wherever it is used. */
export interface Instance {
  readonly place: Expr;
  readonly scope: Scope;
  readonly settings: string;
  readonly sizes: string;
}

export interface Context {
  readonly g: GraphBuilder;
  readonly diagnostics: Diagnostic[];
  readonly elaborate: (expr: Expr, scope: Scope) => Value | null;
  /** Functions being expanded, outermost first. */
  readonly calls: string[];
  /** Learnt features by the node they are of. */
  readonly learnt: Map<NodeId, LearntFeature>;
  /** Largest position that a constant index asks of a symbolic dimension, by its name. */
  readonly least: Map<string, number>;
  /** Sizes of axes that whole-number data index, by the data's name. */
  readonly indexed: Map<string, number>;
  /** Results of functions by what they were called with, so that f(x) = g(x) + g(x) is not 2ⁿ expansions for n such lines. */
  readonly expanded: Map<string, Value | null>;
  /** Lanes made so far, and how many bodies the loops around are written out into. */
  readonly loops: { count: number; copies: number };
  readonly dependencies: Map<NodeId, ReadonlySet<string>>;
  /** Parameters by name: those of the model's lines, and those of layers as their instances are made. */
  readonly parameters: Map<string, DeclaredParameter>;
  /** Instances of layers by name, and the names in reach; null where an instance can't be named. */
  readonly instances: Map<string, Instance>;
  readonly naming: { frame: Frame | null };
}

/** A context with nothing in it yet. */
export function createContext(elaborate: (c: Context, expr: Expr, scope: Scope) => Value | null): Context {
  const context: Context = {
    g: new GraphBuilder(),
    diagnostics: [],
    elaborate: (expr, scope) => elaborate(context, expr, scope),
    calls: [],
    learnt: new Map(),
    least: new Map(),
    indexed: new Map(),
    expanded: new Map(),
    loops: { count: 0, copies: 1 },
    dependencies: new Map(),
    parameters: new Map(),
    instances: new Map(),
    naming: { frame: null },
  };
  return context;
}

/** Elaborates with names for the instances in reach; null where none can be named. */
export function inFrame<T>(c: Context, frame: Frame | null, work: () => T): T {
  const around = c.naming.frame;
  c.naming.frame = frame;
  const result = work();
  c.naming.frame = around;
  return result;
}

/** What is said about lines of the standard library is said about the place that uses them. */
export function attributed<T>(c: Context, place: Span | null, work: () => T): T {
  const before = c.diagnostics.length;
  const result = work();
  if (place === null) return result;
  for (const [k, d] of c.diagnostics.entries())
    if (k >= before && d.span?.file.startsWith("stdlib/")) c.diagnostics[k] = { ...d, span: place };
  return result;
}

/** Adds a diagnostic, once a place (a function expanded twice would say it twice), and is null for `return`. */
export function report<C extends Code>(c: Context, code: C, span: Span, args: ArgsOf<C>, hint?: string): null {
  const made = diagnose(code, span, args, hint);
  const same = (d: Diagnostic): boolean =>
    d.code === code &&
    d.span !== null &&
    d.span.file === span.file &&
    d.span.start === span.start &&
    d.message === made.message;
  if (!c.diagnostics.some(same)) c.diagnostics.push(made);
  return null;
}

/** The parameters that a node depends on. */
export function parametersOf(c: Context, node: NodeId): ReadonlySet<string> {
  const found = c.dependencies.get(node);
  if (found !== undefined) return found;
  // Arguments come before results, so a stack of unfinished nodes stays as deep as the graph, not the call stack.
  const stack = [node];
  while (stack.length > 0) {
    const id = stack[stack.length - 1] as NodeId;
    const { op, args, attributes } = c.g.node(id);
    const open = args.filter((a) => !c.dependencies.has(a));
    if (open.length > 0) {
      stack.push(...open);
      continue;
    }
    stack.pop();
    const names = new Set<string>(op === "param" ? [attributes.name ?? ""] : []);
    for (const a of args) for (const name of c.dependencies.get(a) ?? []) names.add(name);
    c.dependencies.set(id, names);
  }
  return c.dependencies.get(node) as ReadonlySet<string>;
}

/** Reports a part of the language that this version does not carry out. */
export function notBuilt(c: Context, span: Span, feature: string, hint?: string): null {
  return report(c, "FF405", span, { feature }, hint);
}
