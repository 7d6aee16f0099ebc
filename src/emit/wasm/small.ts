// Small symmetric matrices, whose sizes are known here: factorisation and solution written out, entry by entry, on locals.
// In loops as short as theirs the processor guesses each end wrongly, which costs more than the work.

import { type Code, f64, get, i32, type Local, op, set, tee, v128 } from "./encode.ts";
import type { Generator } from "./generate.ts";

/** Largest matrix that is written out. */
export const smallMatrix = 12;

/** Pivots of the scaled matrix below this multiple of its size count as vanished: 8 ε, as in the kernel. */
const vanishing = 8 * Number.EPSILON;

/** A factorised matrix as the kernels have it, row-major, lower triangle: byte addresses of L and of the scales. */
export interface SmallFactor {
  readonly matrix: number;
  readonly scale: number;
  readonly size: number;
}

const zero = op.i32.const(0);

/**
 * What the kernel `cholesky` does, where no pivot vanishes; where one does, the kernel. As A = L D Lᵀ with ones on L's
 * diagonal: the next pivot then waits for a division, and not for a root as well. At the end L_ij ← s_i L_ij √d_j, with
 * s_i = A_ii^(−1/2).
 */
export function smallCholesky(generator: Generator, factor: SmallFactor, status: number): void {
  const { matrix, scale, size } = factor;
  const { writer } = generator;
  const local = (): Local => writer.local(f64);
  const all = (): Local[] => Array.from({ length: size }, local);
  const place = (i: number, j: number): number => matrix + 8 * (i * size + j);
  const [scales, pivots, weighted, roots] = [all(), all(), all(), all()];
  const entries: Local[][] = [];
  const [smallest, where, relative, inverse] = [local(), local(), local(), local()];
  const good = writer.local(i32);

  paired(generator, scales, (i) => [...zero, ...op.f64.load(place(i, i))], inverseRoot(writer.local(v128)));
  generator.emit(op.f64.const(1), set(smallest), op.f64.const(-1), set(where), op.i32.const(1), set(good));
  /** The entry less what earlier columns take away, on the stack. */
  const rest = (own: readonly Local[], i: number, j: number): void => {
    generator.emit(zero, op.f64.load(place(i, j)));
    for (const [k, entry] of own.slice(0, j).entries())
      generator.emit(get(entry), get(weighted[k] as Local), op.f64.mul, op.f64.sub);
  };
  for (let i = 0; i < size; i++) entries.push([]);
  for (const [j, pivot] of pivots.entries()) {
    const own = entries[j] as Local[];
    for (const [k, entry] of own.entries())
      generator.emit(get(entry), get(pivots[k] as Local), op.f64.mul, set(weighted[k] as Local));
    rest(own, j, j);
    generator.emit(set(pivot), op.f64.const(1), get(pivot), op.f64.div, set(inverse));
    const unit = get(scales[j] as Local);
    generator.emit(get(pivot), unit, op.f64.mul, unit, op.f64.mul, set(relative));
    generator.emit(get(good), op.f64.const(vanishing * size), get(relative), op.f64.lt, op.i32.and, set(good));
    generator.emit(op.f64.const(j), get(where), get(relative), get(smallest), op.f64.lt, op.select, set(where));
    generator.emit(get(relative), get(smallest), op.f64.min, set(smallest));
    for (let i = j + 1; i < size; i++) {
      const [line, entry] = [entries[i] as Local[], local()];
      rest(line, i, j);
      generator.emit(get(inverse), op.f64.mul, set(entry));
      line.push(entry);
    }
  }

  generator.emit(get(good), op.if);
  paired(generator, roots, (i) => get(pivots[i] as Local), op.v128.sqrt);
  for (const [i, line] of entries.entries()) {
    const unit = get(scales[i] as Local);
    generator.emit(zero, unit, op.f64.store(scale + 8 * i));
    for (const [j, entry] of line.entries())
      generator.emit(zero, get(entry), unit, op.f64.mul, get(roots[j] as Local), op.f64.mul, op.f64.store(place(i, j)));
    generator.emit(zero, get(roots[i] as Local), unit, op.f64.mul, op.f64.store(place(i, i)));
  }
  generator.emit(zero, op.f64.const(0), op.f64.store(status), zero, get(smallest), op.f64.store(status + 8));
  generator.emit(zero, get(where), op.f64.store(status + 16), op.else);
  for (const value of [matrix, scale, status, size]) generator.emit(op.i32.const(value));
  generator.emit(op.call(generator.surroundings.kernel("cholesky")), op.end);
}

/** target ← A⁻¹ source by the factor; all in byte addresses. */
export function smallSolve(generator: Generator, factor: SmallFactor, source: number, target: number): void {
  const { matrix, scale, size } = factor;
  const all = (): Local[] => Array.from({ length: size }, () => generator.writer.local(f64));
  const place = (i: number, j: number): number => matrix + 8 * (i * size + j);
  const [values, inverses] = [all(), all()];
  const loaded = (address: number): number[] => [...zero, ...op.f64.load(address)];
  const one = generator.writer.local(v128);
  const divided: Code = [...set(one), ...op.v128.const(1), ...get(one), ...op.v128.div];
  paired(generator, inverses, (i) => loaded(place(i, i)), divided);
  /** Takes away what known values account for, the newest last, and divides. */
  const known = (i: number, others: readonly number[], entry: (k: number) => number): void => {
    for (const k of others) generator.emit(loaded(entry(k)), get(values[k] as Local), op.f64.mul, op.f64.sub);
    generator.emit(get(inverses[i] as Local), op.f64.mul, set(values[i] as Local));
  };
  const order = [...values.keys()];
  for (const i of order) {
    generator.emit(loaded(source + 8 * i), loaded(scale + 8 * i), op.f64.mul);
    known(i, order.slice(0, i), (k) => place(i, k));
  }
  for (const i of order.toReversed()) {
    generator.emit(get(values[i] as Local));
    known(i, order.slice(i + 1).toReversed(), (k) => place(k, i));
  }
  for (const i of order)
    generator.emit(zero, get(values[i] as Local), loaded(scale + 8 * i), op.f64.mul, op.f64.store(target + 8 * i));
}

/** 1 / √x of the pair on the stack. */
function inverseRoot(held: Local): Code {
  return [...op.v128.sqrt, ...set(held), ...op.v128.const(1), ...get(held), ...op.v128.div];
}

/** into[i] ← work(value(i)), two at a time. */
function paired(generator: Generator, into: readonly Local[], value: (i: number) => Code, work: Code): void {
  const pair = generator.writer.local(v128);
  for (let i = 0; i < into.length; i += 2) {
    const last = into[i + 1];
    generator.emit(value(i), op.v128.splat);
    if (last !== undefined) generator.emit(value(i + 1), op.v128.replace(1));
    generator.emit(work, tee(pair), op.v128.extract(0), set(into[i] as Local));
    if (last !== undefined) generator.emit(get(pair), op.v128.extract(1), set(last));
  }
}
