// The linear memory as portable kernels see it: positions are doubles from its start. Here it is an array; when the same
// kernels are compiled to WebAssembly, assembly/memory.as takes this file's place, with SIMD inside.

export type Memory = Float64Array;
// AssemblyScript's names of the machine's numbers
export type i32 = number;
export type f64 = number;

/** The double at a position. */
export function get(m: Memory, at: i32): f64 {
  return m[at] as number;
}

export function set(m: Memory, at: i32, value: f64): void {
  m[at] = value;
}

/** target ← value, `length` doubles */
export function fill(m: Memory, target: i32, length: i32, value: f64): void {
  m.fill(value, target, target + length);
}

/** target ← source */
export function move(m: Memory, target: i32, source: i32, length: i32): void {
  m.copyWithin(target, source, source + length);
}

/** Σ left · right */
export function inner(m: Memory, left: i32, right: i32, length: i32): f64 {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (m[left + i] as number) * (m[right + i] as number);
  return sum;
}

/** target ← target + factor · source */
export function axpy(m: Memory, target: i32, source: i32, factor: f64, length: i32): void {
  for (let i = 0; i < length; i++) m[target + i] = (m[target + i] as number) + factor * (m[source + i] as number);
}

/** target ← factor · target */
export function scale(m: Memory, target: i32, factor: f64, length: i32): void {
  for (let i = 0; i < length; i++) m[target + i] = factor * (m[target + i] as number);
}

/** (x, y) ← (c x + s y, c y − s x) */
export function rotate(m: Memory, x: i32, y: i32, c: f64, s: f64, length: i32): void {
  for (let i = 0; i < length; i++) {
    const [a, b] = [m[x + i] as number, m[y + i] as number];
    m[x + i] = c * a + s * b;
    m[y + i] = c * b - s * a;
  }
}

/** a · b in 32 bits */
export function product(a: i32, b: i32): i32 {
  return Math.imul(a, b);
}

/** The low 32 bits of a whole number. */
export function bits(x: f64): i32 {
  return x | 0;
}

export function logarithm(x: f64): f64 {
  return Math.log(x);
}
