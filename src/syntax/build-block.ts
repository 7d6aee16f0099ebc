// Concrete to abstract: the items with a block in braces, `distribution` and `flow`.

import type { CstNode } from "../../grammar/index.ts";
import { diagnose, internalError } from "../diagnostics/index.ts";
import type { DistributionItem, DistributionMember, FlowAtom, FlowEntry, Item } from "./ast.ts";
import { buildExpression, numberValue } from "./build-expression.ts";
import { buildNames, buildType, buildTypedNames } from "./build-type.ts";
import { brief, type Context, type ItemHead, nameOf, spanFrom, stringValue } from "./context.ts";
import { ends, leaf, node, nodeOrNull, nodes, tokenOrNull, whole } from "./cst.ts";
import { spanOf } from "./words.ts";

/** Reports names that come twice. */
function reportTwice(context: Context, names: readonly { readonly text: string; readonly span: Item["span"] }[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text)) context.report(diagnose("FF117", name.span, { what: brief(name.text) }));
    seen.add(name.text);
  }
}

function spanOfTree(context: Context, tree: CstNode): Item["span"] {
  const place = ends(tree) ?? internalError(`A ${tree.name} is empty.`);
  return spanFrom(context, place.first.startOffset, place.last.end);
}

/** The trees of the lines of a block that are without errors. */
function wholeLines(context: Context, block: CstNode | null, line: string, content: string): readonly CstNode[] {
  if (block === null) return [];
  return nodes(block, line)
    .flatMap((found) => nodes(found, content))
    .filter((found) => {
      const place = ends(found);
      return place !== null && context.startsLine(place.first) && whole(found);
    });
}

/** A family. */
export function buildDistribution(context: Context, tree: CstNode, head: ItemHead): DistributionItem {
  const top = node(tree, "distributionHead");
  const members = wholeLines(context, nodeOrNull(tree, "members"), "memberLine", "member").map(
    (member): DistributionMember => {
      const parameters = nodeOrNull(member, "parameters");
      return {
        name: nameOf(context, leaf(member, "Identifier")),
        parameters: parameters === null ? [] : buildNames(context, parameters),
        value: buildExpression(context, node(member, "expression")),
        span: spanOfTree(context, member),
      };
    },
  );
  reportTwice(
    context,
    members.map((member) => member.name),
  );
  return {
    kind: "distribution",
    name: nameOf(context, leaf(top, "Identifier")),
    parameters: buildTypedNames(context, nodeOrNull(top, "typedNames")),
    support: buildType(context, node(top, "type")),
    members,
    ...head,
  };
}

function buildAtom(context: Context, tree: CstNode): FlowAtom {
  const word = tokenOrNull(tree, "Word") ?? tokenOrNull(tree, "Less");
  const number = tokenOrNull(tree, "NumberLiteral");
  if (word !== null) return { kind: "word", text: word.image, value: null, span: spanOf(context.file, word) };
  if (number !== null) {
    const value = numberValue(number.image);
    return { kind: "number", text: number.image, value, span: spanOf(context.file, number) };
  }
  const string = leaf(tree, "StringLiteral");
  return { kind: "string", text: stringValue(string.image), value: null, span: spanOf(context.file, string) };
}

/** How to run. */
export function buildFlow(context: Context, tree: CstNode, head: ItemHead): Item {
  const entries = wholeLines(context, nodeOrNull(tree, "entries"), "entryLine", "entry").map((entry): FlowEntry => {
    const phrases = nodes(entry, "phrase").map((phrase) =>
      nodes(phrase, "flowAtom").map((atom) => buildAtom(context, atom)),
    );
    return { key: nameOf(context, leaf(entry, "Word")), phrases, span: spanOfTree(context, entry) };
  });
  reportTwice(
    context,
    entries.map((entry) => entry.key),
  );
  return { kind: "flow", entries, ...head };
}
