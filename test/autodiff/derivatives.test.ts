// Derivatives of random graphs against central differences of the evaluator, and against each other.

import fc from "fast-check";
import { expect, test } from "vitest";
import { gradient, pushforward } from "../../src/autodiff/index.ts";
import {
  evaluate,
  evaluator,
  type Graph,
  GraphBuilder,
  info,
  type LeafValue,
  type Node,
  type NodeId,
  type Op,
  ops,
  order,
  rewrite,
  type Tensor,
} from "../../src/ir/index.ts";
import {
  cook,
  differentiated,
  PlainBuilder,
  type Point,
  parameters,
  points,
  type Recipe,
  recipes,
} from "./arbitrary.ts";

const settings = { seed: 20260, numRuns: 400 } as const;

/** Leaves at a point; parameters moved by `step` along the directions named with `mark`. */
function leaves(point: Point, step = 0, mark = "'"): LeafValue {
  return ({ op, attributes: { name = "" } }) => {
    const base = point.get(op === "tangent" ? `${name}'` : name) as Tensor;
    if (op !== "param" || step === 0) return base;
    const direction = point.get(`${name}${mark}`) as Tensor;
    return { ...base, values: base.values.map((x, k) => x + step * (direction.values[k] as number)) };
  };
}

/** Distance of a point from the kinks and jumps of a graph. */
function margin(graph: Graph, root: NodeId, leaf: LeafValue): number {
  const nodes = order(graph, [root]);
  const values = new Map(evaluate(graph, nodes, leaf).map((value, k) => [nodes[k] as NodeId, value.values]));
  let least = Number.POSITIVE_INFINITY;
  for (const id of nodes) {
    const { op, args, attributes } = graph.nodes[id] as Node;
    const [a, b] = args.map((arg) => values.get(arg) as readonly number[]);
    const shape = args.length === 0 ? [] : ((graph.nodes[args[0] as NodeId] as Node).shape as readonly number[]);
    const gaps: number[] = [];
    if (op === "abs" || op === "sign") gaps.push(...a.map(Math.abs));
    if (op === "floor") gaps.push(...a.map((x) => Math.abs(x - Math.round(x))));
    if (["min", "max", "lt", "le", "eq", "ne"].includes(op)) gaps.push(...a.map((x, k) => Math.abs(x - b[k])));
    if (op === "reduceMax") {
      const axis = attributes.axis as number;
      const inner = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
      for (const [i, x] of a.entries())
        for (let j = i + inner, k = Math.floor(i / inner) % shape[axis]; k + 1 < shape[axis]; j += inner, k++)
          gaps.push(Math.abs(x - a[j]));
    }
    // equal values come from equal expressions, which move together
    least = Math.min(least, ...gaps.filter((gap) => gap > 0));
  }
  return least;
}

interface Case {
  readonly g: GraphBuilder;
  readonly root: NodeId;
  readonly wrt: readonly NodeId[];
}

function prepared(recipe: Recipe, point: Point): Case {
  const g = new GraphBuilder();
  const root = cook(g, recipe, "all");
  const leaf = leaves(point);
  const [value] = evaluate(g, [root], leaf);
  fc.pre(Math.abs(value.values[0]) < 1e4);
  fc.pre(margin(g, root, leaf) > 0.01);
  return { g, root, wrt: parameters.map(({ name, shape }) => g.param(name, shape)) };
}

/** Σ over parameters of values times a direction. */
function along(point: Point, values: readonly Tensor[], mark: string): number {
  return parameters.reduce((sum, { name }, k) => {
    const direction = (point.get(`${name}${mark}`) as Tensor).values;
    return sum + values[k].values.reduce((inner, x, i) => inner + x * direction[i], 0);
  }, 0);
}

/** Derivative of f at 0 by central differences, extrapolated twice; with an estimate of its error. */
function slope(f: (step: number) => number): { value: number; error: number } {
  const difference = (h: number): number => (f(h) - f(-h)) / (2 * h);
  const [a, b, c] = [4e-3, 2e-3, 1e-3].map(difference);
  const [ab, bc] = [(4 * b - a) / 3, (4 * c - b) / 3];
  const value = (16 * bc - ab) / 15;
  return { value, error: Math.abs(value - bc) + 1e-12 * Math.abs(f(0)) };
}

function near(value: number, truth: number, tolerance: number): void {
  expect(Math.abs(value - truth)).toBeLessThanOrEqual(tolerance);
}

test("reverse mode is the slope by central differences", () => {
  fc.assert(
    fc.property(recipes(9), points, (recipe, point) => {
      const { g, root, wrt } = prepared(recipe, point);
      const slopes = evaluate(g, gradient(g, root, wrt), leaves(point));
      const value = evaluator(g, [root]);
      for (const mark of ["'", '"']) {
        const truth = slope((h) => value(leaves(point, h, mark))[0].values[0]);
        fc.pre(truth.error < 1e-5 * (1 + Math.abs(truth.value)));
        near(along(point, slopes, mark), truth.value, 1e-8 * (1 + Math.abs(truth.value)) + 2 * truth.error);
      }
    }),
    settings,
  );
});

test("forward mode is reverse mode", () => {
  fc.assert(
    fc.property(recipes(9), points, (recipe, point) => {
      const { g, root, wrt } = prepared(recipe, point);
      const tangents = new Map(wrt.map((id, k) => [id, g.tangent(parameters[k].name, parameters[k].shape)]));
      const [forward] = evaluate(g, pushforward(g, [root], tangents), leaves(point));
      const slopes = evaluate(g, gradient(g, root, wrt), leaves(point));
      const size = slopes.reduce((sum, s) => sum + s.values.reduce((inner, x) => inner + Math.abs(x), 0), 1);
      near(forward.values[0], along(point, slopes, "'"), 1e-11 * size);
    }),
    settings,
  );
});

test("Hessian-vector products are symmetric, and the slope of the gradient", () => {
  fc.assert(
    fc.property(recipes(7), points, (recipe, point) => {
      const { g, root, wrt } = prepared(recipe, point);
      const slopes = gradient(g, root, wrt);
      const tangents = new Map(wrt.map((id, k) => [id, g.tangent(parameters[k].name, parameters[k].shape)]));
      const products = pushforward(g, slopes, tangents);
      const swapped = new Map(
        [...point].map(([name, value]) => [name.replace(/['"]$/, (m) => (m === "'" ? '"' : "'")), value]),
      );
      const [hv, hu] = [point, swapped].map((p) => evaluate(g, products, leaves(p)));
      const size = [...hv, ...hu].reduce((sum, t) => sum + t.values.reduce((inner, x) => inner + Math.abs(x), 0), 1);
      near(along(point, hv, '"'), along(point, hu, "'"), 1e-10 * size);
      const run = evaluator(g, slopes);
      const truth = slope((h) => along(point, run(leaves(point, h, "'")), '"'));
      fc.pre(truth.error < 1e-5 * (1 + Math.abs(truth.value)));
      near(along(point, hv, '"'), truth.value, 1e-8 * (1 + Math.abs(truth.value)) + 2 * truth.error);
    }),
    settings,
  );
});

test("simplification keeps values, and so does rebuilding a graph", () => {
  fc.assert(
    fc.property(recipes(14), points, (recipe, point) => {
      const [plain, simple, again] = [new PlainBuilder(), new GraphBuilder(), new GraphBuilder()];
      const leaf = leaves(point);
      const root = cook(simple, recipe, "all");
      const [truth] = evaluate(plain, [cook(plain, recipe, "all")], leaf);
      const [value] = evaluate(simple, [root], leaf);
      const [rebuilt] = evaluate(again, rewrite(simple, [root], again), leaf);
      fc.pre(Number.isFinite(truth.values[0]));
      const size = 1e-11 * Math.max(1, Math.abs(truth.values[0]));
      near(value.values[0], truth.values[0], size);
      near(rebuilt.values[0], value.values[0], size);
    }),
    settings,
  );
});

test("recipes reach every op that can be differentiated", () => {
  const seen = new Set<Op>();
  for (const recipe of fc.sample(recipes(9), { seed: settings.seed, numRuns: settings.numRuns })) {
    const g = new PlainBuilder();
    cook(g, recipe, "all");
    for (const { op } of g.nodes) seen.add(op);
  }
  expect(differentiated.filter((op) => !seen.has(op))).toEqual([]);
  const inner = (Object.keys(ops) as Op[]).filter((op) => info(op).kind !== "leaf");
  expect(inner.filter((op) => !differentiated.includes(op))).toEqual(["root", "sumRows"]);
});
