// Graphs as the textbook writes them: infix, indices from 1, repeated axes left out, and what is used more than
// once or grows long named below. For people; nothing reads it back.

import type { Density, LikelihoodTerm, Term } from "./density.ts";
import { type Graph, type Node, type NodeId, order } from "./graph.ts";
import type { Op } from "./ops.ts";
import { type Dim, showDim, showShape } from "./shape.ts";

/** How leaves are called; null for the name they have anyway. */
export type LeafName = (node: Node) => string | null;

interface Text {
  readonly text: string;
  /** Binding strength of its outermost operator; 9 for what needs no brackets. */
  readonly strength: number;
}

const whole = 9;
const infix: Partial<Record<Op, readonly [sign: string, strength: number]>> = {
  or: ["or", 1],
  and: ["and", 2],
  lt: ["<", 4],
  le: ["<=", 4],
  eq: ["==", 4],
  ne: ["!=", 4],
  add: ["+", 5],
  sub: ["-", 5],
  mul: ["*", 6],
  div: ["/", 6],
  contract: ["@", 6],
};
const longest = 100;
const worthNaming = 14;

/** A node as an expression, followed by `where` lines for the parts that were named. */
export function printNode(graph: Graph, id: NodeId, leafName: LeafName = () => null): string {
  const { text, parts } = written(graph, id, leafName);
  return [text, ...parts.map(([name, part], k) => `  ${k === 0 ? "where" : "     "} ${name} = ${part}`)].join("\n");
}

function written(graph: Graph, root: NodeId, leafName: LeafName): { text: string; parts: [string, string][] } {
  const nodes = order(graph, [root]);
  const uses = new Map<NodeId, number>();
  for (const id of nodes) for (const a of (graph.nodes[id] as Node).args) uses.set(a, (uses.get(a) ?? 0) + 1);
  const texts = new Map<NodeId, Text>();
  const parts: [string, string][] = [];
  for (const id of nodes) {
    const node = graph.nodes[id] as Node;
    const made = expression(
      graph,
      node,
      node.args.map((a) => texts.get(a) as Text),
      leafName,
    );
    const shared = (uses.get(id) ?? 0) > 1 && made.text.length > worthNaming && node.op !== "expand";
    if (id !== root && node.args.length > 0 && (shared || made.text.length > longest)) {
      const name = `t${parts.length + 1}`;
      parts.push([name, made.text]);
      texts.set(id, { text: name, strength: whole });
    } else texts.set(id, made);
  }
  return { text: (texts.get(root) as Text).text, parts };
}

function expression(graph: Graph, node: Node, args: readonly Text[], leafName: LeafName): Text {
  const { op, attributes } = node;
  const [a, b, c] = args as [Text, Text, Text];
  const plain = (text: string): Text => ({ text, strength: whole });
  const within = (t: Text, strength: number): string => (t.strength < strength ? `(${t.text})` : t.text);
  const sign = infix[op];
  const added = op === "add" ? (graph.nodes[unexpanded(graph, node.args[1] as NodeId)] as Node) : null;
  if (added?.op === "const" && (added.attributes.value ?? 0) < 0)
    return { text: `${within(a, 5)} - ${-(added.attributes.value as number)}`, strength: 5 };
  if (op === "mul" && node.args[0] === node.args[1]) return { text: `${within(a, whole)}^2`, strength: 8 };
  if (sign !== undefined) {
    const [word, strength] = sign;
    return { text: `${within(a, strength)} ${word} ${within(b, strength + 1)}`, strength };
  }
  switch (op) {
    case "const":
      return { text: String(attributes.value), strength: (attributes.value ?? 0) < 0 ? 7 : whole };
    case "param":
      return plain(leafName(node) ?? `φ_${attributes.name}`);
    case "column":
    case "once":
    case "learnt":
      return plain(leafName(node) ?? attributes.name ?? "?");
    case "slot":
      return plain(leafName(node) ?? `slot${attributes.index}`);
    case "tangent":
      return plain(leafName(node) ?? `d_${attributes.name}`);
    case "lane":
      return plain("lane");
    case "size":
      return plain(showDim(attributes.dim as Dim));
    case "iota":
      return plain(`(${range(-1, attributes.dim as Dim)})`);
    case "expand":
      return a;
    case "transpose":
      return { text: `${within(a, whole)}'`, strength: whole };
    case "stack":
      return plain(`[${args.map((t) => t.text).join(", ")}]`);
    case "pick":
      return plain(`${within(a, whole)}[${(attributes.index ?? 0) + 1}]`);
    case "slice":
      return plain(`${within(a, whole)}[${range(attributes.index ?? 0, attributes.dim as Dim)}]`);
    case "gather":
      return plain(`${within(a, whole)}[${position(graph, graph.nodes[node.args[1] as NodeId] as Node, b)}]`);
    case "neg":
      return { text: `-${within(a, 7)}`, strength: 7 };
    case "not":
      return { text: `not ${within(a, 4)}`, strength: 3 };
    case "pow":
      return { text: `${within(a, whole)}^${within(b, 8)}`, strength: 8 };
    case "select":
      return { text: `if ${a.text} then ${b.text} else ${within(c, 1)}`, strength: 0 };
    case "polygamma":
      return plain(attributes.order === 0 ? `digamma(${a.text})` : `polygamma(${attributes.order}, ${a.text})`);
    case "risingPolygamma":
      return plain(
        attributes.order === -1
          ? `rising_lgamma(${a.text}, ${b.text})`
          : `risingPolygamma(${attributes.order}, ${a.text}, ${b.text})`,
      );
    case "place":
    case "pad":
      return plain(`${op}(${a.text}, ${(attributes.index ?? 0) + 1}, ${showDim(attributes.dim as Dim)})`);
    case "scatter":
      return plain(`scatter(${a.text}, ${b.text}, ${showDim(attributes.dim as Dim)})`);
    case "sum":
    case "prod":
    case "reduceMax":
    case "logsumexp": {
      const rank = (graph.nodes[node.args[0] as NodeId] as Node).shape.length;
      const name = op === "reduceMax" ? "max" : op;
      return plain(rank === 1 ? `${name}(${a.text})` : `${name}(${a.text}, axis ${(attributes.axis ?? 0) + 1})`);
    }
    case "cumsum":
      return plain(`cumsum(${a.text}${attributes.reverse ? ", reverse" : ""})`);
    default:
      return plain(`${op}(${args.map((t) => t.text).join(", ")})`);
  }
}

function unexpanded(graph: Graph, id: NodeId): NodeId {
  let at = id;
  while ((graph.nodes[at] as Node).op === "expand") at = (graph.nodes[at] as Node).args[0] as NodeId;
  return at;
}

function range(first: number, dim: Dim): string {
  const last = typeof dim === "number" ? first + dim : { name: dim.name, plus: dim.plus + first };
  return `${first + 1}..${showDim(last)}`;
}

/** A computed position, which the graph counts from 0; a category's code stands for its level. */
function position(graph: Graph, node: Node, text: Text): string {
  if (node.op === "column" || node.op === "once" || node.op === "lane") return text.text;
  if (node.op === "sub") {
    const one = graph.nodes[node.args[1] as NodeId] as Node;
    if (one.op === "const" && one.attributes.value === 1) return text.text.replace(/ - 1$/, "");
  }
  return `${text.text} + 1`;
}

// ---------------------------------------------------------------- densities

/** A density, item by item, for `--print density`. */
export function printDensity(density: Density): string {
  const { graph } = density;
  const show = (id: NodeId, leafName?: LeafName): string => printNode(graph, id, leafName).replaceAll("\n", "\n    ");
  const lines = [`density ${density.name}`];
  for (const d of density.data) {
    const source =
      d.source.kind === "column"
        ? d.source.column
        : d.source.kind === "glob"
          ? `"${d.source.pattern}"`
          : d.source.columns.join(", ");
    const shape = d.shape.length === 0 ? "" : showShape(d.shape);
    lines.push(`  data ${d.name} : ${d.domain.kind}${shape} from ${source}${d.once ? " once" : ""}`);
  }
  for (const d of density.dimensions) lines.push(`  dimension ${d.name} : ${d.kind} of ${d.data}`);
  for (const f of density.learnt) lines.push(`  learnt ${f.name} from ${show(f.input)}`);
  for (const p of density.parameters) {
    lines.push(`  param ${p.name} : ${showShape(p.shape)} = ${show(p.value)}`);
    if (p.logJacobian !== null) lines.push(`    log Jacobian ${show(p.logJacobian)}`);
    if (p.init !== null) lines.push(`    init ${show(p.init)}`);
    const start = density.starts.find((d) => d.parameter === p.name);
    const drawn = (node: Node): string | null => (node.op === "slot" ? (start?.from ?? null) : null);
    if (start !== undefined) lines.push(`    init ${show(start.value, drawn)}`);
  }
  for (const term of density.terms) lines.push(...printTerm(term, show));
  for (const r of density.reports) lines.push(`  report ${r.name} = ${show(r.value)}`);
  for (const f of density.flow) lines.push(`  flow ${f.key} ${f.text}`);
  return lines.join("\n");
}

function printTerm(term: Term, show: (id: NodeId, leafName?: LeafName) => string): string[] {
  switch (term.kind) {
    case "prior":
      return [`  prior ${term.text}`, `    log density ${show(term.logpdf)}`];
    case "factor":
      return [`  ${term.text}`, `    value ${show(term.value)}`];
    case "likelihood":
      return printLikelihood(term, show);
  }
}

function printLikelihood(term: LikelihoodTerm, show: (id: NodeId, leafName?: LeafName) => string): string[] {
  const names: LeafName = (node) =>
    node.op === "slot" ? (term.argumentNames[node.attributes.index ?? 0] ?? null) : null;
  const lines = [`  likelihood ${term.text}`];
  for (const [k, arg] of term.args.entries()) lines.push(`    ${term.argumentNames[k]} = ${show(arg)}`);
  lines.push(`    log density ${show(term.logpdf, names)}`);
  if (term.fisher?.kind === "matrix") lines.push(`    fisher ${show(term.fisher.matrix, names)}`);
  if (term.fisher?.kind === "entries") {
    const rows = term.fisher.entries.map(
      (row) => `[${row.map((e) => (e === null ? "unknown" : show(e, names))).join(", ")}]`,
    );
    lines.push(`    fisher [${rows.join(", ")}]`);
  }
  for (const part of ["mean", "variance", "weight", "present"] as const) {
    const node = term[part];
    if (node !== null) lines.push(`    ${part} ${show(node, names)}`);
  }
  return lines;
}
