// Laws of the information structures, through the procedures of real models: parts add up, information is symmetric,
// positive semi-definite and only grows, solving undoes multiplying, and all of it is what dense algebra says.

import fc from "fast-check";
import { determinant, EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { type Machine, machine, oracle, type Rows } from "./machine.ts";
import { type Model, models } from "./models.ts";

const settings = { seed: 20263, numRuns: 50 } as const;

function phiOf(model: Model, { size }: Machine): number[] {
  return model.numbers.slice(0, size);
}

/** Rows from `first` up to `end`. */
function part({ rows, columns }: Rows, first: number, end: number): Rows {
  const cut = (values: readonly number[]): number[] =>
    Array.from({ length: values.length / rows }, (_, k) => values.slice(k * rows + first, k * rows + end)).flat();
  return {
    rows: end - first,
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, cut(values)])),
  };
}

/** Adds the information of rows to what is there. */
function add(own: Machine, phi: readonly number[], rows: Rows): void {
  own.state("phi").set(phi);
  own.load(rows);
  own.run("accumulate", rows.rows);
}

function clear(own: Machine): void {
  for (const name of ["information", "memory", "score", "damping", "priorScore", "priorDiagonal"] as const)
    own.state(name).fill(0);
}

function near(a: readonly (readonly number[])[], b: readonly (readonly number[])[], tolerance: number): void {
  const size = Math.max(1e-6, ...b.flat().map(Math.abs));
  for (const [i, line] of a.entries())
    for (const [j, x] of line.entries()) expect(Math.abs(x - b[i][j])).toBeLessThanOrEqual(tolerance * size);
}

function leastEigenvalue(m: readonly (readonly number[])[]): number {
  return Math.min(
    ...new EigenvalueDecomposition(new Matrix(m as number[][]), { assumeSymmetric: true }).realEigenvalues,
  );
}

function vectorOf(model: Model, size: number, from: number): number[] {
  return Array.from({ length: size }, (_, k) => model.numbers[(from + 7 * k) % model.numbers.length] + 0.05);
}

describe.each(["full", "diagonal"] as const)("%s", (structure) => {
  const built = (model: Model): Machine => machine(model.text, model.dims, { structure, backend: "js" });

  test("it is the row-by-row sum, projected", () => {
    fc.assert(
      fc.property(models, (model) => {
        const own = built(model);
        const phi = phiOf(model, own);
        const { information } = oracle(own, "expected", phi, model.rows);
        const kept =
          structure === "full" ? information : information.map((line, i) => line.map((x, j) => (i === j ? x : 0)));
        near(own.pass("accumulate", phi, model.rows).information, kept, 1e-13);
        // where the truth has the structure, nothing is lost
        own.run("diagonal");
        const diagonal = [...own.state("diagonal")];
        near([diagonal], [information.map((line, i) => line[i])], 1e-13);
      }),
      settings,
    );
  });

  test("in parts is at once, in any order; and it only grows, staying positive semi-definite", () => {
    fc.assert(
      fc.property(models, fc.nat(100), (model, cut) => {
        const own = built(model);
        const phi = phiOf(model, own);
        const { rows } = model.rows;
        const at = 1 + (cut % (rows - 1));
        const [first, second] = [part(model.rows, 0, at), part(model.rows, at, rows)];
        const whole = own.pass("accumulate", phi, model.rows).information;
        clear(own);
        add(own, phi, first);
        const before = own.dense("information");
        add(own, phi, second);
        const after = own.dense("information");
        near(after, whole, 1e-13);
        clear(own);
        add(own, phi, second);
        add(own, phi, first);
        near(own.dense("information"), after, 1e-13);
        const size = Math.max(1e-6, ...after.flat().map(Math.abs));
        expect(leastEigenvalue(after)).toBeGreaterThan(-1e-13 * own.size * size);
        const growth = after.map((line, i) => line.map((x, j) => x - before[i][j]));
        expect(leastEigenvalue(growth)).toBeGreaterThan(-1e-13 * own.size * size);
        for (let i = 0; i < own.size; i++) for (let j = 0; j < i; j++) expect(after[i][j]).toBe(after[j][i]);
      }),
      settings,
    );
  });

  test("absorbing is adding: commutative, associative, and nothing is lost", () => {
    fc.assert(
      fc.property(models, (model) => {
        const own = built(model);
        const phi = phiOf(model, own);
        const { rows } = model.rows;
        const pieces = [part(model.rows, 0, 1), part(model.rows, 1, 2), part(model.rows, 2, rows)];
        const absorbed = (order: readonly (readonly number[])[]): number[][] => {
          clear(own);
          for (const group of order) {
            own.state("information").fill(0);
            for (const k of group) add(own, phi, pieces[k]);
            own.run("absorb");
          }
          return own.dense("memory");
        };
        const whole = own.pass("accumulate", phi, model.rows).information;
        for (const order of [
          [[0], [1], [2]],
          [[2], [0], [1]],
          [[0, 1], [2]],
          [[0], [1, 2]],
        ])
          near(absorbed(order), whole, 1e-13);
      }),
      settings,
    );
  });

  test("solving undoes multiplying, and inverse and determinant are the dense ones", () => {
    fc.assert(
      fc.property(models, fc.nat(20), (model, from) => {
        const own = built(model);
        const phi = phiOf(model, own);
        clear(own);
        add(own, phi, model.rows);
        own.run("absorb");
        const memory = own.dense("memory");
        const diagonal = memory.map((line, i) => line[i]);
        const top = Math.max(...diagonal);
        fc.pre(top > 1e-3);
        // enough on the diagonal that the answer has digits left
        const damping = diagonal.map((d) => 0.05 * d + 1e-3 * top);
        own.state("information").fill(0);
        own.state("prior").fill(0);
        own.state("damping").set(damping);
        own.run("factorize");
        for (const block of own.built.step.blocks.keys()) expect(own.state("status")[3 * block]).toBe(0);

        const direction = vectorOf(model, own.size, from);
        own.state("direction").set(direction);
        own.run("multiply");
        const product = [...own.state("product")];
        near([product], [memory.map((line) => line.reduce((sum, x, j) => sum + x * direction[j], 0))], 1e-13);
        own.state("residual").set(product.map((x, i) => x + damping[i] * direction[i]));
        own.run("solve");
        near([[...own.state("step")]], [direction], 1e-10);

        const damped = new Matrix(memory.map((line, i) => line.map((x, j) => (i === j ? x + damping[i] : x))));
        own.run("invert");
        const truth = inverse(damped);
        near([[...own.state("variance")]], [truth.diagonal()], 1e-10);
        const scales = damped.diagonal().map(Math.sqrt);
        const scaled = damped.to2DArray().map((line, i) => line.map((x, j) => x / scales[i] / scales[j]));
        const logdet = Math.log(determinant(new Matrix(scaled))) + 2 * scales.reduce((sum, s) => sum + Math.log(s), 0);
        expect(own.state("logdet")[0]).toBeCloseTo(logdet, 8);
      }),
      settings,
    );
  });
});

test("a structure is exact where the truth has it: independent coordinates", () => {
  // effects of a category and nothing shared: no row touches two coordinates
  const text = "data g : category\ndata y : count\nparam effect : real[g]\ny ~ Poisson(log: effect[g])\n";
  const rows: Rows = { rows: 5, columns: { g: [0, 2, 1, 1, 0], y: [1, 0, 3, 2, 4] } };
  const phi = [0.3, -0.5, 0.8];
  const [full, diagonal] = (["full", "diagonal"] as const).map((structure) =>
    machine(text, { g: 3 }, { structure }).pass("accumulate", phi, rows),
  );
  expect(diagonal.information).toEqual(full.information);
});

test("a direction that no row sees is found when the factor is made", () => {
  const text = "data x : real\ndata y : real\nparam a : real\nparam b : real\ny ~ Normal(a * x + 2 * b * x, 1)\n";
  const own = machine(text);
  clear(own);
  add(own, [0.1, 0.2], { rows: 3, columns: { x: [1, 2, -1], y: [0, 1, 0.5] } });
  own.run("factorize");
  expect(own.state("status")[0]).toBe(1);
  expect(own.state("status")[2]).toBe(1);
});
