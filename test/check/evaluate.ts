// A plain evaluator of graph nodes for tests: one row, nested arrays, nothing shared with the lowering, so that what
// the checker builds can be held against arithmetic written by hand.

import {
  bindDim,
  type Dim,
  elements,
  type Graph,
  info,
  type Node,
  type NodeId,
  order,
  type Shape,
} from "../../src/ir/index.ts";

/** A value with its shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface Setting {
  readonly dims?: Readonly<Record<string, number>>;
  /** φ by parameter, a row's data by column, `once` and learnt values by name, arguments by slot. */
  readonly param?: Readonly<Record<string, readonly number[] | number>>;
  readonly column?: Readonly<Record<string, readonly number[] | number>>;
  readonly once?: Readonly<Record<string, readonly number[] | number>>;
  readonly learnt?: Readonly<Record<string, readonly number[] | number>>;
  readonly slot?: readonly (readonly number[] | number)[];
}

/** The elements of a node's value, row-major. */
export function evaluate(graph: Graph, id: NodeId, setting: Setting = {}): readonly number[] {
  const dims = new Map(Object.entries(setting.dims ?? {}));
  const values = new Map<NodeId, Tensor>();
  for (const at of order(graph, [id])) {
    const node = graph.nodes[at] as Node;
    const args = node.args.map((a) => values.get(a) as Tensor);
    const shape = bound(node.shape, dims);
    const data = compute(node, args, shape, setting, dims);
    if (data.length !== elements(shape)) throw new Error(`${node.op}: ${data.length} elements for [${shape}]`);
    values.set(at, { shape, data });
  }
  return (values.get(id) as Tensor).data;
}

/** The value of a scalar node. */
export function scalar(graph: Graph, id: NodeId, setting: Setting = {}): number {
  const [value, ...rest] = evaluate(graph, id, setting);
  if (value === undefined || rest.length > 0) throw new Error("not a scalar");
  return value;
}

function bound(shape: Shape, dims: ReadonlyMap<string, number>): number[] {
  return shape.map((dim) => size(dim, dims));
}

function size(dim: Dim, dims: ReadonlyMap<string, number>): number {
  const value = bindDim(dim, dims);
  if (typeof value !== "number") throw new Error(`dimension ${value.name} is not bound`);
  return value;
}

function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>((all, n) => all.flatMap((p) => Array.from({ length: n }, (_, k) => [...p, k])), [[]]);
}

function at(t: Tensor, place: readonly number[]): number {
  const value = t.data[place.reduce((offset, k, axis) => offset * (t.shape[axis] as number) + k, 0)];
  if (value === undefined || place.some((k, axis) => k < 0 || k >= (t.shape[axis] as number)))
    throw new Error("out of range");
  return value;
}

function compute(
  node: Node,
  args: readonly Tensor[],
  shape: readonly number[],
  setting: Setting,
  dims: ReadonlyMap<string, number>,
): readonly number[] {
  const { op, attributes } = node;
  const { axis = 0, index = 0, name = "" } = attributes;
  const [a, b] = args as [Tensor, Tensor];
  const each = (f: (place: readonly number[]) => number): readonly number[] => indicesOf(shape).map(f);
  const leaf = (kind: "param" | "column" | "once" | "learnt"): readonly number[] => {
    const value = setting[kind]?.[name];
    if (value === undefined) throw new Error(`no ${kind} ${name}`);
    return typeof value === "number" ? [value] : value;
  };
  const along = (f: (values: readonly number[]) => number): readonly number[] =>
    each((p) => f(Array.from({ length: a.shape[axis] as number }, (_, k) => at(a, p.toSpliced(axis, 0, k)))));
  switch (op) {
    case "const":
      return [attributes.value as number];
    case "param":
    case "column":
    case "once":
    case "learnt":
      return leaf(op);
    case "slot": {
      const value = setting.slot?.[index] ?? [];
      return typeof value === "number" ? each(() => value) : value;
    }
    case "size":
      return [size(attributes.dim as Dim, dims)];
    case "iota":
      return each(([k]) => k as number);
    case "expand":
      return each((p) => at(a, p.toSpliced(axis, 1)));
    case "transpose":
      return each(([i, j]) => at(a, [j as number, i as number]));
    case "stack":
      return args.flatMap((t) => t.data);
    case "pick":
      return each((p) => at(a, [index, ...p]));
    case "slice":
      return each(([k, ...p]) => at(a, [index + (k as number), ...p]));
    case "pad":
      return each(([k, ...p]) => {
        const from = (k as number) - index;
        return from >= 0 && from < (a.shape[0] as number) ? at(a, [from, ...p]) : 0;
      });
    case "gather":
      return each((p) => at(a, [b.data[0] as number, ...p]));
    case "sum":
      return along((v) => v.reduce((x, y) => x + y, 0));
    case "prod":
      return along((v) => v.reduce((x, y) => x * y, 1));
    case "reduceMax":
      return along((v) => Math.max(...v));
    case "logsumexp":
      return along((v) => {
        const top = Math.max(...v);
        return top + Math.log(v.reduce((x, y) => x + Math.exp(y - top), 0));
      });
    case "cumsum":
      return each(([k, ...p]) => {
        let sum = 0;
        for (let i = 0; i <= (k as number); i++) sum += at(a, [i, ...p]);
        return sum;
      });
    case "contract": {
      const left = a.shape.length - 1;
      const inner = a.shape[left] as number;
      return each((p) => {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += at(a, [...p.slice(0, left), k]) * at(b, [k, ...p.slice(left)]);
        return sum;
      });
    }
    default: {
      const f = info(op).evaluate;
      if (f === null) throw new Error(`the test evaluator has no ${op}`);
      return each((p) =>
        f(
          args.map((t) => at(t, p)),
          attributes.order ?? 0,
        ),
      );
    }
  }
}
