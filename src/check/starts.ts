// `init sample`: starts that are drawn from a distribution, element by element, as nodes over draws of a simple one:
// uniform where the family has a quantile function, normal for the families of the normal.

import type { NodeId, StartDraw } from "../ir/index.ts";
import { applied, type FamilyTable, fitted } from "./arguments.ts";
import { attributed, type Context, notBuilt, report } from "./context.ts";
import type { Declarations, DeclaredParameter } from "./declare.ts";
import { body } from "./families.ts";
import { leafOf } from "./parameters.ts";
import { fits, type Support, supports } from "./support.ts";
import { type NumberValue, number } from "./value.ts";

type Arguments = ReadonlyMap<string, NumberValue>;

/** Standard families that are functions of a standard normal, with their argument names. */
const ofNormals: Readonly<Record<string, (c: Context, z: NumberValue, args: Arguments) => NodeId | null>> = {
  Normal: (c, z, args) => shifted(c, z, args, "mean", "sd"),
  LogNormal: (c, z, args) => {
    const logarithm = shifted(c, z, args, "meanlog", "sdlog");
    return logarithm === null ? null : c.g.apply("exp", [logarithm]);
  },
  HalfNormal: (c, z, args) => {
    const sd = args.get("sd");
    return sd === undefined ? null : c.g.mul(sd.node, c.g.apply("abs", [z.node]));
  },
};

function shifted(c: Context, z: NumberValue, args: Arguments, centre: string, scale: string): NodeId | null {
  const [mean, sd] = [args.get(centre), args.get(scale)];
  return mean === undefined || sd === undefined ? null : c.g.add(mean.node, c.g.mul(sd.node, z.node));
}

/** The starts that are drawn. */
export function startDraws(c: Context, declared: Declarations, families: FamilyTable): readonly StartDraw[] {
  return [...declared.parameters.values()].flatMap((parameter) => {
    if (parameter.item.sample === null) return [];
    const own = { ...declared, scope: parameter.scope };
    return attributed(c, parameter.item.span, () => draw(c, parameter, families, own)) ?? [];
  });
}

function draw(
  c: Context,
  { item, type, value }: DeclaredParameter,
  families: FamilyTable,
  declared: Declarations,
): StartDraw | null {
  const name = item.name.text;
  const span = item.sample?.span ?? item.span;
  const call = item.sample?.distribution ?? item.prior;
  if (call === null) return report(c, "FF426", span, { name });
  if (type.structure !== null) return notBuilt(c, span, `A drawn start of a \`${type.structure}\``);
  const use = applied(c, call, families, declared);
  if (use === null) return null;
  for (const [k, arg] of use.values.entries()) {
    const leaf = leafOf(c, arg.node);
    const place = use.written[k]?.span ?? call.span;
    if (leaf !== null)
      return report(c, "FF308", place, { what: `The starting value of \`${name}\`` }, `It depends on ${leaf}.`);
  }
  const { support } = use.signature;
  if (support.base === "category" || support.support.integer || !fits(support.support, value.support))
    return report(c, "FF412", call.span, { name, type: type.label }, "Draw it from a distribution inside that type.");
  const described = fitted(c, use, value, call.span, declared);
  if (described === null) return null;
  const args = new Map(described.args.map((arg, k) => [use.signature.names[k] as string, arg]));
  const leaf = (index: number, inside: Support): NumberValue =>
    number(c.g.slot(index, type.shape, false), type.shape, inside);
  const family = call.callee.text;
  if (use.overload.standard && Object.hasOwn(ofNormals, family)) {
    const node = ofNormals[family]?.(c, leaf(1, supports.real), args) ?? null;
    if (node !== null) return { parameter: name, from: "normal", value: node };
  }
  const said = body(c, use.overload, args, value, described.shape);
  const quantile = said?.line("quantile", leaf(0, supports.unit)) ?? null;
  if (quantile !== null) return { parameter: name, from: "uniform", value: c.g.expandTo(quantile.node, type.shape) };
  if (said === null) return null;
  return notBuilt(
    c,
    call.span,
    `A start drawn from \`${family}\``,
    "Normal, HalfNormal, LogNormal and the families with a line `quantile(p) = …` can be drawn from.",
  );
}
