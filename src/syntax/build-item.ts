// Concrete to abstract: the items of a line. A line with an error still gives what is certain about it, the name and
// the type of a declaration, so that an editor knows them while the rest is being written.

import type { CstNode } from "../../grammar/index.ts";
import { diagnose, internalError } from "../diagnostics/index.ts";
import type { DataItem, DataSource, Item, LikelihoodItem, ParamItem } from "./ast.ts";
import { buildDistribution, buildFlow } from "./build-block.ts";
import { buildDistributed, buildExpression } from "./build-expression.ts";
import { buildInterval, buildNames, buildParameters, buildType } from "./build-type.ts";
import { type Context, type ItemHead, nameOf, quotedName, spanFrom } from "./context.ts";
import { ends, leaf, node, nodeOrNull, nodes, tokenOrNull, tokens, whole } from "./cst.ts";
import { is, spanOf } from "./words.ts";

/** The items of a block or file. */
export function buildLines(context: Context, tree: CstNode): readonly Item[] {
  return [...nodes(tree, "line"), ...nodes(tree, "layerLine")].flatMap((line) => {
    const item = nodeOrNull(line, "item");
    const content = item === null ? undefined : Object.values(item.children)[0]?.[0];
    const place = item === null ? null : ends(item);
    if (content === undefined || !("children" in content) || place === null) return [];
    if (!context.startsLine(place.first)) return [];
    const span = spanFrom(context, place.first.startOffset, place.last.end);
    const head: ItemHead = { span, doc: context.docOf(place.first) };
    const built = whole(content) ? buildItem(context, content, head) : buildPartial(context, content, head);
    return built === null ? [] : [built];
  });
}

function buildItem(context: Context, tree: CstNode, head: ItemHead): Item {
  switch (tree.name) {
    case "model":
      return { kind: "model", name: nameOf(context, leaf(tree, "Identifier")), ...head };
    case "use": {
      const file = tokenOrNull(tree, "StringLiteral");
      const target = file === null ? nameOf(context, leaf(tree, "Identifier")) : quotedName(context, file);
      return { kind: "use", target, module: file === null, ...head };
    }
    case "constant":
      return { kind: "const", ...buildDefinition(context, tree), ...head };
    case "let":
      return { kind: "let", ...buildDefinition(context, tree), ...head };
    case "report":
      return { kind: "report", ...buildDefinition(context, tree), ...head };
    case "factor":
      return { kind: "factor", value: buildExpression(context, node(tree, "expression")), ...head };
    case "data":
      return buildData(context, tree, head);
    case "param":
      return buildParam(context, tree, head);
    case "state": {
      const [name, by] = tokens(tree, "Identifier");
      const type = buildType(context, node(tree, "type"));
      return {
        kind: "state",
        name: nameOf(context, name),
        type,
        by: by === undefined ? null : nameOf(context, by),
        ...head,
      };
    }
    case "function":
      return {
        kind: "fn",
        name: nameOf(context, leaf(tree, "Identifier")),
        ...buildParameters(context, node(tree, "functionParameters")),
        body: buildExpression(context, node(tree, "expression")),
        ...head,
      };
    case "likelihood":
      return buildLikelihood(context, tree, head);
    case "distribution":
      return buildDistribution(context, tree, head);
    case "flow":
      return buildFlow(context, tree, head);
    case "layer":
      return buildLayer(context, tree, head);
    default:
      return internalError(`No item is called ${tree.name}.`);
  }
}

/** What is certain about a line with an error; null where that is too little. */
function buildPartial(context: Context, tree: CstNode, head: ItemHead): Item | null {
  const name = tokenOrNull(tree, "Identifier");
  const type = nodeOrNull(tree, "type");
  const typed = name !== null && type !== null && whole(type);
  switch (tree.name) {
    case "data":
      return typed ? buildData(context, tree, head) : null;
    case "param":
      return typed ? buildParam(context, tree, head) : null;
    case "state":
      return typed
        ? { kind: "state", name: nameOf(context, name), type: buildType(context, type), by: null, ...head }
        : null;
    case "distribution":
      return nodes(tree, "distributionHead").some(whole) ? buildDistribution(context, tree, head) : null;
    case "layer":
      return nodes(tree, "layerHead").some(whole) ? buildLayer(context, tree, head) : null;
    case "flow":
      return buildFlow(context, tree, head);
    default:
      return null;
  }
}

function buildDefinition(context: Context, tree: CstNode) {
  const definition = node(tree, "definition");
  return {
    name: nameOf(context, leaf(definition, "Identifier")),
    value: buildExpression(context, node(definition, "expression")),
  };
}

function buildSource(context: Context, tree: CstNode): DataSource {
  const text = tokenOrNull(tree, "StringLiteral");
  if (text !== null) {
    const name = quotedName(context, text);
    return name.text.includes("*") ? { kind: "glob", pattern: name.text, span: name.span } : { kind: "column", name };
  }
  const names = nodes(node(tree, "columns"), "column").map((column) => {
    const quoted = tokenOrNull(column, "StringLiteral");
    return quoted === null ? nameOf(context, leaf(column, "Identifier")) : quotedName(context, quoted);
  });
  const span = spanFrom(context, leaf(tree, "LeftBracket").startOffset, leaf(tree, "RightBracket").end);
  return { kind: "columns", names, span };
}

function buildData(context: Context, tree: CstNode, head: ItemHead): DataItem {
  const sources = nodes(tree, "source").filter(whole);
  const once = tokens(tree, "Once");
  for (const extra of sources.slice(1)) {
    context.report(diagnose("FF117", spanOf(context.file, leaf(extra, "From")), { what: "from" }));
  }
  for (const extra of once.slice(1)) context.report(diagnose("FF117", spanOf(context.file, extra), { what: "once" }));
  return {
    kind: "data",
    name: nameOf(context, leaf(tree, "Identifier")),
    type: buildType(context, node(tree, "type")),
    source: sources.length === 0 ? null : buildSource(context, sources[0]),
    once: once.length > 0,
    ...head,
  };
}

function buildParam(context: Context, tree: CstNode, head: ItemHead): ParamItem {
  const prior = nodeOrNull(tree, "distributed");
  const start = nodeOrNull(tree, "start");
  const known = start !== null && whole(start) ? start : null;
  const sample = known === null ? null : tokenOrNull(known, "Sample");
  const drawn = known === null ? null : nodeOrNull(known, "distributed");
  const init = known === null ? null : nodeOrNull(known, "expression");
  return {
    kind: "param",
    name: nameOf(context, leaf(tree, "Identifier")),
    type: buildType(context, node(tree, "type")),
    prior: prior !== null && whole(prior) ? buildDistributed(context, prior) : null,
    init: init === null ? null : buildExpression(context, init),
    sample:
      sample === null
        ? null
        : {
            distribution: drawn === null ? null : buildDistributed(context, drawn),
            span: spanFrom(context, sample.startOffset, (known === null ? null : ends(known))?.last.end ?? sample.end),
          },
    ...head,
  };
}

function buildLayer(context: Context, tree: CstNode, head: ItemHead): Item {
  const top = node(tree, "layerHead");
  const lines = nodeOrNull(tree, "layerLines");
  return {
    kind: "layer",
    name: nameOf(context, leaf(top, "Identifier")),
    parameters: buildNames(context, node(top, "parameters")),
    items: lines === null ? [] : buildLines(context, lines),
    ...head,
  };
}

/** A state's value before the first row is written `name[0] ~ …`; nowhere else is there a position 0. */
function buildResponse(context: Context, tree: CstNode) {
  const reports: Parameters<Context["report"]>[0][] = [];
  const response = buildExpression({ ...context, report: (found) => reports.push(found) }, tree);
  const initial = response.kind === "index" && response.target.kind === "name" && response.indices.length === 1;
  for (const found of reports) {
    if (!(initial && found.code === "FF115" && response.indices[0].kind === "at")) context.report(found);
  }
  return response;
}

function buildLikelihood(context: Context, tree: CstNode, head: ItemHead): LikelihoodItem {
  const item = {
    kind: "likelihood" as const,
    response: buildResponse(context, node(tree, "expression")),
    distribution: buildDistributed(context, node(tree, "distributed")),
    weight: null as LikelihoodItem["weight"],
    truncated: null as LikelihoodItem["truncated"],
    observedIf: null as LikelihoodItem["observedIf"],
    when: null as LikelihoodItem["when"],
    ...head,
  };
  for (const qualifier of nodes(node(tree, "qualifiers"), "qualifier")) {
    const place = ends(qualifier) ?? internalError("A qualifier is empty.");
    const { first, last } = place;
    const value = nodeOrNull(qualifier, "expression");
    const twice = (previous: unknown): boolean => {
      if (previous !== null) context.report(diagnose("FF117", spanOf(context.file, first), { what: first.image }));
      return previous !== null;
    };
    if (is(first, "Truncated")) {
      if (twice(item.truncated)) continue;
      const bounds = buildInterval(context, node(qualifier, "interval"));
      item.truncated = { ...bounds, span: spanFrom(context, first.startOffset, last.end) };
    } else if (value !== null && is(first, "Weight")) {
      if (!twice(item.weight)) item.weight = buildExpression(context, value);
    } else if (value !== null && is(first, "Observed")) {
      if (!twice(item.observedIf)) item.observedIf = buildExpression(context, value);
    } else if (value !== null) {
      if (!twice(item.when)) item.when = buildExpression(context, value);
    }
  }
  return item;
}
