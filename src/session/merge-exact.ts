// Whether a model's log-likelihood is a quadratic in φ, so that what flows remember of their rows is all there is to know
// and their sum is exact wherever each was expanded.

import type { Density, NodeId } from "../ir/index.ts";

/** Whether all rows are Normal with a mean that is linear in φ and a given deviation. */
export function isQuadratic(density: Density): boolean {
  const degree = degreesOf(density);
  return density.terms.every((term) => {
    if (term.kind === "prior") return true;
    if (term.kind === "factor") return degree(term.value) === 0;
    const [mean, ...others] = term.args;
    const given = [...others, term.response, ...[term.weight, term.present].filter((id) => id !== null)];
    return term.family === "Normal" && mean !== undefined && degree(mean) <= 1 && given.every((id) => degree(id) === 0);
  });
}

/** Degree of a node as a polynomial of φ: 0, 1, or infinity for all that is more. */
function degreesOf({ graph }: Density): (id: NodeId) => number {
  const known = new Map<NodeId, number>();
  const degree = (id: NodeId): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const node = graph.nodes[id];
    const found = node === undefined ? Number.POSITIVE_INFINITY : of(node.op, node.args.map(degree));
    known.set(id, found);
    return found;
  };
  return degree;
}

function of(op: string, args: readonly number[]): number {
  const [first = 0, second = 0] = args;
  const most = Math.max(0, ...args);
  switch (op) {
    case "param":
      return 1;
    case "neg":
    case "add":
    case "sub":
    case "perRow":
    case "expand":
    case "transpose":
    case "stack":
    case "pick":
    case "place":
    case "slice":
    case "pad":
    case "sum":
    case "cumsum":
      return most;
    case "gather":
    case "scatter":
      return second === 0 ? first : Number.POSITIVE_INFINITY;
    case "mul":
    case "contract":
      return first + second <= 1 ? first + second : Number.POSITIVE_INFINITY;
    case "div":
      return second === 0 ? first : Number.POSITIVE_INFINITY;
    case "select":
      return first === 0 ? most : Number.POSITIVE_INFINITY;
    default:
      return most === 0 ? 0 : Number.POSITIVE_INFINITY;
  }
}
