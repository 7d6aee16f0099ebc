// Values and gradients of random graphs against TensorFlow.js, on the ops that both know. It computes in single precision.

import type * as TensorFlow from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gradient } from "../../src/autodiff/index.ts";
import { evaluate, type Graph, GraphBuilder, type Node, type NodeId, type Op, order } from "../../src/ir/index.ts";
import { cook, type Point, parameters, points, recipes } from "./arbitrary.ts";
import { loadTensorflow } from "./tensorflow.ts";

const tf = loadTensorflow();

type Rule = (args: readonly TensorFlow.Tensor[], node: Node) => TensorFlow.Tensor;

const one =
  (f: (x: TensorFlow.Tensor) => TensorFlow.Tensor): Rule =>
  (args) =>
    f(args[0]);
const two =
  (f: (x: TensorFlow.Tensor, y: TensorFlow.Tensor) => TensorFlow.Tensor): Rule =>
  (args) =>
    f(args[0], args[1]);
const axis = (node: Node): number => node.attributes.axis as number;
const sizes = (node: Node): number[] => node.shape as number[];

const rules: Partial<Record<Op, Rule>> = {
  const: (_, node) => tf.fill(sizes(node), node.attributes.value as number),
  iota: (_, node) => tf.range(0, sizes(node)[0]),
  neg: one(tf.neg),
  exp: one(tf.exp),
  log: one(tf.log),
  log1p: one(tf.log1p),
  expm1: one(tf.expm1),
  sqrt: one(tf.sqrt),
  abs: one(tf.abs),
  sin: one(tf.sin),
  cos: one(tf.cos),
  tan: one(tf.tan),
  atan: one(tf.atan),
  tanh: one(tf.tanh),
  sigmoid: one(tf.sigmoid),
  softplus: one(tf.softplus),
  erf: one(tf.erf),
  add: two(tf.add),
  sub: two(tf.sub),
  mul: two(tf.mul),
  div: two(tf.div),
  pow: two(tf.pow),
  min: two(tf.minimum),
  max: two(tf.maximum),
  // a comparison is cut off from its arguments, which have no derivative through it
  lt: two((a, b) => tf.tensor([...tf.less(a, b).dataSync()], a.shape, "float32")),
  select: (args) => tf.where(tf.cast(args[0], "bool"), args[1], args[2]),
  expand: ([a], node) => {
    const dims = sizes(node);
    return tf.tile(
      tf.expandDims(a, axis(node)),
      dims.map((d, k) => (k === axis(node) ? d : 1)),
    );
  },
  transpose: one((a) => tf.transpose(a)),
  stack: (args) => tf.stack([...args]),
  pick: ([a], node) => tf.squeeze(tf.slice(a, [node.attributes.index as number], [1]), [0]),
  slice: ([a], node) => tf.slice(a, [node.attributes.index as number], [sizes(node)[0]]),
  pad: ([a], node) => {
    const before = node.attributes.index as number;
    const rest = a.shape.slice(1).map((): [number, number] => [0, 0]);
    return tf.pad(a, [[before, sizes(node)[0] - before - a.shape[0]], ...rest]);
  },
  sum: ([a], node) => tf.sum(a, axis(node)),
  prod: ([a], node) => tf.prod(a, axis(node)),
  reduceMax: ([a], node) => tf.max(a, axis(node)),
  logsumexp: ([a], node) => tf.logSumExp(a, axis(node)),
  // its gradient along any but the last axis has the shape of the transpose
  cumsum: ([a], node) => tf.transpose(tf.cumsum(tf.transpose(a), a.rank - 1, false, node.attributes.reverse ?? false)),
  contract: ([a, b]) => {
    const [left, right] = [a.rank === 1 ? tf.expandDims(a, 0) : a, b.rank === 1 ? tf.expandDims(b, 1) : b];
    return tf.reshape(tf.matMul(left as TensorFlow.Tensor2D, right as TensorFlow.Tensor2D), [
      ...a.shape.slice(0, -1),
      ...b.shape.slice(1),
    ]);
  },
};

function tensor(point: Point, name: string): TensorFlow.Tensor {
  const { shape, values } = point.get(name)!;
  return tf.tensor([...values], [...shape]);
}

function run(graph: Graph, root: NodeId, point: Point, params: readonly TensorFlow.Tensor[]): TensorFlow.Scalar {
  const values = new Map<NodeId, TensorFlow.Tensor>();
  for (const id of order(graph, [root])) {
    const node = graph.nodes[id];
    const { op, args } = node;
    const name = node.attributes.name ?? "";
    const args_ = args.map((a) => values.get(a)!);
    const rule = rules[op];
    if (op === "param") values.set(id, params[parameters.findIndex((p) => p.name === name)]);
    else if (op === "column") values.set(id, tensor(point, name));
    else if (rule !== undefined) values.set(id, rule(args_, node));
    else throw new Error(`no rule for ${op}`);
  }
  return values.get(root) as TensorFlow.Scalar;
}

test("values and gradients agree to single precision", () => {
  fc.assert(
    fc.property(recipes(8), points, (recipe, point) => {
      const g = new GraphBuilder();
      const root = cook(g, recipe, "common");
      const wrt = parameters.map(({ name, shape }) => g.param(name, shape));
      const leaf = ({ attributes: { name = "" } }: Node) => point.get(name)!;
      const [value, ...slopes] = evaluate(g, [root, ...gradient(g, root, wrt)], leaf);
      fc.pre(Math.abs(value.values[0]) < 1e4);
      tf.tidy(() => {
        const params = parameters.map(({ name }) => tensor(point, name));
        const f = (...x: TensorFlow.Tensor[]): TensorFlow.Scalar => {
          // every parameter takes part, so that each has a gradient
          const touched = x.reduce<TensorFlow.Tensor>((sum, t) => tf.add(sum, tf.mul(0, tf.sum(t))), tf.scalar(0));
          return tf.add(run(g, root, point, x), touched);
        };
        const { value: other, grads } = tf.valueAndGrads(f)(params);
        const scale = Math.max(1, ...slopes.flatMap((s) => s.values.map(Math.abs)), Math.abs(value.values[0]));
        expect(Math.abs(other.dataSync()[0] - value.values[0])).toBeLessThan(2e-4 * scale);
        for (const [k, slope] of slopes.entries())
          for (const [i, x] of [...grads[k].dataSync()].entries())
            expect(Math.abs(x - slope.values[i])).toBeLessThan(2e-4 * scale);
      });
    }),
    { seed: 20261, numRuns: 250 },
  );
});
