// Weighted rank-k updates on columns: target[i, j] += Σ_r w_r z_i[r] z_j[r]. A block of rows is taken at a time so
// that columns stay in the cache; the four columns of a tile's lines are multiplied by the weights once a block, into
// `work` (at most 8 KiB or one double a coordinate). One row alone goes line by line instead.

import { both, first, madd, second } from "./lanes";
import { addScaled, multiply } from "./vectors";
import { tile1x4, tile2x4, tile4x2 } from "./tiles";

/** Rows of a block; `weighFour` has its multiples as offsets. */
const block: i32 = 256;

/** Columns that lines are multiplied with while a block of their rows is in the cache; a multiple of four. */
const strip: i32 = 64;

/** Fewer rows than this go one at a time. */
const few: i32 = 3;

/** Lower triangle of target (lines `ld` doubles apart); weight 0 means ones. */
export function rankUpdate(target: usize, ld: i32, factors: usize, stride: usize, count: i32, weight: usize, rows: i32, work: usize): void {
  if (rows < few) {
    for (let r = 0; r < rows; r++) rowUpdate(target, ld, factors + (<usize>r << 3), stride, count, weight ? load<f64>(weight + (<usize>r << 3)) : 1, work);
    return;
  }
  const line = <usize>ld << 3;
  for (let done = 0; done < rows; done += block) {
    const some = min(block, rows - done);
    const columns = factors + (<usize>done << 3);
    const w = weight ? weight + (<usize>done << 3) : 0;
    for (let from = 0; from < count; from += strip) rankStrip(target, line, columns, stride, count, from, w, some, work);
  }
}

/** Of one block of rows, what columns from … from + strip give to their own lines and those below. */
function rankStrip(target: usize, line: usize, columns: usize, stride: usize, count: i32, from: i32, w: usize, rows: i32, work: usize): void {
  let i = from;
  for (; i + 3 < count; i += 4) {
    const x = weighted(columns + i * stride, stride, 4, w, rows, work);
    const xs = w ? <usize>block << 3 : stride;
    const to = target + i * line;
    const end = min(i + 4, from + strip);
    for (let j = from; j < end; j += 2) tile4x2(to + (<usize>j << 3), line, x, xs, columns + j * stride, stride, rows, 1, i - j);
  }
  if (i + 1 < count) {
    const x = weighted(columns + i * stride, stride, 2, w, rows, work);
    const xs = w ? <usize>block << 3 : stride;
    const to = target + i * line;
    const end = min(i + 1, from + strip);
    for (let j = from; j < end; j += 4) tile2x4(to + (<usize>j << 3), line, x, xs, columns + j * stride, stride, rows, 1, i - j);
    i += 2;
  }
  for (; i < count; i++) {
    const x = weighted(columns + i * stride, stride, 1, w, rows, work);
    const to = target + i * line;
    const end = min(i + 1, from + strip);
    for (let j = from; j < end; j += 4) tile1x4(to + (<usize>j << 3), x, columns + j * stride, stride, rows, 1, i + 1 - j);
  }
}

/** target[i, j] += factor · Σ_r w_r a_i[r] b_j[r], all of na × nb. */
export function crossUpdate(target: usize, ld: i32, a: usize, na: i32, b: usize, nb: i32, stride: usize, weight: usize, factor: f64, rows: i32, work: usize): void {
  const line = <usize>ld << 3;
  for (let done = 0; done < rows; done += block) {
    const some = min(block, rows - done);
    const at = <usize>done << 3;
    const w = weight ? weight + at : 0;
    let i = 0;
    for (; i + 3 < na; i += 4) {
      const x = weighted(a + at + i * stride, stride, 4, w, some, work);
      const xs = w ? <usize>block << 3 : stride;
      const to = target + i * line;
      let j = 0;
      for (; j + 1 < nb; j += 2) tile4x2(to + (<usize>j << 3), line, x, xs, b + at + j * stride, stride, some, factor, 2);
      // One column is left: the same column twice, written once.
      if (j < nb) for (let k = 0; k < 4; k++) tile1x4(to + k * line + (<usize>j << 3), x + k * xs, b + at + j * stride, stride, some, factor, 1);
    }
    for (; i < na; i++) {
      const x = weighted(a + at + i * stride, stride, 1, w, some, work);
      const to = target + i * line;
      for (let j = 0; j < nb; j += 4) tile1x4(to + (<usize>j << 3), x, b + at + j * stride, stride, some, factor, nb - j);
    }
  }
}

/** Where columns times weights are: in `work`, a block apart, or where they were if there are no weights. */
function weighted(columns: usize, stride: usize, count: i32, weight: usize, rows: i32, work: usize): usize {
  if (!weight) return columns;
  if (count == 4) weighFour(columns, stride, weight, rows, work);
  else for (let k = 0; k < count; k++) multiply(work + (<usize>(k * block) << 3), columns + k * stride, weight, rows);
  return work;
}

function weighFour(x: usize, stride: usize, weight: usize, rows: i32, work: usize): void {
  let y = x + 2 * stride;
  let r = 0;
  for (; r + 1 < rows; r += 2, x += 16, y += 16, weight += 16, work += 16) {
    const w = v128.load(weight);
    v128.store(work, f64x2.mul(v128.load(x), w));
    v128.store(work, f64x2.mul(v128.load(x + stride), w), 2048);
    v128.store(work, f64x2.mul(v128.load(y), w), 4096);
    v128.store(work, f64x2.mul(v128.load(y + stride), w), 6144);
  }
  if (r < rows) {
    const w = load<f64>(weight);
    store<f64>(work, load<f64>(x) * w);
    store<f64>(work, load<f64>(x + stride) * w, 2048);
    store<f64>(work, load<f64>(y) * w, 4096);
    store<f64>(work, load<f64>(y + stride) * w, 6144);
  }
}

/** One row: its factors side by side, then two lines of the target at a time by multiples of them. */
function rowUpdate(target: usize, ld: i32, factors: usize, stride: usize, count: i32, weight: f64, work: usize): void {
  let x = factors;
  if (stride != 8) {
    x = work;
    let i = 0;
    // by pairs, which are read as pairs: vectors would wait for stores of single ones
    for (; i + 1 < count; i += 2, factors += 2 * stride)
      v128.store(work + (<usize>i << 3), v128.load64_lane(factors + stride, v128.load64_zero(factors), 1));
    if (i < count) store<f64>(work + (<usize>i << 3), load<f64>(factors));
  }
  const line = <usize>ld << 3;
  let i = 0;
  for (; i + 1 < count; i += 2, target += 2 * line) {
    const here = x + (<usize>i << 3);
    const own = v128.load(here);
    const a = both(weight * first(own)), b = both(weight * second(own));
    let s = x, t = target, u = target + line;
    for (; s < here; s += 16, t += 16, u += 16) {
      const v = v128.load(s);
      v128.store(t, madd(v, a, v128.load(t)));
      v128.store(u, madd(v, b, v128.load(u)));
    }
    v128.store64_lane(t, madd(own, a, v128.load64_zero(t)), 0);
    v128.store(u, madd(own, b, v128.load(u)));
  }
  if (i < count) addScaled(target, x, weight * load<f64>(x + (<usize>i << 3)), i + 1);
}

/** target[i] += Σ_r z_i[r] v[r] */
export function dotRows(target: usize, factors: usize, stride: usize, count: i32, v: usize, rows: i32): void {
  for (let i = 0; i < count; i += 4) tile1x4(target + (<usize>i << 3), v, factors + i * stride, stride, rows, 1, count - i);
}
