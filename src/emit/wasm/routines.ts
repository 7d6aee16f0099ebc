// The named routines in WASM: calls of kernels, or a few instructions where a call would cost more than the work.

import { type Region, type Routine, type RoutineName, type Run, runsOf } from "../../ir/index.ts";
import { apply, type Float, index, int, load, number, plus, type Statement } from "../loops/loop.ts";
import { scalar } from "../loops/write.ts";
import { get, op, set } from "./encode.ts";
import type { Generator } from "./generate.ts";
import { type Dense, denseOf, forms, one, packed, product } from "./products.ts";
import { addDiagonalShort, addScaledShort, addShort, copyShort, dotShort, fillShort } from "./short.ts";
import { smallCholesky, smallMatrix, smallSolve } from "./small.ts";

/** Where kernels may work: bytes from `work` on, enough for one batch's columns. */
export interface RoutineSpace {
  readonly base: number;
  readonly work: number;
  /** Bytes from one coordinate's rows to the next. */
  readonly stride: number;
}

type Writer<N extends RoutineName> = (
  routine: Extract<Routine, { name: N }>,
  generator: Generator,
  space: RoutineSpace,
) => void;

const address = (region: Region, { base }: RoutineSpace): number => base + 8 * region.offset;

function call(generator: Generator, name: string, args: readonly number[]): void {
  for (const value of args) generator.emit(op.i32.const(value));
  generator.emit(op.call(generator.surroundings.kernel(name)));
}

/** value ← f(index) over `size` positions. */
function each(size: number, body: (at: (region: Region) => Float) => Statement[]): Statement {
  return { kind: "for", index: "i", count: size, body: body((region) => load(plus(int(region.offset), index("i")))) };
}
function put(region: Region, value: Float): Statement {
  return { kind: "store", at: plus(int(region.offset), index("i")), value, add: false };
}

const writers: { readonly [N in RoutineName]: Writer<N> } = {
  zero: ({ target }, generator, space) => fillShort(generator, address(target, space), target.length),
  add: ({ target, source }, generator, space) => {
    const [to, from] = [address(target, space), address(source, space)];
    if (!addShort(generator, to, from, target.length)) call(generator, "add", [to, from, target.length]);
  },
  copy: ({ target, source }, generator, space) => {
    copyShort(generator, address(target, space), address(source, space), target.length);
  },
  addScaled: ({ target, source, factor }, generator, space) => {
    const [to, from, by] = [address(target, space), address(source, space), scalar(factor)];
    if (addScaledShort(generator, to, from, by, target.length)) return;
    generator.emit(op.i32.const(to), op.i32.const(from));
    generator.scalar(by);
    generator.emit(op.i32.const(target.length), op.call(generator.surroundings.kernel("addScaled")));
  },
  scale: ({ target, factor }, generator) => {
    generator.statements([
      { kind: "let", name: "by", value: scalar(factor), mutable: false },
      each(target.length, (of) => [put(target, apply("mul", [{ kind: "local", name: "by" }, of(target)]))]),
    ]);
  },
  kernel: ({ kernel, args }, generator, space) => {
    generator.emit(op.i32.const(0));
    for (const a of args) {
      if (a === "rows") generator.emit(get(generator.rows));
      else if (typeof a === "object") generator.emit(op.i32.const(address(a, space) / 8));
      else generator.emit(op.i32.const(a === "capacity" ? space.stride / 8 : a));
    }
    generator.emit(op.call(generator.surroundings.kernel(kernel)));
  },
  dot: ({ target, left, right }, generator, space) => {
    generator.emit(op.i32.const(0));
    dotShort(generator, address(left, space), address(right, space), left.length);
    generator.emit(op.f64.store(address(target, space)));
  },
  unit: ({ target }, generator, space) => {
    fillShort(generator, address(target, space), target.length);
    const lane = generator.index("lane");
    generator.emit(get(lane), op.i32.const(3), op.i32.shl, op.f64.const(1), op.f64.store(address(target, space)));
  },
  addAtLane: ({ target, source, factor, first }, generator, space) => {
    atLane(generator, first, target.length, (place) => {
      generator.emit(get(place), op.i32.const(3), op.i32.shl, set(place));
      generator.emit(get(place), get(place), op.f64.load(address(target, space)));
      generator.emit(get(place), op.f64.load(address(source, space)), op.f64.const(factor), op.f64.mul);
      generator.emit(op.f64.add, op.f64.store(address(target, space)));
    });
  },
  subtractAtLaneRow: ({ target, source, size, first }, generator, space) => {
    atLane(generator, first, size, (place) => {
      generator.emit(get(place), op.i32.const(8 * size), op.i32.mul, op.i32.const(address(target, space)), op.i32.add);
      generator.emit(op.i32.const(address(source, space)), op.f64.const(-1), op.i32.const(size));
      generator.emit(op.call(generator.surroundings.kernel("addScaled")));
    });
  },
  rankUpdate: ({ target, factors, weight, positions, size, precision }, generator, space) => {
    const { stride, work } = space;
    const weights = weight === null ? 0 : address(weight, space);
    const runs = runsOf(positions);
    const kernel = (name: string, args: readonly number[], factor: readonly number[]): void => {
      for (const value of args) generator.emit(op.i32.const(value));
      generator.emit(factor, get(generator.rows), op.i32.const(work));
      generator.emit(op.call(generator.surroundings.kernel(name)));
    };
    const place = (line: number, column: number): number => address(target, space) + 8 * (line * size + column);
    const columns = (run: Run): number => address(factors, space) + run.at * stride;
    if (precision === "single" && positions.length >= packed.rank) {
      const rowsOf = (run: Run, transposed: boolean): Dense => ({
        at: columns(run),
        line: transposed ? 1 : stride / 8,
        column: transposed ? stride / 8 : 1,
      });
      for (const [k, run] of runs.entries())
        for (const before of runs.slice(0, k + 1)) {
          const form = before === run ? forms.addLower : forms.add;
          const to = { at: place(run.first, before.first), apart: size, form };
          const factored = [rowsOf(run, false), rowsOf(before, true)] as const;
          product(generator, work, "single", to, factored, [run.count, before.count, generator.rows], one, weights);
        }
      return;
    }
    for (const [k, run] of runs.entries()) {
      kernel("rankUpdate", [place(run.first, run.first), size, columns(run), stride, run.count, weights], []);
      for (const before of runs.slice(0, k))
        kernel(
          "crossUpdate",
          [
            place(run.first, before.first),
            size,
            columns(run),
            run.count,
            columns(before),
            before.count,
            stride,
            weights,
          ],
          op.f64.const(1),
        );
    }
  },
  crossUpdate: (routine, generator, space) => {
    const { target, left, right, weight, leftSize, rightSize, factor, precision } = routine;
    const stride = space.stride / 8;
    const weights = weight === null ? 0 : address(weight, space);
    if (leftSize * rightSize < (precision === "single" ? packed.single : packed.double)) {
      const [to, x, y] = [target, left, right].map((region) => address(region, space)) as [number, number, number];
      for (const value of [to, rightSize, x, leftSize, y, rightSize, space.stride, weights])
        generator.emit(op.i32.const(value));
      generator.emit(op.f64.const(factor), get(generator.rows), op.i32.const(space.work));
      generator.emit(op.call(generator.surroundings.kernel("crossUpdate")));
      return;
    }
    const to = { at: address(target, space), apart: rightSize, form: forms.add };
    const factored = [
      { at: address(left, space), line: stride, column: 1 },
      { at: address(right, space), line: 1, column: stride },
    ] as const;
    const sizes = [leftSize, rightSize, generator.rows];
    product(generator, space.work, precision, to, factored, sizes, { kind: "number", value: factor }, weights);
  },
  multiplyRows: ({ target, matrix, factors, size, inner, transposed, precision }, generator, space) => {
    const stride = space.stride / 8;
    const to = { at: address(target, space), apart: stride, form: forms.set };
    const factored = [
      denseOf(address(matrix, space), size, inner, transposed),
      { at: address(factors, space), line: stride, column: 1 },
    ] as const;
    product(generator, space.work, precision, to, factored, [size, generator.rows, inner], one);
  },
  dotRows: ({ target, factors, weight, size }, generator, space) => {
    const [to, from, by] = [target, factors, weight].map((region) => address(region, space)) as [
      number,
      number,
      number,
    ];
    for (const value of [to, from, space.stride, size, by]) generator.emit(op.i32.const(value));
    generator.emit(get(generator.rows), op.call(generator.surroundings.kernel("dotRows")));
  },
  combineRows: ({ target, factors, weights, size }, generator, space) => {
    const [to, from, by] = [target, factors, weights].map((region) => address(region, space)) as [
      number,
      number,
      number,
    ];
    generator.emit(op.i32.const(to), op.i32.const(0), get(generator.rows), op.i32.const(3), op.i32.shl, op.fill);
    for (const value of [to, from, space.stride, size, by]) generator.emit(op.i32.const(value));
    generator.emit(get(generator.rows), op.call(generator.surroundings.kernel("axpyRows")));
  },
  addDiagonal: ({ target, source, size }, generator, space) => {
    if (addDiagonalShort(generator, address(target, space), address(source, space), size)) return;
    const diagonal = plus(int(target.offset), { kind: "times", by: size + 1, of: index("i") });
    generator.statements([each(size, (at) => [{ kind: "store", at: diagonal, value: at(source), add: true }])]);
  },
  addDiagonalOf: ({ matrix, target, size }, generator) => {
    const diagonal = load(plus(int(matrix.offset), { kind: "times", by: size + 1, of: index("i") }));
    const at = plus(int(target.offset), index("i"));
    generator.statements([each(size, () => [{ kind: "store", at, value: diagonal, add: true }])]);
  },
  cholesky: ({ matrix, scale, status, size }, generator, space) => {
    const at = [matrix, scale, status].map((region) => address(region, space)) as [number, number, number];
    if (size <= smallMatrix) smallCholesky(generator, { matrix: at[0], scale: at[1], size }, at[2]);
    else call(generator, "cholesky", [...at, size]);
  },
  choleskySolve: ({ matrix, scale, source, target, size }, generator, space) => {
    const at = [matrix, scale, source, target].map((region) => address(region, space)) as [
      number,
      number,
      number,
      number,
    ];
    if (size <= smallMatrix) smallSolve(generator, { matrix: at[0], scale: at[1], size }, at[2], at[3]);
    else call(generator, "choleskySolve", [...at, size]);
  },
  choleskyInverse: ({ matrix, scale, target, size }, generator, space) => {
    const at = [matrix, scale, target].map((region) => address(region, space));
    call(generator, "choleskyInverse", [...at, size, space.work]);
  },
  matrixMultiply: (routine, generator, space) => {
    const { target, left, right, lines, columns, inner, transposeLeft, transposeRight, factor, add } = routine;
    const to = { at: address(target, space), apart: columns, form: add ? forms.add : forms.set };
    const factored = [
      denseOf(address(left, space), lines, inner, transposeLeft),
      denseOf(address(right, space), inner, columns, transposeRight),
    ] as const;
    product(generator, space.work, routine.precision, to, factored, [lines, columns, inner], factor);
  },
  choleskyInverseDiagonal: ({ matrix, scale, target, size }, generator, space) => {
    const at = [matrix, scale, target].map((region) => address(region, space));
    call(generator, "choleskyInverseDiagonal", [...at, size, space.work]);
  },
  choleskyLogdet: ({ matrix, scale, target, size }, generator, space) => {
    call(generator, "choleskyLogdet", [...[matrix, scale, target].map((region) => address(region, space)), size]);
  },
  symmetricMultiply: ({ matrix, source, target, size }, generator, space) => {
    call(generator, "symmetricMultiply", [...[matrix, source, target].map((region) => address(region, space)), size]);
  },
  diagonalCheck: ({ matrix, status, size }, generator) => {
    const local = (name: string): Float => ({ kind: "local", name });
    const not = (a: Float): Float => apply("not", [a]);
    const infinity = number(Number.POSITIVE_INFINITY);
    const value = local("value");
    const inside = apply("and", [apply("lt", [number(0), value]), apply("lt", [value, infinity])]);
    const result = (k: number, name: string): Statement => ({
      kind: "store",
      at: int(status.offset + k),
      value: local(name),
      add: false,
    });
    generator.statements([
      { kind: "let", name: "vanished", value: number(0), mutable: true },
      { kind: "let", name: "smallest", value: infinity, mutable: true },
      { kind: "let", name: "where", value: number(-1), mutable: true },
      each(size, (at) => [
        { kind: "let", name: "value", value: at(matrix), mutable: false },
        { kind: "let", name: "bad", value: not(inside), mutable: false },
        { kind: "assign", name: "vanished", value: apply("add", [local("vanished"), local("bad")]) },
        put(matrix, apply("select", [local("bad"), infinity, value])),
        { kind: "let", name: "less", value: not(apply("le", [local("smallest"), value])), mutable: false },
        {
          kind: "assign",
          name: "where",
          value: apply("select", [local("less"), { kind: "fromInt", of: index("i") }, local("where")]),
        },
        { kind: "assign", name: "smallest", value: apply("select", [local("less"), value, local("smallest")]) },
      ]),
      result(0, "vanished"),
      result(1, "smallest"),
      result(2, "where"),
    ]);
  },
  divide: ({ matrix, source, target, size }, generator) => {
    generator.statements([each(size, (at) => [put(target, apply("div", [at(source), at(matrix)]))])]);
  },
  multiply: ({ matrix, source, target, size }, generator) => {
    generator.statements([each(size, (at) => [put(target, apply("mul", [at(source), at(matrix)]))])]);
  },
  reciprocal: ({ source, target, size }, generator) => {
    generator.statements([each(size, (at) => [put(target, apply("div", [number(1), at(source)]))])]);
  },
  sumLog: ({ matrix, target, size }, generator) => {
    const at = int(target.offset);
    generator.statements([each(size, (of) => [{ kind: "store", at, value: apply("log", [of(matrix)]), add: true }])]);
  },
  rootRows: ({ target, source, size }, generator, space) => {
    const at = [target, source].map((region) => address(region, space));
    for (const value of [...at, size, space.stride]) generator.emit(op.i32.const(value));
    generator.emit(get(generator.rows), op.call(generator.surroundings.kernel("rootRows")));
  },
};

/** Writes one routine into a generator. */
export function writeRoutine(routine: Routine, generator: Generator, space: RoutineSpace): void {
  (writers[routine.name] as Writer<RoutineName>)(routine as never, generator, space);
}

/** The body where 0 ≤ lane − first < count; `place` holds lane − first. */
function atLane(
  generator: Generator,
  first: number,
  count: number,
  body: (place: ReturnType<Generator["index"]>) => void,
): void {
  const place = generator.index("place");
  generator.emit(get(generator.index("lane")), op.i32.const(first), op.i32.sub, set(place));
  generator.emit(get(place), op.i32.const(count), op.i32.below, op.if);
  body(place);
  generator.emit(op.end);
}
