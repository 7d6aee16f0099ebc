// Information without a closed form, summed over the responses that a row could have had: F = Σ_y p(y) s(y) s(y)ᵀ, a factor
// a node of the sum. Counts are taken one by one where they are few, and in cells that widen away from the lowest; real
// responses by the trapezoid rule about the mean in standard deviations, positive ones likewise on the log scale, where that rule
// converges geometrically for smooth densities (Trefethen and Weideman 2014, SIAM Review 56).

import type { AnyResponse, FactorGroup, GraphBuilder, LikelihoodTerm, NodeId } from "../ir/index.ts";
import { filled, type Leaves, named } from "./filled.ts";
import { gradient, pullback } from "./reverse.ts";

/** How many responses a row is summed over. */
export const responses: Readonly<Record<AnyResponse["support"], number>> = {
  binary: 2,
  count: 64,
  real: 41,
  positive: 41,
};

/** Standard deviations on either side of the mean that the trapezoid rule reaches. */
const reach = 8;
/** Standard deviations above the mean that counts are followed. */
const above = 24;

/** A response as a function of the lane, and its width: what it stands for beside itself. */
interface Place {
  readonly response: NodeId;
  readonly width: NodeId;
}

/** The information in some arguments, one group with a lane a response; null where the family has no rule. */
export function summedFactors(
  g: GraphBuilder,
  term: LikelihoodTerm,
  indices: readonly number[],
  scale: NodeId,
  leaves: Leaves,
): FactorGroup | null {
  const { anywhere } = term;
  if (anywhere === null) return null;
  const { response, width } = placeOf(g, term, anywhere.support);
  const at = (node: NodeId): NodeId => filled(g, node, [...term.args, g.perRow(response)]);
  const slots = indices.map((j) => g.slot(j, [], g.node(term.args[j] as NodeId).row));
  const scores = gradient(g, anywhere.logpdf, slots).map(at);
  const seeds = indices.map((j, k) => ({ node: term.args[j] as NodeId, cotangent: scores[k] as NodeId }));
  const density = g.apply("exp", [at(anywhere.logpdf)]);
  // a response that stands for nothing may have no density
  const zero = g.constant(0);
  const share = g.apply("select", [g.apply("lt", [zero, width]), g.mul(width, density), zero]);
  return {
    basis: "expected",
    lanes: responses[anywhere.support],
    weight: g.mul(scale, share),
    parts: named(g, leaves, pullback(g, seeds, [...leaves.values()])),
    residual: null,
  };
}

function placeOf(g: GraphBuilder, term: LikelihoodTerm, support: AnyResponse["support"]): Place {
  const lane = g.lane();
  if (support === "binary") return { response: lane, width: g.constant(1) };
  const [mean, variance] = [term.mean, term.variance].map((node) => filled(g, node as NodeId, term.args)) as [
    NodeId,
    NodeId,
  ];
  const number = (x: number): NodeId => g.constant(x);
  const floor = (node: NodeId): NodeId => g.apply("floor", [node]);
  if (support === "count") {
    const sd = g.apply("sqrt", [variance]);
    const low = floor(g.apply("max", [number(0), g.sub(mean, g.mul(number(reach), sd))]));
    const span = g.sub(g.add(g.add(mean, g.mul(number(above), sd)), number(16)), low);
    const edge = (position: NodeId): NodeId => {
      const share = g.div(position, number(responses.count));
      return floor(g.add(low, g.mul(span, g.mul(share, share))));
    };
    const [from, to] = [edge(lane), edge(g.add(lane, number(1)))];
    const width = g.sub(to, from);
    const middle = g.apply("max", [number(0), g.mul(number(0.5), g.sub(width, number(1)))]);
    return { response: g.add(from, middle), width };
  }
  const step = (2 * reach) / (responses.real - 1);
  const t = g.sub(g.mul(number(step), lane), number(reach));
  if (support === "real") {
    const sd = g.apply("sqrt", [variance]);
    return { response: g.add(mean, g.mul(sd, t)), width: g.mul(number(step), sd) };
  }
  const square = g.apply("log1p", [g.div(variance, g.mul(mean, mean))]);
  const sd = g.apply("sqrt", [square]);
  const centre = g.sub(g.apply("log", [mean]), g.mul(number(0.5), square));
  const response = g.apply("exp", [g.add(centre, g.mul(sd, t))]);
  return { response, width: g.mul(number(step), g.mul(sd, response)) };
}
