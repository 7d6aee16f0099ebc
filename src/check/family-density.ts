// One overload of a family by itself, over placeholders for its arguments and a response: what `ffm verify` holds
// against quadrature, and where the mistakes of a family that no statement uses are found.

import { type Diagnostic, hasErrors } from "../diagnostics/index.ts";
import type { FisherForm, Graph, NodeId, Shape, ValueDomain } from "../ir/index.ts";
import type { Ast, DistributionItem } from "../syntax/index.ts";
import { type Context, createContext, type Scope } from "./context.ts";
import { elaborate } from "./expressions.ts";
import { body, form, levelValue, type Overload, type Sizes, signature, sized, warnOfUnusedLines } from "./families.ts";
import { openLibrary } from "./library.ts";
import { type CheckOptions, prepare } from "./prepare.ts";
import { supports } from "./support.ts";
import { domainOf } from "./types.ts";
import { type NumberValue, number } from "./value.ts";

/** One argument of an overload: a slot of the graph and what may stand there. */
export interface FamilyArgument {
  readonly name: string;
  readonly domain: ValueDomain;
  readonly shape: Shape;
  readonly structure: "simplex" | "ordered" | null;
  readonly slot: NodeId;
}

/** An overload's lines over slots (scalars that do not vary by row) and the column leaf `y`. */
export interface FamilyDensity {
  readonly name: string;
  /** As it is written, `Gamma(shape, log:)`. */
  readonly form: string;
  readonly argumentNames: readonly string[];
  readonly arguments: readonly FamilyArgument[];
  /** What the response is; of a category with `upper` levels the leaf holds the code from 0. */
  readonly support: ValueDomain;
  readonly supportShape: Shape;
  readonly graph: Graph;
  readonly response: NodeId;
  readonly logpdf: NodeId;
  readonly fisher: FisherForm | null;
  readonly mean: NodeId | null;
  readonly variance: NodeId | null;
  readonly mode: NodeId | null;
  readonly cdf: NodeId | null;
  /** Over the column leaf `p`. */
  readonly quantile: NodeId | null;
}

/** An overload that can be elaborated: of the library, or of a file. */
export interface FamilyItem {
  readonly name: string;
  /** As it is written, `Gamma(shape, log:)`. */
  readonly form: string;
  readonly item: DistributionItem;
  /** Opens the scope in which its lines are read. */
  readonly open: () => { readonly c: Context; readonly scope: Scope };
}

/** What elaborating one overload gave; no density where there are errors. */
export interface FamilyResult {
  readonly density: FamilyDensity | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** All overloads of the library. */
export function standardFamilies(): readonly FamilyItem[] {
  const library = openLibrary();
  const open = (): { c: Context; scope: Scope } => ({ c: createContext(elaborate), scope: library.scope });
  return library.familyNames.flatMap((name) => listed(library.family(name), open));
}

/** All overloads that a file and the files it uses define. */
export function familiesOf(ast: Ast, options: CheckOptions = {}): readonly FamilyItem[] {
  if (!ast.items.some((item) => item.kind === "distribution" || item.kind === "use")) return [];
  // Each overload gets a graph of its own; what is wrong outside it is the model's matter.
  const open = (): { c: Context; scope: Scope } => {
    const { c, callables } = prepare(ast, options);
    c.diagnostics.length = 0;
    return { c, scope: callables.constants };
  };
  return listed(prepare(ast, options).callables.own.distributions, open);
}

function listed(items: readonly DistributionItem[], open: FamilyItem["open"]): readonly FamilyItem[] {
  return items.map((item) => {
    const first = items.find((other) => other.name.text === item.name.text) ?? item;
    return { name: item.name.text, form: form(item, first), item, open };
  });
}

/** Elaborates one overload; dimension names such as `K` take their size from `sizes`, or 3. */
export function familyDensity(family: FamilyItem, sizes: Readonly<Record<string, number>> = {}): FamilyResult {
  const { c, scope } = family.open();
  const density = elaborated(c, { item: family.item, scope, standard: false }, family.form, sizes);
  return { density: hasErrors(c.diagnostics) ? null : density, diagnostics: c.diagnostics };
}

function elaborated(
  c: Context,
  overload: Overload,
  written: string,
  given: Readonly<Record<string, number>>,
): FamilyDensity | null {
  const { item } = overload;
  warnOfUnusedLines(c, item);
  const types = signature(c, overload, () => null);
  if (types === null) return null;
  const sizes: Sizes = new Map();
  const levels = types.support.levels === null ? [] : [types.support.levels];
  for (const dim of [...types.types.flatMap((t) => t.shape), ...types.support.shape, ...levels])
    if (typeof dim !== "number") sizes.set(dim.name, given[dim.name] ?? 3);
  const args = types.types.map((type, k): FamilyArgument => {
    const shape = sized(sizes, type.shape);
    return {
      name: types.names[k] as string,
      domain: domainOf(type),
      shape,
      structure: type.structure,
      slot: c.g.slot(k, shape, false),
    };
  });
  const values = new Map(
    args.map((a, k): [string, NumberValue] => [
      a.name,
      number(a.slot, a.shape, types.types[k]?.support ?? supports.real, { structure: a.structure }),
    ]),
  );
  const shape = sized(sizes, types.support.shape);
  const leaf = c.g.column("y", shape);
  const [level] = sized(sizes, levels);
  const response =
    level === undefined
      ? number(leaf, shape, types.support.support, { structure: types.support.structure })
      : levelValue(c, leaf, level, []);
  const said = body(c, overload, values, response, []);
  if (said === null) return null;
  const probability = number(c.g.column("p", []), [], supports.probability);
  const node = (line: NumberValue | null): NodeId | null => line?.node ?? null;
  const domain = domainOf(types.support);
  return {
    name: item.name.text,
    form: written,
    argumentNames: types.names,
    arguments: args,
    support: typeof level === "number" ? { ...domain, upper: level } : domain,
    supportShape: shape,
    graph: c.g,
    response: leaf,
    logpdf: said.logpdf,
    fisher: said.fisher,
    mean: said.mean,
    variance: said.variance,
    mode: node(said.line("mode")),
    cdf: node(said.line("cdf", response)),
    quantile: node(said.line("quantile", probability)),
  };
}
