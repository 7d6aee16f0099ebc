// Matrix products C += A B in doubles and in floats, for any strides of A and B (so that transposes are free): both are
// copied into panels that the innermost loop reads one after the other, four lines of A by two vectors of B.

/** Steps of the inner dimension a panel holds. */
const depth: i32 = 192;

// @ts-ignore: decorator
@inline
function fused<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  else return v128.add<T>(v128.mul<T>(a, b), c);
}

/** Lines of A in a block: 48 KiB of them. */
// @ts-ignore: decorator
@inline
function linesOf<T>(): i32 {
  return <i32>(256 / sizeof<T>());
}

/** Columns of B in a panel: two vectors. */
// @ts-ignore: decorator
@inline
function columnsOf<T>(): i32 {
  return <i32>(32 / sizeof<T>());
}

/** C[i·ldc + j] += Σ_l A[i·rowA + l·colA] B[l·rowB + j·colB]; i < m, j < n, l < k; strides in elements, work of 56 KiB. */
// @ts-ignore: decorator
@inline
function product<T>(c: usize, ldc: i32, a: usize, rowA: i32, colA: i32, b: usize, rowB: i32, colB: i32, m: i32, n: i32, k: i32, work: usize): void {
  const width = columnsOf<T>();
  const block = linesOf<T>();
  const panel = work + <usize>(block * depth) * sizeof<T>();
  const edge = panel + <usize>(width * depth) * sizeof<T>();
  for (let l = 0; l < k; l += depth) {
    const steps = min(depth, k - l);
    for (let i = 0; i < m; i += block) {
      const lines = min(block, m - i);
      for (let p = 0; p < lines; p += 4)
        pack<T>(work + <usize>(p * depth) * sizeof<T>(), a + <usize>((i + p) * rowA + l * colA) * sizeof<T>(), rowA, colA, min(4, lines - p), 4, steps);
      for (let j = 0; j < n; j += width) {
        const columns = min(width, n - j);
        pack<T>(panel, b + <usize>(l * rowB + j * colB) * sizeof<T>(), colB, rowB, columns, width, steps);
        for (let p = 0; p < lines; p += 4) {
          const from = work + <usize>(p * depth) * sizeof<T>();
          const to = c + <usize>((i + p) * ldc + j) * sizeof<T>();
          const some = min(4, lines - p);
          if (some == 4 && columns == width) tile<T>(to, <usize>ldc * sizeof<T>(), from, panel, steps);
          else {
            memory.fill(edge, 0, 128);
            tile<T>(edge, 32, from, panel, steps);
            for (let y = 0; y < some; y++)
              for (let x = 0; x < columns; x++) {
                const at = to + <usize>(y * ldc + x) * sizeof<T>();
                store<T>(at, load<T>(at) + load<T>(edge + (<usize>y << 5) + <usize>x * sizeof<T>()));
              }
          }
        }
      }
    }
  }
}

/** `count` runs, `across` elements apart, of steps `along` elements apart: step after step, `width` to a step, zeros where there is none. */
// @ts-ignore: decorator
@inline
function pack<T>(to: usize, from: usize, across: i32, along: i32, count: i32, width: i32, steps: i32): void {
  if (across == 1 && count == width) {
    const bytes = <usize>width * sizeof<T>();
    for (let s = 0; s < steps; s++, to += bytes, from += <usize>along * sizeof<T>()) {
      for (let o: usize = 0; o < bytes; o += 16) v128.store(to + o, v128.load(from + o));
    }
    return;
  }
  for (let s = 0; s < steps; s++, from += <usize>along * sizeof<T>()) {
    for (let x = 0; x < width; x++, to += sizeof<T>())
      store<T>(to, x < count ? load<T>(from + <usize>(x * across) * sizeof<T>()) : 0);
  }
}

/** 4 lines × 2 vectors of C. */
// @ts-ignore: decorator
@inline
function tile<T>(c: usize, line: usize, a: usize, b: usize, steps: i32): void {
  let p0 = i64x2.splat(0), p1 = i64x2.splat(0), q0 = i64x2.splat(0), q1 = i64x2.splat(0);
  let r0 = i64x2.splat(0), r1 = i64x2.splat(0), s0 = i64x2.splat(0), s1 = i64x2.splat(0);
  for (let l = 0; l < steps; l++, a += 4 * sizeof<T>(), b += 32) {
    const u = v128.load(b);
    const v = v128.load(b, 16);
    const p = v128.load_splat<T>(a);
    p0 = fused<T>(p, u, p0);
    p1 = fused<T>(p, v, p1);
    const q = v128.load_splat<T>(a, sizeof<T>());
    q0 = fused<T>(q, u, q0);
    q1 = fused<T>(q, v, q1);
    const r = v128.load_splat<T>(a, 2 * sizeof<T>());
    r0 = fused<T>(r, u, r0);
    r1 = fused<T>(r, v, r1);
    const s = v128.load_splat<T>(a, 3 * sizeof<T>());
    s0 = fused<T>(s, u, s0);
    s1 = fused<T>(s, v, s1);
  }
  put<T>(c, p0, p1);
  put<T>(c + line, q0, q1);
  put<T>(c + 2 * line, r0, r1);
  put<T>(c + 3 * line, s0, s1);
}

// @ts-ignore: decorator
@inline
function put<T>(c: usize, x: v128, y: v128): void {
  v128.store(c, v128.add<T>(v128.load(c), x));
  v128.store(c, v128.add<T>(v128.load(c, 16), y), 16);
}

/** C += A B in doubles. */
export function gemm(c: usize, ldc: i32, a: usize, rowA: i32, colA: i32, b: usize, rowB: i32, colB: i32, m: i32, n: i32, k: i32, work: usize): void {
  product<f64>(c, ldc, a, rowA, colA, b, rowB, colB, m, n, k, work);
}

/** C += A B in floats. */
export function gemmFloat(c: usize, ldc: i32, a: usize, rowA: i32, colA: i32, b: usize, rowB: i32, colB: i32, m: i32, n: i32, k: i32, work: usize): void {
  product<f32>(c, ldc, a, rowA, colA, b, rowB, colB, m, n, k, work);
}
