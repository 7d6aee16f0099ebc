// Random graphs over every op that is differentiated, as recipes: a recipe builds the same expression with any builder,
// so that one expression can be had with and without simplification. Arguments are brought into the domain of their op.

import fc from "fast-check";
import {
  type Attributes,
  type Dim,
  type Graph,
  type GraphBuilder,
  info,
  type Node,
  type NodeId,
  type Op,
  type Shape,
  type Tensor,
} from "../../src/ir/index.ts";

/** What recipes need of a builder. */
export type Builder = Graph &
  Pick<
    GraphBuilder,
    | "shape"
    | "constant"
    | "param"
    | "column"
    | "iota"
    | "apply"
    | "expand"
    | "transpose"
    | "stack"
    | "pick"
    | "place"
    | "slice"
    | "pad"
    | "gather"
    | "scatter"
    | "reduce"
    | "cumsum"
    | "contract"
    | "perRow"
  >;

/** One step: what it does, and which earlier values it takes. */
export interface Step {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly form: number;
}

export type Recipe = readonly Step[];

type Pool = NodeId[][];

/** The shapes that values have. */
const shapes: readonly Shape[] = [[], [3], [2, 3], [3, 2]];

/** Leaves that derivatives are taken in. */
export const parameters: readonly { readonly name: string; readonly shape: readonly number[] }[] = [
  { name: "s", shape: [] },
  { name: "v", shape: [3] },
  { name: "m", shape: [2, 3] },
];

function take(pool: Pool, form: number, at: number): NodeId {
  const values = pool[form % pool.length] as NodeId[];
  return values[at % values.length] as NodeId;
}

function positive(g: Builder, x: NodeId): NodeId {
  return g.apply("add", [g.apply("softplus", [x]), g.constant(0.2)]);
}
function bounded(g: Builder, x: NodeId): NodeId {
  return g.apply("mul", [g.constant(1.4), g.apply("tanh", [x])]);
}
/** One of 0, 1, 2, from the data: derivatives do not pass. */
function position(g: Builder, s: Step): NodeId {
  return s.c % 2 === 0 ? g.constant(s.a % 3) : g.column("level", []);
}

type Make = (g: Builder, pool: Pool, s: Step) => NodeId;

function unary(op: Op, prepare: (g: Builder, x: NodeId) => NodeId = (_, x) => x, attributes?: Attributes): Make {
  return (g, pool, s) => g.apply(op, [prepare(g, take(pool, s.form, s.a))], attributes);
}
function binary(op: Op, right: (g: Builder, x: NodeId) => NodeId = (_, x) => x): Make {
  return (g, pool, s) => g.apply(op, [take(pool, s.form, s.a), right(g, take(pool, s.form, s.b))]);
}
const order = (n: number): Attributes => ({ order: n });
const negative = (g: Builder, x: NodeId): NodeId => g.apply("neg", [positive(g, x)]);
const vector = (pool: Pool, at: number): NodeId => take(pool, 1, at);
/** Any of the values that have axes. */
const array = (pool: Pool, s: Step): NodeId => take(pool, 1 + (s.form % 3), s.a);

/** What both this compiler and tfjs know. */
const common: Readonly<Record<string, Make>> = {
  neg: unary("neg"),
  exp: unary("exp", bounded),
  log: unary("log", positive),
  log1p: unary("log1p", positive),
  expm1: unary("expm1", bounded),
  sqrt: unary("sqrt", positive),
  abs: unary("abs"),
  sin: unary("sin"),
  cos: unary("cos"),
  tan: unary("tan", (g, x) => g.apply("mul", [g.constant(0.8), bounded(g, x)])),
  atan: unary("atan"),
  tanh: unary("tanh"),
  sigmoid: unary("sigmoid"),
  softplus: unary("softplus"),
  erf: unary("erf"),
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div", positive),
  pow: (g, pool, s) => g.apply("pow", [positive(g, take(pool, s.form, s.a)), bounded(g, take(pool, s.form, s.b))]),
  square: (g, pool, s) => g.apply("pow", [take(pool, s.form, s.a), g.constant(s.b % 5)]),
  min: binary("min"),
  max: binary("max"),
  select: (g, pool, s) => {
    const [a, b] = [take(pool, s.form, s.a), take(pool, s.form, s.b)];
    return g.apply("select", [g.apply("lt", [a, b]), g.apply("sin", [b]), take(pool, s.form, s.c)]);
  },
  expand: (g, pool, s) => g.expand(take(pool, 0, s.a), 0, 3),
  expandRows: (g, pool, s) => g.expand(vector(pool, s.a), 0, 2),
  expandColumns: (g, pool, s) => g.expand(vector(pool, s.a), 1, 2),
  transpose: (g, pool, s) => g.transpose(take(pool, 2 + (s.form % 2), s.a)),
  stack: (g, pool, s) => g.stack([vector(pool, s.a), vector(pool, s.b)]),
  stackScalars: (g, pool, s) => g.stack([s.a, s.b, s.c].map((at) => take(pool, 0, at))),
  pick: (g, pool, s) => g.pick(array(pool, s), s.b % 2),
  slice: (g, pool, s) => g.pad(g.slice(vector(pool, s.a), s.b % 2, 2), s.c % 2, 3),
  sum: (g, pool, s) => g.reduce("sum", array(pool, s), s.b % g.shape(array(pool, s)).length),
  prod: (g, pool, s) => g.reduce("prod", positive(g, array(pool, s)), s.b % g.shape(array(pool, s)).length),
  reduceMax: (g, pool, s) => g.reduce("reduceMax", array(pool, s), s.b % g.shape(array(pool, s)).length),
  logsumexp: (g, pool, s) => g.reduce("logsumexp", array(pool, s), s.b % g.shape(array(pool, s)).length),
  cumsum: (g, pool, s) => g.cumsum(array(pool, s), s.b % 2 === 1),
  dot: (g, pool, s) => g.contract(vector(pool, s.a), vector(pool, s.b)),
  matrixVector: (g, pool, s) => g.contract(take(pool, 2, s.a), vector(pool, s.b)),
  vectorMatrix: (g, pool, s) => g.contract(vector(pool, s.a), take(pool, 3, s.b)),
  matrixMatrix: (g, pool, s) => g.contract(take(pool, 3, s.a), take(pool, 2, s.b)),
};

const own: Readonly<Record<string, Make>> = {
  sign: unary("sign"),
  floor: unary("floor"),
  log1mexp: unary("log1mexp", negative),
  Phi: unary("Phi"),
  logPhi: unary("logPhi"),
  millsRatio: unary("millsRatio"),
  lgamma: unary("lgamma", positive),
  digamma: unary("polygamma", positive, order(0)),
  trigamma: unary("polygamma", positive, order(1)),
  tetragamma: unary("polygamma", positive, order(2)),
  rising: (g, pool, s) => {
    const [x, k] = [take(pool, s.form, s.a), take(pool, s.form, s.b)];
    return g.apply("risingPolygamma", [positive(g, x), positive(g, k)], order((s.c % 3) - 1));
  },
  xlogy: binary("xlogy", positive),
  xdivy: binary("xdivy", positive),
  logic: (g, pool, s) => {
    const [a, b, c] = [s.a, s.b, s.c].map((at) => take(pool, s.form, at)) as [NodeId, NodeId, NodeId];
    const tests: Op[] = ["and", "or", "ne", "eq"];
    const both = g.apply(tests[s.c % 4] as Op, [g.apply("le", [a, b]), g.apply("not", [g.apply("lt", [b, c])])]);
    return g.apply("select", [both, a, g.apply("cos", [c])]);
  },
  place: (g, pool, s) => g.place(take(pool, 0, s.a), s.b % 3, 3),
  gather: (g, pool, s) => g.gather(take(pool, s.form % 2 === 0 ? 1 : 3, s.a), position(g, s)),
  scatter: (g, pool, s) => g.scatter(take(pool, 0, s.a), position(g, s), 3),
  scatterTimes: (g, pool, s) => g.apply("mul", [g.scatter(take(pool, 0, s.a), position(g, s), 3), vector(pool, s.b)]),
  iota: (g) => g.iota(3),
  perRow: (g, pool, s) => g.perRow(take(pool, s.form, s.a)),
};

const makers = { common: Object.values(common), all: [...Object.values(common), ...Object.values(own)] } as const;

/** Which ops a recipe may use. */
export type Vocabulary = keyof typeof makers;

/** Recipes of a few steps. */
export function recipes(most: number): fc.Arbitrary<Recipe> {
  const natural = fc.nat({ max: 10_000 });
  const step = fc.record({ kind: natural, a: natural, b: natural, c: natural, form: natural });
  return fc.array(step, { minLength: 2, maxLength: most });
}

function formOf(g: Builder, id: NodeId): number {
  return shapes.findIndex((shape) => shape.join() === g.shape(id).join());
}

/** Builds a recipe: a scalar that holds its last values. */
export function cook(g: Builder, recipe: Recipe, vocabulary: Vocabulary): NodeId {
  const m = g.param("m", [2, 3]);
  const pool: Pool = [
    [g.param("s", []), g.column("x", [])],
    [g.param("v", [3]), g.column("xs", [3])],
    [m],
    [g.transpose(m)],
  ];
  for (const step of recipe) {
    const table = makers[vocabulary];
    const made = (table[step.kind % table.length] as Make)(g, pool, step);
    pool[formOf(g, made)]?.push(made);
    // shapes that are not kept are folded to one that is
    let folded = made;
    while (formOf(g, folded) < 0) folded = g.reduce("sum", folded, 0);
    if (folded !== made) pool[formOf(g, folded)]?.push(folded);
  }
  const all = pool.map((values) => {
    let last = values.at(-1) as NodeId;
    while (g.shape(last).length > 0) last = g.reduce("sum", last, 0);
    return last;
  });
  return all.reduce((total, value) => g.apply("add", [total, value]));
}

/** Values of all leaves, by name. */
export type Point = ReadonlyMap<string, Tensor>;

/** Random values for the leaves of recipes, and directions of the same shapes under `name` + `'`. */
export const points: fc.Arbitrary<Point> = (() => {
  const number = fc.integer({ min: -1500, max: 1500 }).map((n) => n / 1000 + 0.000123);
  // no two leaves are ever equal: minima and maxima have no derivative there
  let leaf = 0;
  const tensor = (shape: readonly number[]): fc.Arbitrary<Tensor> => {
    const apart = 0.0000717 * leaf++;
    const size = shape.reduce((n, d) => n * d, 1);
    return fc
      .array(number, { minLength: size, maxLength: size })
      .map((values) => ({ shape, values: values.map((v, k) => v + 0.0137 * k + apart) }));
  };
  const entries = [
    ...parameters.flatMap(({ name, shape }) => [name, `${name}'`, `${name}"`].map((n) => [n, tensor(shape)] as const)),
    ["x", tensor([])] as const,
    ["xs", tensor([3])] as const,
    ["level", fc.nat({ max: 2 }).map((n) => ({ shape: [], values: [n] }))] as const,
  ];
  return fc
    .tuple(...entries.map(([, arbitrary]) => arbitrary))
    .map((values) => new Map(entries.map(([name], k) => [name, values[k]])));
})();

/** A builder that makes every node as asked: no rule, no sharing. */
export class PlainBuilder implements Builder {
  readonly nodes: Node[] = [];
  shape(id: NodeId): Shape {
    return (this.nodes[id] as Node).shape;
  }
  #make(op: Op, args: readonly NodeId[], attributes: Attributes, shape: Shape, row: boolean): NodeId {
    const own = row || args.some((a) => (this.nodes[a] as Node).row);
    return (this.nodes.push({ op, args, attributes, shape, row: own }) - 1) as NodeId;
  }
  constant(value: number, shape: Shape = []): NodeId {
    let id = this.#make("const", [], { value }, [], false);
    for (const dim of shape.toReversed()) id = this.expand(id, 0, dim);
    return id;
  }
  param(name: string, shape: Shape): NodeId {
    return this.#make("param", [], { name }, shape, false);
  }
  column(name: string, shape: Shape): NodeId {
    return this.#make("column", [], { name }, shape, true);
  }
  iota(dim: Dim): NodeId {
    return this.#make("iota", [], { dim }, [dim], false);
  }
  apply(op: Op, args: readonly NodeId[], attributes: Attributes = {}): NodeId {
    const shape = args.map((a) => this.shape(a)).find((s) => s.length > 0) ?? [];
    const aligned = args.map((a) => {
      let id = a;
      if (this.shape(a).length === 0) for (const dim of shape.toReversed()) id = this.expand(id, 0, dim);
      return id;
    });
    return this.#make(op, aligned, attributes, shape, false);
  }
  expand(a: NodeId, axis: number, dim: Dim): NodeId {
    return this.#make("expand", [a], { axis, dim }, this.shape(a).toSpliced(axis, 0, dim), false);
  }
  transpose(a: NodeId): NodeId {
    return this.#make("transpose", [a], {}, this.shape(a).toReversed(), false);
  }
  stack(args: readonly NodeId[]): NodeId {
    return this.#make("stack", args, {}, [args.length, ...this.shape(args[0] as NodeId)], false);
  }
  pick(a: NodeId, index: number): NodeId {
    return this.#make("pick", [a], { index }, this.shape(a).slice(1), false);
  }
  place(a: NodeId, index: number, dim: Dim): NodeId {
    return this.#make("place", [a], { index, dim }, [dim, ...this.shape(a)], false);
  }
  slice(a: NodeId, index: number, dim: Dim): NodeId {
    return this.#make("slice", [a], { index, dim }, [dim, ...this.shape(a).slice(1)], false);
  }
  pad(a: NodeId, index: number, dim: Dim): NodeId {
    return this.#make("pad", [a], { index, dim }, [dim, ...this.shape(a).slice(1)], false);
  }
  gather(table: NodeId, index: NodeId): NodeId {
    return this.#make("gather", [table, index], {}, this.shape(table).slice(1), false);
  }
  scatter(value: NodeId, index: NodeId, dim: Dim): NodeId {
    return this.#make("scatter", [value, index], { dim }, [dim, ...this.shape(value)], false);
  }
  reduce(op: "sum" | "prod" | "reduceMax" | "logsumexp", a: NodeId, axis: number): NodeId {
    return this.#make(op, [a], { axis }, this.shape(a).toSpliced(axis, 1), false);
  }
  cumsum(a: NodeId, reverse = false): NodeId {
    return this.#make("cumsum", [a], { reverse }, this.shape(a), false);
  }
  contract(a: NodeId, b: NodeId): NodeId {
    return this.#make("contract", [a, b], {}, [...this.shape(a).slice(0, -1), ...this.shape(b).slice(1)], false);
  }
  perRow(a: NodeId): NodeId {
    return this.#make("perRow", [a], {}, this.shape(a), true);
  }
}

/** Every op that recipes can make, for the test that none was forgotten. */
export const differentiated: readonly Op[] = (
  "neg exp log log1p expm1 sqrt abs sign floor sin cos tan atan tanh sigmoid softplus log1mexp erf Phi logPhi millsRatio " +
  "lgamma polygamma risingPolygamma not add sub mul div pow min max lt le eq ne and or xlogy xdivy select perRow expand " +
  "transpose stack pick place slice pad gather scatter sum prod reduceMax logsumexp cumsum contract"
)
  .split(" ")
  .filter((op): op is Op => info(op as Op) !== undefined);
