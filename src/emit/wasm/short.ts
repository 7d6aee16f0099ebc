// Short vectors, whose lengths are known here, written out as instructions: for a few doubles a call costs more than the
// work. What they compute is what the kernels of the same names do, to the bit.

import type { Float } from "../loops/loop.ts";
import { get, i32, type Local, op, set, tee, v128 } from "./encode.ts";
import type { Generator } from "./generate.ts";

/** Doubles that are written out one pair after the other. */
const straight = 16;

/** Doubles that are moved by a loop; the machine's own fill and copy start slowly. */
const looped = 256;

/** Bytes that a loop moves at a time. */
const stride = 64;

/** target ← 0, for `length` doubles from a byte address. */
export function fillShort(generator: Generator, target: number, length: number): void {
  if (length > looped) {
    generator.emit(op.i32.const(target), op.i32.const(0), op.i32.const(8 * length), op.fill);
    return;
  }
  if (length === 0) return;
  const zero = generator.writer.local(v128);
  generator.emit(op.v128.const(0), set(zero));
  moved(
    generator,
    length,
    (from, at) => generator.emit(from, get(zero), op.v128.store(target + at)),
    (from, at) => generator.emit(from, op.f64.const(0), op.f64.store(target + at)),
  );
}

/** target ← source, which do not overlap or are the same. */
export function copyShort(generator: Generator, target: number, source: number, length: number): void {
  if (length > looped || (target !== source && Math.abs(target - source) < 8 * length)) {
    generator.emit(op.i32.const(target), op.i32.const(source), op.i32.const(8 * length), op.copy);
    return;
  }
  moved(
    generator,
    length,
    (from, at) => generator.emit(from, from, op.v128.load(source + at), op.v128.store(target + at)),
    (from, at) => generator.emit(from, from, op.f64.load(source + at), op.f64.store(target + at)),
  );
}

/** target ← target + source; whether it was written. */
export function addShort(generator: Generator, target: number, source: number, length: number): boolean {
  if (length > looped) return false;
  moved(
    generator,
    length,
    (from, at) => {
      generator.emit(from, from, op.v128.load(target + at), from, op.v128.load(source + at));
      generator.emit(op.v128.add, op.v128.store(target + at));
    },
    (from, at) => {
      generator.emit(from, from, op.f64.load(target + at), from, op.f64.load(source + at));
      generator.emit(op.f64.add, op.f64.store(target + at));
    },
  );
  return true;
}

/** target_ii ← target_ii + source_i; whether it was written. */
export function addDiagonalShort(generator: Generator, target: number, source: number, size: number): boolean {
  if (size > straight) return false;
  const from = op.i32.const(0);
  for (let i = 0; i < size; i++) {
    const at = target + 8 * i * (size + 1);
    generator.emit(from, from, op.f64.load(at), from, op.f64.load(source + 8 * i), op.f64.add, op.f64.store(at));
  }
  return true;
}

/** Pairs and a last single double of `length`: what is done at a byte offset from what `from` puts on the stack. */
function moved(
  generator: Generator,
  length: number,
  pair: (from: readonly (number | Local)[], at: number) => void,
  single: (from: readonly (number | Local)[], at: number) => void,
): void {
  const bytes = 8 * length;
  let at = 0;
  if (length > straight) {
    const offset = generator.writer.local(i32);
    const end = bytes - (bytes % stride);
    generator.emit(op.i32.const(0), set(offset), op.loop);
    for (let step = 0; step < stride; step += 16) pair(get(offset), step);
    generator.emit(get(offset), op.i32.const(stride), op.i32.add, tee(offset));
    generator.emit(op.i32.const(end), op.i32.lt, op.branchIf(0), op.end);
    at = end;
  }
  for (; at + 8 < bytes; at += 16) pair(op.i32.const(0), at);
  if (at < bytes) single(op.i32.const(0), at);
}

/** target ← target + factor · source, in the very operations of the kernel; whether it was written. */
export function addScaledShort(
  generator: Generator,
  target: number,
  source: number,
  factor: Float,
  length: number,
): boolean {
  if (length > straight) return false;
  const { relaxed } = generator.surroundings;
  const from = op.i32.const(0);
  const one = factor.kind === "number" && Math.abs(factor.value) === 1 ? factor.value : null;
  const by = generator.writer.local(v128);
  if (one === null) {
    generator.scalar(factor);
    generator.emit(op.v128.splat, set(by));
  }
  /** Leaves the sum on the stack. */
  const sum = (targets: readonly number[], sources: readonly number[]): void => {
    if (one !== null) generator.emit(targets, sources, one === 1 ? op.v128.add : op.v128.sub);
    else if (relaxed) generator.emit(sources, get(by), targets, op.v128.madd);
    else generator.emit(targets, sources, get(by), op.v128.mul, op.v128.add);
  };
  for (let at = 0; at < 8 * length; at += 16) {
    const pair = at + 8 < 8 * length;
    const read = (address: number): number[] => [...from, ...(pair ? op.v128.load : op.v128.loadOne)(address + at)];
    generator.emit(from);
    sum(read(target), read(source));
    generator.emit(pair ? op.v128.store(target + at) : op.v128.storeOne(target + at));
  }
  return true;
}

/** Σ left · right on the stack. */
export function dotShort(generator: Generator, left: number, right: number, length: number): void {
  const from = op.i32.const(0);
  if (length > straight) {
    generator.emit(op.i32.const(left), op.i32.const(right), op.i32.const(length));
    generator.emit(op.call(generator.surroundings.kernel("dot")));
    return;
  }
  // two sums, so that no addition waits for the one before it
  const sums = [generator.writer.local(v128), generator.writer.local(v128)] as const;
  for (const sum of sums) generator.emit(op.v128.const(0), set(sum));
  for (let at = 0; at < 8 * length; at += 16) {
    const load = at + 8 < 8 * length ? op.v128.load : op.v128.loadOne;
    const sum = sums[(at / 16) % 2] as Local;
    const [x, y] = [load(left + at), load(right + at)];
    if (generator.surroundings.relaxed) generator.emit(from, x, from, y, get(sum), op.v128.madd, set(sum));
    else generator.emit(get(sum), from, x, from, y, op.v128.mul, op.v128.add, set(sum));
  }
  const [first, second] = sums;
  generator.emit(get(first), get(second), op.v128.add, tee(first), op.v128.extract(0));
  generator.emit(get(first), op.v128.extract(1), op.f64.add);
}
