// Matrix products of doubles for any strides of the factors, so that transposes and columns are free. Both factors are
// copied into panels, as doubles or as floats, that the innermost loop reads one after the other: four lines of A by two
// vectors of B. A panel's sums are added to the doubles of the target, so that no sum of floats is longer than `depth`.

/** Steps of the inner dimension a panel holds. */
const depth: i32 = 256;

/** Lines of A in a block. */
const block: i32 = 64;

/** Bits of `form`: add to the target, write its lower triangle alone. */
const adds: i32 = 1;
const lower: i32 = 2;

/** Bytes of a tile at the edge of the target. */
const edgeBytes: usize = 256;

/** Steps of a panel from which on it is marked which are not zero. */
const marked: i32 = 16;

// @ts-ignore: decorator
@inline
function fused<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  else return v128.add<T>(v128.mul<T>(a, b), c);
}

/** Columns of B in a block: 512 KiB of them. */
// @ts-ignore: decorator
@inline
function breadthOf<T>(): i32 {
  return <i32>(2048 / sizeof<T>());
}

/** Columns of B in a panel: two vectors. */
// @ts-ignore: decorator
@inline
function widthOf<T>(): i32 {
  return <i32>(32 / sizeof<T>());
}

/**
 * C[i·ldc + j] ← or += factor · Σ_l w_l A[i·rowA + l·colA] B[l·rowB + j·colB]; i < m, j < n, l < k; strides in doubles;
 * weight 0 means ones. `work`: 256 bytes, min(k, 256) · (64 + n rounded up to 8) doubles or floats, n at most 256 of
 * doubles, 512 of floats, and min(k, 256) + 2 bytes for each of 16 + n / 4 panels (n / 8 of floats).
 */
function product<T>(c: usize, ldc: i32, a: usize, rowA: i32, colA: i32, b: usize, rowB: i32, colB: i32, m: i32, n: i32, k: i32, factor: f64, weight: usize, form: i32, work: usize): void {
  if (k == 0 && !(form & adds))
    for (let i = 0; i < m; i++) memory.fill(c + (<usize>(i * ldc) << 3), 0, <usize>(form & lower ? min(n, i + 1) : n) << 3);
  const width = widthOf<T>();
  const breadth = breadthOf<T>();
  const lines = work + edgeBytes;
  const columns = lines + <usize>(block * min(depth, k)) * sizeof<T>();
  const marks = columns + <usize>(min(depth, k) * ((min(breadth, n) + 7) & ~7)) * sizeof<T>();
  for (let j = 0; j < n; j += breadth) {
    const across = min(breadth, n - j);
    for (let l = 0; l < k; l += depth) {
      const steps = min(depth, k - l);
      const run = <usize>(steps + 2);
      const columnMarks = marks + <usize>(block >> 2) * run;
      for (let q = 0; q < across; q += width) {
        const panel = columns + <usize>(q * steps) * sizeof<T>();
        pack<T>(panel, b + (<usize>(l * rowB + (j + q) * colB) << 3), colB, rowB, min(width, across - q), width, steps, 0);
        mark(columnMarks + <usize>(q / width) * run, panel, 32, steps);
      }
      const begin = form & lower ? j : 0;
      for (let i = begin; i < m; i += block) {
        const down = min(block, m - i);
        for (let p = 0; p < down; p += 4) {
          const panel = lines + <usize>(p * steps) * sizeof<T>();
          pack<T>(panel, a + (<usize>((i + p) * rowA + l * colA) << 3), rowA, colA, min(4, down - p), 4, steps, weight ? weight + (<usize>l << 3) : 0);
          mark(marks + <usize>(p >> 2) * run, panel, 4 * sizeof<T>(), across > width ? steps : 0);
        }
        tiles<T>(c + (<usize>(i * ldc + j) << 3), ldc, lines, columns, marks, columnMarks, down, across, steps, factor, l == 0 && !(form & adds), form & lower ? i - j : i32.MAX_VALUE, work);
      }
    }
  }
}

/** A block of the target from packed panels; entries right of the `diagonal` of the first line are left alone. */
function tiles<T>(c: usize, ldc: i32, lines: usize, columns: usize, lineMarks: usize, columnMarks: usize, down: i32, across: i32, steps: i32, factor: f64, set: bool, diagonal: i32, edge: usize): void {
  const width = widthOf<T>();
  const line = <usize>ldc << 3;
  for (let q = 0; q < across; q += width) {
    const panel = columns + <usize>(q * steps) * sizeof<T>();
    const other = columnMarks + <usize>((q / width) * (steps + 2));
    for (let p = 0; p < down; p += 4) {
      // how far the first of the tile's lines reaches beyond its first column
      const reach = diagonal == i32.MAX_VALUE ? diagonal : diagonal + p - q;
      if (reach < -3) continue;
      const from = lines + <usize>(p * steps) * sizeof<T>();
      const own = lineMarks + <usize>((p >> 2) * (steps + 2));
      const fewer = load<u16>(own) < load<u16>(other) ? own : other;
      const listed = <i32>load<u16>(fewer) < steps - (steps >> 3) ? fewer : 0;
      const to = c + p * line + (<usize>q << 3);
      const high = min(4, down - p);
      const wide = min(width, across - q);
      if (wide == width && reach >= width - 1) {
        tile<T>(to, line, from, panel, steps, listed, factor, set, high);
        continue;
      }
      tile<T>(edge, 64, from, panel, steps, listed, factor, true, 4);
      for (let y = 0; y < high; y++) {
        const end = reach == i32.MAX_VALUE ? wide : min(wide, reach + y + 1);
        for (let x = 0; x < end; x++) {
          const place = to + y * line + (<usize>x << 3);
          const value = load<f64>(edge + (<usize>(8 * y + x) << 3));
          store<f64>(place, set ? value : load<f64>(place) + value);
        }
      }
    }
  }
}

/** `count` runs, `across` doubles apart, of steps `along` doubles apart: step after step, `width` to a step, zeros where there is none. */
function pack<T>(to: usize, from: usize, across: i32, along: i32, count: i32, width: i32, steps: i32, weight: usize): void {
  const bytes = <usize>width * sizeof<T>();
  for (let x = 0; x < width; x += 4) {
    const at = to + <usize>x * sizeof<T>();
    const start = from + (<usize>(x * across) << 3);
    if (count - x < 4) someRuns<T>(at, bytes, start, across, along, count - x, steps, weight);
    else if (along == 1) fourRuns<T>(at, bytes, start, across, steps, weight);
    else if (across == 1 && !weight) fourSteps<T>(at, bytes, start, along, steps);
    else someRuns<T>(at, bytes, start, across, along, 4, steps, weight);
  }
}

/** Four neighbours to a step. */
function fourSteps<T>(to: usize, bytes: usize, from: usize, along: i32, steps: i32): void {
  const next = <usize>along << 3;
  for (let s = 0; s < steps; s++, to += bytes, from += next) four<T>(to, v128.load(from), v128.load(from, 16));
}

/** Four runs of neighbours, transposed. */
function fourRuns<T>(to: usize, bytes: usize, from: usize, across: i32, steps: i32, weight: usize): void {
  const apart = <usize>across << 3;
  let p0 = from, p1 = from + apart, p2 = from + 2 * apart, p3 = from + 3 * apart;
  let s = 0;
  for (; s + 1 < steps; s += 2, to += 2 * bytes, p0 += 16, p1 += 16, p2 += 16, p3 += 16) {
    let x0 = v128.load(p0), x1 = v128.load(p1), x2 = v128.load(p2), x3 = v128.load(p3);
    if (weight) {
      const w = v128.load(weight + (<usize>s << 3));
      x0 = f64x2.mul(x0, w);
      x1 = f64x2.mul(x1, w);
      x2 = f64x2.mul(x2, w);
      x3 = f64x2.mul(x3, w);
    }
    four<T>(to, v128.shuffle<f64>(x0, x1, 0, 2), v128.shuffle<f64>(x2, x3, 0, 2));
    four<T>(to + bytes, v128.shuffle<f64>(x0, x1, 1, 3), v128.shuffle<f64>(x2, x3, 1, 3));
  }
  if (s < steps) someRuns<T>(to, bytes, p0, across, 1, 4, 1, weight ? weight + (<usize>s << 3) : 0);
}

/** Fewer than four runs, or runs of any strides. */
function someRuns<T>(to: usize, bytes: usize, from: usize, across: i32, along: i32, count: i32, steps: i32, weight: usize): void {
  for (let s = 0; s < steps; s++, to += bytes, from += <usize>along << 3) {
    const w = weight ? load<f64>(weight + (<usize>s << 3)) : 1;
    for (let x = 0; x < 4; x++) store<T>(to + <usize>x * sizeof<T>(), <T>(x < count ? w * load<f64>(from + (<usize>(x * across) << 3)) : 0));
  }
}

// @ts-ignore: decorator
@inline
function four<T>(to: usize, x: v128, y: v128): void {
  if (sizeof<T>() == 8) {
    v128.store(to, x);
    v128.store(to, y, 16);
  } else v128.store(to, v128.shuffle<i64>(f32x4.demote_f64x2_zero(x), f32x4.demote_f64x2_zero(y), 0, 2));
}

/**
 * Lists the steps of a panel, `bytes` each, that are not zero: how many, in two bytes, then each in one. Where there are
 * few steps, or `steps` is 0, it only says that there are very many.
 */
function mark(to: usize, panel: usize, bytes: usize, steps: i32): void {
  if (steps < marked) {
    store<u16>(to, 0xffff);
    return;
  }
  let at = to + 2;
  for (let s = 0; s < steps; s++, panel += bytes) {
    store<u8>(at, s);
    const found = bytes == 32 ? v128.or(v128.load(panel), v128.load(panel, 16)) : v128.load(panel);
    at += <usize>v128.any_true(found);
  }
  store<u16>(to, at - to - 2);
}

/** 4 lines × 2 vectors of C, of which `high` lines are set or added to, over all steps or those `listed`. */
function tile<T>(c: usize, line: usize, a: usize, b: usize, steps: i32, listed: usize, factor: f64, set: bool, high: i32): void {
  let p0 = i64x2.splat(0), p1 = i64x2.splat(0), q0 = i64x2.splat(0), q1 = i64x2.splat(0);
  let r0 = i64x2.splat(0), r1 = i64x2.splat(0), s0 = i64x2.splat(0), s1 = i64x2.splat(0);
  if (listed) {
    const end = listed + 2 + load<u16>(listed);
    for (let next = listed + 2; next < end; next++) {
      const step = <usize>load<u8>(next);
      const left = a + step * (4 * sizeof<T>());
      const right = b + (step << 5);
      const u = v128.load(right);
      const v = v128.load(right, 16);
      const p = v128.load_splat<T>(left);
      p0 = fused<T>(p, u, p0);
      p1 = fused<T>(p, v, p1);
      const q = v128.load_splat<T>(left, sizeof<T>());
      q0 = fused<T>(q, u, q0);
      q1 = fused<T>(q, v, q1);
      const r = v128.load_splat<T>(left, 2 * sizeof<T>());
      r0 = fused<T>(r, u, r0);
      r1 = fused<T>(r, v, r1);
      const s = v128.load_splat<T>(left, 3 * sizeof<T>());
      s0 = fused<T>(s, u, s0);
      s1 = fused<T>(s, v, s1);
    }
  } else {
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
  }
  const f = f64x2.splat(factor);
  put<T>(c, p0, p1, f, set);
  if (high > 1) put<T>(c + line, q0, q1, f, set);
  if (high > 2) put<T>(c + 2 * line, r0, r1, f, set);
  if (high > 3) put<T>(c + 3 * line, s0, s1, f, set);
}

// @ts-ignore: decorator
@inline
function put<T>(c: usize, x: v128, y: v128, factor: v128, set: bool): void {
  if (sizeof<T>() == 8) {
    pair(c, x, factor, set);
    pair(c + 16, y, factor, set);
  } else {
    pair(c, f64x2.promote_low_f32x4(x), factor, set);
    pair(c + 16, f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1)), factor, set);
    pair(c + 32, f64x2.promote_low_f32x4(y), factor, set);
    pair(c + 48, f64x2.promote_low_f32x4(v128.shuffle<i64>(y, y, 1, 1)), factor, set);
  }
}

// @ts-ignore: decorator
@inline
function pair(c: usize, value: v128, factor: v128, set: bool): void {
  const scaled = f64x2.mul(value, factor);
  v128.store(c, set ? scaled : f64x2.add(v128.load(c), scaled));
}

/** The product with panels of doubles. */
export function gemm(c: usize, ldc: i32, a: usize, rowA: i32, colA: i32, b: usize, rowB: i32, colB: i32, m: i32, n: i32, k: i32, factor: f64, weight: usize, form: i32, work: usize): void {
  product<f64>(c, ldc, a, rowA, colA, b, rowB, colB, m, n, k, factor, weight, form, work);
}

/** The product with panels of floats. */
export function gemmSingle(c: usize, ldc: i32, a: usize, rowA: i32, colA: i32, b: usize, rowB: i32, colB: i32, m: i32, n: i32, k: i32, factor: f64, weight: usize, form: i32, work: usize): void {
  product<f32>(c, ldc, a, rowA, colA, b, rowB, colB, m, n, k, factor, weight, form, work);
}
