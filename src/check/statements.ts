// Statements: likelihoods, priors, factors and reports become terms of the density.

import type { Span } from "../diagnostics/index.ts";
import type {
  AnyResponse,
  AtAnyResponse,
  FactorTerm,
  LikelihoodTerm,
  NodeId,
  PriorTerm,
  ReportedQuantity,
  Shape,
} from "../ir/index.ts";
import { showShape } from "../ir/index.ts";
import { type CallExpr, type Expr, type Item, type LikelihoodItem, printExpression as show } from "../syntax/index.ts";
import { type Applied, applied, type Described, describes, type FamilyTable, fitted, slots } from "./arguments.ts";
import { type Context, notBuilt, parametersOf, report } from "./context.ts";
import { standIn } from "./data.ts";
import type { Declarations, DeclaredParameter } from "./declare.ts";
import { type Body, body, levelValue } from "./families.ts";
import { supportType } from "./hints.ts";
import { numeric, scalar } from "./numbers.ts";
import { describe, fits, type Support, supports } from "./support.ts";
import type { Type } from "./types.ts";
import { type NumberValue, number, type Value } from "./value.ts";

/** A likelihood with what the model's summary says of it. */
export type Stated = LikelihoodTerm | PriorTerm;

/** `response ~ Family(args)`: a likelihood of data, or a prior where the left is a parameter. */
export function statement(
  c: Context,
  item: LikelihoodItem,
  families: FamilyTable,
  declared: Declarations,
): Stated | null {
  const response = c.elaborate(item.response, declared.scope);
  const suffix = unbuiltSuffix(c, item);
  if (response !== null && parametersOf(c, response.node).size > 0) {
    const parameter = parameterNamed(item.response, declared);
    if (parameter === null)
      return report(
        c,
        "FF409",
        item.response.span,
        { name: show(item.response), what: "calculation with unknown parameters" },
        "Write its log density as a line `factor …`, or give the parameters priors.",
      );
    if (item.weight !== null || item.when !== null) return notBuilt(c, item.span, "`weight` or `when` on a prior");
    return prior(c, parameter, response as NumberValue, item.distribution, item.span, families, declared);
  }
  const use = applied(c, item.distribution, families, declared);
  const weight = item.weight === null ? null : weightOf(c, item.weight, declared);
  const when = item.when === null ? null : conditionOf(c, item.when, declared);
  if (response === null || use === null || suffix || (item.weight && weight === null) || (item.when && when === null))
    return null;
  if (c.g.constantValue(response.node) !== null)
    return report(c, "FF409", item.response.span, { name: show(item.response), what: "constant" });
  if (!describes(c, use, response, item.response, declared)) return null;
  return likelihood(c, item, use, response, weight, when, declared);
}

function unbuiltSuffix(c: Context, item: LikelihoodItem): boolean {
  if (item.truncated !== null) notBuilt(c, item.truncated.span, "`truncated to`");
  if (item.observedIf !== null) notBuilt(c, item.observedIf.span, "`observed if`");
  return item.truncated !== null || item.observedIf !== null;
}

function likelihood(
  c: Context,
  item: LikelihoodItem,
  use: Applied,
  response: Value,
  weight: NodeId | null,
  when: NodeId | null,
  declared: Declarations,
): LikelihoodTerm | null {
  const unguarded = fitted(c, use, response, item.response.span, declared);
  if (unguarded === null) return null;
  const described = when === null ? unguarded : guarded(c, use, unguarded, when);
  const { shape, args } = described;
  const row = (node: NodeId | null): boolean => node !== null && c.g.node(node).row;
  if (!row(response.node) && (args.some((a) => row(a.node)) || row(weight) || row(when)))
    return report(c, "FF419", item.response.span, { name: show(item.response) });
  const observed: Value =
    response.kind === "category" ? levelValue(c, response.node, response.dim, response.missing) : response;
  const said = body(c, use.overload, slots(c, use, described), observed, shape);
  if (said === null) return null;
  const family = use.call.callee.text;
  const anywhere = anyResponse(c, use, described, said, observed, shape);
  if (said.fisher === null && !use.overload.item.members.some((m) => m.name.text === "fisher")) {
    const instead =
      anywhere === null
        ? "the empirical information is used"
        : "its expected information is summed over the responses that a row could have had";
    report(c, "FF408", item.distribution.callee.span, { distribution: family, instead });
  }
  return {
    kind: "likelihood",
    family,
    argumentNames: use.signature.names,
    span: item.span,
    text: `${show(item.response)} ~ ${show(item.distribution)}`,
    response: response.node,
    args: args.map((a) => a.node),
    logpdf: said.logpdf,
    mean: said.mean,
    variance: said.variance,
    fisher: said.fisher,
    anywhere,
    weight,
    present: presence(c, response, when, shape, item.response.span, declared),
    condition: when === null ? null : c.g.expandTo(when, shape),
    anyone: atAnyResponse(c, use, described, response),
  };
}

/** The family for predictions: at one response, whatever the shape of the statement. */
function atAnyResponse(c: Context, use: Applied, described: Described, response: Value): AtAnyResponse | null {
  const { support, types } = use.signature;
  if (support.shape.length > 0) return null;
  const single = described.args.map((arg, k) => (types[k]?.shape.length === 0 ? { ...arg, shape: [] } : arg));
  const leaf = c.g.slot(single.length, [], true);
  const levels = response.kind === "category" ? response.dim : null;
  const any = levels === null ? number(leaf, [], support.support) : levelValue(c, leaf, levels, []);
  const said = body(c, use.overload, slots(c, use, { ...described, args: single }, true), any, []);
  if (said === null) return null;
  const { lower, upper, integer } = support.support;
  return {
    logpdf: said.logpdf,
    cdf: said.line("cdf", any)?.node ?? null,
    mean: said.mean,
    variance: said.variance,
    domains: types.map((type) => ({ lower: type.support.lower, upper: type.support.upper, structure: type.structure })),
    support: { lower, upper, integer },
    levels,
  };
}

/** The density at any response, for families that leave an entry of their information out. */
function anyResponse(
  c: Context,
  use: Applied,
  described: Described,
  said: Body,
  response: Value,
  shape: Shape,
): LikelihoodTerm["anywhere"] {
  const { fisher } = said;
  const open = fisher === null || (fisher.kind === "entries" && fisher.entries.some((line, j) => line[j] === null));
  const support = summed(use.signature.support.support);
  if (!open || support === null || response.kind !== "number" || shape.length > 0) return null;
  if (support !== "binary" && (said.mean === null || said.variance === null)) return null;
  const slot = c.g.slot(described.args.length, [], true);
  const free = number(slot, [], use.signature.support.support);
  const anywhere = body(c, use.overload, slots(c, use, described), free, shape);
  return anywhere === null ? null : { logpdf: anywhere.logpdf, support };
}

/** The supports over which there is a rule to sum. */
function summed(support: Support): AnyResponse["support"] | null {
  const { lower, upper, integer } = support;
  const whole = upper === Number.POSITIVE_INFINITY;
  if (integer && lower === 0) return whole ? "count" : upper === 1 ? "binary" : null;
  if (integer || !whole) return null;
  return lower === 0 ? "positive" : lower === Number.NEGATIVE_INFINITY ? "real" : null;
}

/** Arguments with a stand-in where the condition fails, since that is often where they are not finite: `log(x) … when x > 0`. */
function guarded(c: Context, use: Applied, described: Described, when: NodeId): Described {
  const args = described.args.map((arg, k) => {
    const elsewhere = c.g.constant(standIn(use.signature.types[k] as Type), arg.shape);
    return { ...arg, node: c.g.apply("select", [c.g.expandTo(when, arg.shape), arg.node, elsewhere]) };
  });
  return { ...described, args };
}

/** 1 where the statement applies: its condition holds and no `real?` of its response is missing. */
function presence(
  c: Context,
  response: Value,
  when: NodeId | null,
  shape: Shape,
  span: Span,
  declared: Declarations,
): NodeId | null {
  let present = when === null ? null : c.g.expandTo(when, shape);
  for (const name of response.missing) {
    const data = declared.data.get(name);
    if (data === undefined) continue;
    const leaf = data.item.once ? c.g.once(name, data.type.shape) : c.g.column(name, data.type.shape);
    if (data.type.shape.length > 0 && showShape(data.type.shape) !== showShape(shape))
      return notBuilt(c, span, `A response made of the optional array \`${name}\``);
    const there = c.g.expandTo(c.g.apply("eq", [leaf, leaf]), shape);
    present = present === null ? there : c.g.apply("and", [present, there]);
  }
  return present;
}

function weightOf(c: Context, expr: Expr, declared: Declarations): NodeId | null {
  const value = scalar(c, expr, declared.scope, "A weight");
  if (value === null) return null;
  if (value.missing.length > 0) return report(c, "FF414", expr.span, { name: value.missing[0] as string });
  const [unknown] = parametersOf(c, value.node);
  if (unknown !== undefined)
    return report(c, "FF413", expr.span, { what: "A weight", why: `depends on the unknown \`${unknown}\`` });
  if (fits(value.support, supports.nonnegative)) return value.node;
  return report(
    c,
    "FF301",
    expr.span,
    { expected: "a weight, 0 or more", found: describe(value.support) },
    "Declare it `positive` or `count`.",
  );
}

function conditionOf(c: Context, expr: Expr, declared: Declarations): NodeId | null {
  const value = scalar(c, expr, declared.scope, "A condition");
  if (value === null) return null;
  if (value.missing.length > 0) return report(c, "FF414", expr.span, { name: value.missing[0] as string });
  const [unknown] = parametersOf(c, value.node);
  if (unknown !== undefined)
    return report(c, "FF413", expr.span, {
      what: "The condition of `when`",
      why: `depends on the unknown \`${unknown}\``,
    });
  if (fits(value.support, supports.binary)) return value.node;
  return report(c, "FF301", expr.span, { expected: "a comparison or a binary value", found: describe(value.support) });
}

// ---------------------------------------------------------------- priors

/** The parameter that an expression is, or is an element of, as written. */
function parameterNamed(expr: Expr, declared: Declarations): DeclaredParameter | null {
  if (expr.kind === "index") return parameterNamed(expr.target, declared);
  return expr.kind === "name" ? (declared.parameters.get(expr.name) ?? null) : null;
}

/** `param p ~ Prior(…)`, over all elements of `value`. */
export function prior(
  c: Context,
  parameter: DeclaredParameter,
  value: NumberValue,
  call: CallExpr,
  span: Span,
  families: FamilyTable,
  declared: Declarations,
): PriorTerm | null {
  const name = parameter.item.name.text;
  const use = applied(c, call, families, declared);
  if (use === null) return null;
  for (const [k, arg] of use.values.entries()) {
    const at = (use.written[k] as Expr).span;
    const [other] = parametersOf(c, arg.node);
    if (other !== undefined)
      return report(
        c,
        "FF406",
        at,
        { name, other },
        `Maximising over \`${name}\` and \`${other}\` together is degenerate, and integrating \`${name}\` out is not built yet; give \`${other}\` a number meanwhile.`,
      );
    if (c.g.node(arg.node).row)
      return report(c, "FF413", at, { what: `The prior of \`${name}\``, why: "varies by row" });
  }
  if (c.g.node(value.node).row)
    return report(c, "FF413", span, { what: `The prior of \`${name}\``, why: "varies by row" });
  const { support } = use.signature;
  const where = support.base === "category" || !fits(value.support, support.support);
  if (where) {
    const wanted = supportType(support);
    const narrower = support.base !== "category" && !support.support.integer;
    return report(
      c,
      "FF407",
      call.span,
      { name, type: parameter.type.label, distribution: call.callee.text, support: wanted },
      narrower ? `Declare it as \`param ${name} : ${wanted}\`.` : "A parameter's prior is on real numbers.",
    );
  }
  const described = fitted(c, use, value, call.span, declared);
  if (described === null) return null;
  const args = new Map(described.args.map((arg, k) => [use.signature.names[k] as string, arg]));
  const said = body(c, use.overload, args, value, described.shape);
  if (said === null) return null;
  return {
    kind: "prior",
    parameter: name,
    family: call.callee.text,
    span,
    text: `${name} ~ ${show(call)}`,
    logpdf: c.g.sumAll(said.logpdf),
  };
}

// ---------------------------------------------------------------- factors and reports

/** `factor e`. */
export function factor(c: Context, item: Item & { kind: "factor" }, declared: Declarations): FactorTerm | null {
  const value = numeric(c, item.value, declared.scope);
  if (value === null) return null;
  if (value.missing.length > 0) return report(c, "FF414", item.value.span, { name: value.missing[0] as string });
  if (value.shape.length > 0)
    return report(
      c,
      "FF311",
      item.value.span,
      { what: "A log-likelihood term", found: showShape(value.shape) },
      `Add its elements up: \`factor sum(${show(item.value)})\`.`,
    );
  return { kind: "factor", span: item.span, text: `factor ${show(item.value)}`, value: value.node };
}

/** `report name = e`. */
export function reported(c: Context, item: Item & { kind: "report" }, declared: Declarations): ReportedQuantity | null {
  const { name, doc, span } = item;
  const found = declared.scope.value(name.text, name.span);
  if (found === null || found === undefined) return null;
  if (found.kind === "category") return report(c, "FF309", item.value.span, { name: found.name });
  if (c.g.node(found.node).row)
    return notBuilt(
      c,
      item.value.span,
      `\`${name.text}\`, a report that varies by row,`,
      "Report a quantity of parameters, such as a value at chosen covariates.",
    );
  const support = fits(found.support, supports.unit)
    ? "unit"
    : fits(found.support, supports.positive)
      ? "positive"
      : "real";
  return { name: name.text, doc, span, value: found.node, axes: found.axes ?? found.shape.map(() => null), support };
}
