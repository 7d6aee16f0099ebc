// The checked model as plain data: every declaration with its type and shape, every statement with the overload
// that was chosen for it. What `--print model`, hovers and documentation show.

import type { Span } from "../diagnostics/index.ts";
import type { DimensionSource, FlowSetting, LearntFeature, Shape, Term, Transform } from "../ir/index.ts";
import { type Item, printExpression } from "../syntax/index.ts";
import type { Context } from "./context.ts";
import { dataRequests } from "./data.ts";
import type { Declarations } from "./declare.ts";
import { describe } from "./support.ts";

/** A named value: how often it is computed follows from what it depends on. */
export interface DefinedValue {
  readonly name: string;
  readonly doc: string | null;
  readonly span: Span;
  readonly text: string;
  /** `real`, `positive`, `binary`, …: where its values lie. */
  readonly type: string;
  readonly shape: Shape;
  readonly rate: "once" | "row";
}

export interface Model {
  readonly kind: "model";
  readonly name: string;
  readonly doc: string | null;
  readonly constants: readonly { readonly name: string; readonly value: number; readonly span: Span }[];
  readonly dimensions: readonly DimensionSource[];
  readonly data: readonly {
    readonly name: string;
    readonly doc: string | null;
    readonly span: Span;
    readonly type: string;
    readonly shape: Shape;
    readonly rate: "once" | "row";
  }[];
  readonly parameters: readonly {
    readonly name: string;
    readonly doc: string | null;
    readonly span: Span;
    readonly type: string;
    readonly shape: Shape;
    readonly transform: Transform;
    readonly prior: string | null;
  }[];
  readonly definitions: readonly DefinedValue[];
  readonly statements: readonly {
    readonly kind: Term["kind"];
    readonly text: string;
    readonly span: Span;
    /** The family's name with the argument names of the chosen overload; null for a factor. */
    readonly family: string | null;
  }[];
  readonly functions: readonly {
    readonly name: string;
    readonly parameters: readonly string[];
    readonly doc: string | null;
    readonly span: Span;
  }[];
  readonly distributions: readonly {
    readonly name: string;
    readonly parameters: readonly string[];
    readonly doc: string | null;
    readonly span: Span;
  }[];
  readonly reports: readonly DefinedValue[];
  readonly learnt: readonly LearntFeature[];
  readonly flow: readonly FlowSetting[];
}

/** The model's title: its `model` line, or the name of its file. */
export function titleOf(items: readonly Item[], file: string): { readonly name: string; readonly doc: string | null } {
  const item = items.find((i) => i.kind === "model");
  const fromFile = file.replace(/^.*[/\\]/, "").replace(/\.ffm$/, "");
  return { name: item?.name.text ?? fromFile, doc: item?.doc ?? null };
}

/** Summarises what was found. */
export function summarise(
  c: Context,
  items: readonly Item[],
  file: string,
  declared: Declarations,
  terms: readonly Term[],
  flow: readonly FlowSetting[],
): Model {
  const values: { readonly kind: "let" | "report"; readonly value: DefinedValue }[] = [];
  const constants: { name: string; value: number; span: Span }[] = [];
  for (const item of items) {
    if (item.kind !== "let" && item.kind !== "report" && item.kind !== "const") continue;
    const { name, span, doc } = item;
    const found = declared.scope.value(name.text, name.span);
    if (found === null || found === undefined) continue;
    const rate = c.g.node(found.node).row ? "row" : "once";
    const constant = c.g.constantValue(found.node);
    if (item.kind === "const") {
      if (constant !== null) constants.push({ name: name.text, value: constant, span });
      continue;
    }
    const type = found.kind === "category" ? "category" : describe(found.support);
    const shape = found.kind === "category" ? [] : found.shape;
    const value = { name: name.text, doc, span, text: printExpression(item.value), type, shape, rate } as const;
    values.push({ kind: item.kind, value });
  }
  const requests = dataRequests(c, declared);
  const priors = new Map(terms.flatMap((t) => (t.kind === "prior" ? [[t.parameter, t.text] as const] : [])));
  return {
    kind: "model",
    ...titleOf(items, file),
    constants,
    dimensions: dimensionsOf(c, declared),
    data: requests.map(({ name, shape, once }) => {
      const { item, type } = declared.data.get(name) as NonNullable<ReturnType<Declarations["data"]["get"]>>;
      return { name, doc: item.doc, span: item.span, type: type.label, shape, rate: once ? "once" : "row" } as const;
    }),
    parameters: [...declared.parameters.values()].map(({ item, type, transform }) => {
      const name = item.name.text;
      return {
        name,
        doc: item.doc,
        span: item.span,
        type: type.label,
        shape: type.shape,
        transform,
        prior: priors.get(name) ?? null,
      };
    }),
    definitions: values.filter((v) => v.kind === "let").map((v) => v.value),
    statements: terms.map((term) => ({
      kind: term.kind,
      text: term.text,
      span: term.span,
      family:
        term.kind === "factor"
          ? null
          : term.kind === "prior"
            ? term.family
            : `${term.family}(${term.argumentNames.join(", ")})`,
    })),
    functions: items.flatMap((i) =>
      i.kind === "fn"
        ? [{ name: i.name.text, parameters: i.parameters.map((p) => p.text), doc: i.doc, span: i.span }]
        : [],
    ),
    distributions: items.flatMap((i) =>
      i.kind === "distribution"
        ? [{ name: i.name.text, parameters: i.parameters.map((p) => p.name.text), doc: i.doc, span: i.span }]
        : [],
    ),
    reports: values.filter((v) => v.kind === "report").map((v) => v.value),
    learnt: [...c.learnt.values()],
    flow,
  };
}

/** Symbolic dimensions, with the positions that constant indices ask of them. */
export function dimensionsOf(c: Context, declared: Declarations): readonly DimensionSource[] {
  return [...declared.dimensions.values()].map((d) => ({ ...d, least: c.least.get(d.name) ?? 0 }));
}
