// Matrices of models as the Kronecker structure finds them: which parts are outer products after simplification, and that
// what is kept for a network of two layers are K-FAC's factors, written out here by hand.

import { describe, expect, test } from "vitest";
import { compileSource } from "../../src/compile.ts";
import { type Artefact, type Backend, emit } from "../../src/emit/index.ts";
import { elements, type InformationKind, type Plan, random, type Step } from "../../src/ir/index.ts";
import { type Bound, bind, lower } from "../../src/lower/index.ts";
import { type Block, outerUses, structureOf, sumsOutputs } from "../../src/structures/index.ts";
import { distance, type FormedBlock, square } from "./harness.ts";

function boundOf(text: string): Bound {
  const { compiled, diagnostics } = compileSource(text);
  if (compiled === null) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return bind(compiled.derivatives("likelihood"), { dims: new Map() });
}

function lowered(
  bound: Bound,
  blocks: readonly FormedBlock[],
  columns: Readonly<Record<string, readonly number[]>>,
  information: InformationKind,
  precision: Plan["precision"] = "double",
): Step {
  const free = { flopsPerRow: 0, secondsPerRow: 0, bytes: 0 };
  const sizeOf = (name: string): number => elements(bound.parameters.find((p) => p.name === name)?.freeShape ?? []);
  const plan: Plan = {
    kind: "plan",
    information,
    draws: 1,
    blocks: blocks.map(({ parameters, form }) => {
      const size = parameters.reduce((sum, name) => sum + sizeOf(name), 0);
      return { ...free, parameters, size, structure: form.kind, form, loss: 0, reason: "", candidates: [] };
    }),
    batchRows: 32,
    precision,
    notes: [],
    ...free,
  };
  return lower(bound, plan, { columns: new Map(Object.entries(columns)), once: new Map() });
}

/** The information at φ of the rows of columns given by name, as one dense matrix a block. */
function informed(
  step: Step,
  artefact: Artefact,
  phi: readonly number[],
  rows: number,
  columns: Record<string, number[]>,
) {
  const { memory } = artefact;
  const { layout } = step;
  memory.set(phi, layout.state.phi.offset);
  for (const [name, { offset, length }] of layout.columns)
    for (let k = 0; k < length / layout.capacity; k++)
      for (let r = 0; r < rows; r++) memory[offset + k * layout.capacity + r] = columns[name][k * rows + r];
  artefact.run("inform", rows);
  return step.blocks.map(({ first, size, form, parameters, information: { offset, length } }) => {
    const block: Block = { first, size, form, parameters: step.parameters.filter((p) => parameters.includes(p.name)) };
    return structureOf(form).toDense(memory.slice(offset, offset + length), block);
  });
}

const network = (activation: string): string => `data x: real[5] from "x*"
data d: category[3] from "d"
param W1: real[4, 5]
param b1: real[4]
param W2: real[3, 4]
param b2: real[3]
d ~ Categorical(logits: W2 @ ${activation}(W1 @ x + b1) + b2)
`;

const head = `data x: real[4] from "x*"\ndata z: real[4] from "z*"\ndata y: real[3] from "y*"\ndata t: real from "t"\n`;
const recognised: readonly (readonly [string, string, readonly (readonly [string, string | null])[]])[] = [
  ...["tanh", "relu", "gelu", "sigmoid"].map(
    (f) =>
      [
        f,
        network(f),
        [
          ["W1", "b1"],
          ["W2", "b2"],
        ],
      ] as const,
  ),
  ["no bias", `${head}param W: real[3, 4]\ny ~ Normal(W @ x, 1)`, [["W", null]]],
  ["one output", `${head}param W: real[1, 4]\nparam b: real[1]\nt ~ Normal(sum(W @ x + b), 1)`, [["W", "b"]]],
  [
    "one input",
    `data x: real[1] from "x*"\ndata y: real[3] from "y*"\nparam W: real[3, 1]\nparam b: real[3]\ny ~ Normal(W @ x + b, 1)`,
    [["W", "b"]],
  ],
  [
    "twice in a row",
    `${head}param W: real[2, 4]\nparam b: real[2]\nparam v: real[2]\nt ~ Normal(v @ tanh(W @ x + b) - v @ tanh(W @ z + b), 1)`,
    [["W", "b"]],
  ],
  [
    "after itself",
    `${head}param W: real[4, 4]\nparam b: real[4]\nparam V: real[3, 4]\ny ~ Normal(V @ tanh(W @ tanh(W @ x + b) + b), 1)`,
    [
      ["W", "b"],
      ["V", null],
    ],
  ],
  ["a multiple", `${head}param W: real[3, 4]\ny ~ Normal(2 * (W @ x) - (3 * W) @ z, 1)`, [["W", null]]],
  ["from the left", `${head}param W: real[4, 3]\ny ~ Normal(x @ W, 1)`, [["W", null]]],
  [
    "two arguments",
    `${head}param W: real[2, 4]\nparam b: real[2]\nlet h = W @ x + b\nt ~ Normal(h[1], exp(h[2]))`,
    [["W", "b"]],
  ],
];

describe("outer products are found", () => {
  test.each(recognised)("%s", (_, text, pairs) => {
    const { graph, row } = boundOf(text);
    for (const group of [...row.factors.expected, ...row.factors.empirical])
      for (const [matrix, bias] of pairs) {
        const part = group.parts.get(matrix);
        if (part === undefined) continue;
        const uses = outerUses(graph, part);
        expect(uses).not.toBeNull();
        if (bias !== null) expect(sumsOutputs(graph, uses ?? [], group.parts.get(bias)!)).toBe(true);
      }
  });

  test("and what is none is none", () => {
    for (const model of ["x * W[1] + z * W[2]", "tanh(W[1]) + x"]) {
      const text = `${head}param W: real[2, 4]\nlet e = ${model}\nt ~ Normal(sum(e), 1)`;
      const { graph, row } = boundOf(text);
      const part = row.factors.expected[0].parts.get("W")!;
      expect(outerUses(graph, part)).toBeNull();
    }
    // the bias enters with the other sign than the matrix
    const { graph, row } = boundOf(`${head}param W: real[3, 4]\nparam b: real[3]\ny ~ Normal(W @ x - b, 1)`);
    const { parts } = row.factors.expected[0];
    expect(sumsOutputs(graph, outerUses(graph, parts.get("W")!) ?? [], parts.get("b")!)).toBe(false);
  });
});

interface Activation {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}

const activations: Readonly<Record<string, Activation>> = {
  tanh: { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  relu: { value: (x) => Math.max(0, x), slope: (x) => (x > 0 ? 1 : 0) },
  sigmoid: { value: (x) => 1 / (1 + Math.exp(-x)), slope: (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2 },
};

const kron = (parameters: string[], outputs: number, inputs: number): FormedBlock => ({
  parameters,
  form: { kind: "kronecker", outputs, inputs, bias: parameters.length === 2 },
});

describe.each(Object.entries(activations))("a network of two layers with %s", (name, { value, slope }) => {
  const bound = boundOf(network(name));
  const blocks = [kron(["W1", "b1"], 4, 5), kron(["W2", "b2"], 3, 4)];
  const { normal } = random(3, "network");
  const rows = 25;
  const phi = Array.from({ length: 4 * 6 + 3 * 5 }, normal);
  const x = Array.from({ length: 5 * rows }, normal);
  const d = Array.from({ length: rows }, (_, r) => r % 3);

  test.each<[InformationKind, Backend]>([
    ["expected", "interpret"],
    ["expected", "js"],
    ["expected", "wasm"],
    ["empirical", "js"],
  ])("keeps K-FAC's factors: %s, on %s", (information, backend) => {
    const at = (first: number, width: number, i: number, j: number): number => phi[first + i * width + j];
    const layers = [
      { A: square(6), G: square(4) },
      { A: square(5), G: square(3) },
    ];
    const add = (matrix: number[][], by: number, z: readonly number[]): void => {
      for (const [i, a] of z.entries()) for (const [j, b] of z.entries()) matrix[i][j] += by * a * b;
    };
    for (let r = 0; r < rows; r++) {
      const input = Array.from({ length: 5 }, (_, j) => x[j * rows + r]);
      const before = Array.from({ length: 4 }, (_, i) =>
        input.reduce((s, v, j) => s + at(0, 5, i, j) * v, phi[20 + i]),
      );
      const hidden = before.map(value);
      const logits = Array.from({ length: 3 }, (_, i) =>
        hidden.reduce((s, v, j) => s + at(24, 4, i, j) * v, phi[36 + i]),
      );
      const total = logits.reduce((s, e) => s + Math.exp(e), 0);
      const p = logits.map((e) => Math.exp(e) / total);
      add(layers[0].A, 1 / rows, [...input, 1]);
      add(layers[1].A, 1 / rows, [...hidden, 1]);
      for (let k = 0; k < 3; k++) {
        const weight = information === "expected" ? p[k] : d[r] === k ? 1 : 0;
        const second = p.map((q, i) => (i === k ? 1 : 0) - q);
        const first = before.map((e, j) => slope(e) * second.reduce((s, v, i) => s + v * at(24, 4, i, j), 0));
        add(layers[0].G, weight, first);
        add(layers[1].G, weight, second);
      }
    }
    const step = lowered(bound, blocks, { x: [5], d: [] }, information);
    const found = informed(step, emit(step, backend, true), phi, rows, { x, d });
    for (const [k, { A, G }] of layers.entries()) {
      const [m, n] = [G.length, A.length - 1];
      const place = (i: number, j: number): number => (j < n ? i * n + j : m * n + i);
      const size = m * (n + 1);
      const truth = new Array<number>(size ** 2).fill(0);
      for (let i = 0; i < m; i++)
        for (let l = 0; l < m; l++)
          for (let j = 0; j <= n; j++)
            for (let o = 0; o <= n; o++) truth[place(i, j) * size + place(l, o)] = G[i][l] * A[j][o];
      expect(distance([...found[k]], truth)).toBeLessThan(1e-12);
    }
  });
});

test("in single precision the same is kept, to its digits", () => {
  const bound = boundOf(network("gelu"));
  const blocks = [kron(["W1", "b1"], 4, 5), kron(["W2", "b2"], 3, 4)];
  const { normal } = random(4, "single");
  const columns = { x: Array.from({ length: 150 }, normal), d: Array.from({ length: 30 }, (_, r) => r % 3) };
  const phi = Array.from({ length: 39 }, normal);
  const [double, single] = (["double", "single"] as const).map((precision) => {
    const step = lowered(bound, blocks, { x: [5], d: [] }, "expected", precision);
    const artefact = emit(step, "wasm", true);
    const kept = informed(step, artefact, phi, 30, columns);
    const { damping, residual, step: solved } = step.layout.state;
    artefact.memory.fill(1, damping.offset, damping.offset + damping.length);
    artefact.memory.set(phi, residual.offset);
    artefact.run("factorize", 0);
    artefact.run("solve", 0);
    return [...kept.map((block) => [...block]), [...artefact.memory.subarray(solved.offset, solved.offset + 39)]];
  });
  for (const [k, values] of double.entries()) {
    const gap = distance(single[k], values);
    expect(gap).toBeLessThan(1e-5);
  }
});

test("a linear Gaussian model's Kronecker block is its full one", () => {
  const bound = boundOf(`data x: real[4] from "x*"
data y: real[3] from "y*"
param W: real[3, 4]
param b: real[3]
y ~ Normal(W @ x + b, 2)
`);
  const { normal } = random(5, "linear");
  const columns = { x: Array.from({ length: 80 }, normal), y: Array.from({ length: 60 }, normal) };
  const phi = Array.from({ length: 15 }, normal);
  const [product, full] = [kron(["W", "b"], 3, 4), { parameters: ["W", "b"], form: { kind: "full" } as const }].map(
    (block) => {
      const step = lowered(bound, [block], { x: [4], y: [3] }, "expected");
      return informed(step, emit(step, "js", true), phi, 20, columns)[0];
    },
  );
  expect(distance([...product], [...full])).toBeLessThan(1e-14);
});
