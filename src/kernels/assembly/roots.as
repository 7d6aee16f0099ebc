// Cholesky factors of small matrices, one a row of the batch, on columns: rows go two at a time.

import { both, nmadd } from "./lanes";

/** Pivots below this multiple of their diagonal count as vanished: 8 ε. */
const tolerance: f64 = 1.7763568394002505e-15;

/** R with F = R Rᵀ for a size × size matrix a row; entry (i, j) is a run of rows, `stride` bytes after the one before. Columns whose pivot vanishes are zero. */
export function rootRows(target: usize, source: usize, size: i32, stride: usize, rows: i32): void {
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      const out = target + <usize>(i * size + j) * stride;
      if (i < j) {
        memory.fill(out, 0, <usize>rows << 3);
        continue;
      }
      const from = source + <usize>(i * size + j) * stride;
      const lineI = target + <usize>(i * size) * stride;
      const lineJ = target + <usize>(j * size) * stride;
      for (let r = 0; r < rows; r += 2) {
        const at = <usize>r << 3;
        const single = r + 1 == rows;
        const own = take(from + at, single);
        let sum = own;
        for (let k = 0; k < j; k++) sum = nmadd(take(lineI + k * stride + at, single), take(lineJ + k * stride + at, single), sum);
        let value: v128;
        if (i == j) value = v128.and(f64x2.sqrt(sum), f64x2.gt(sum, f64x2.mul(f64x2.abs(own), both(tolerance))));
        else {
          const pivot = take(lineJ + j * stride + at, single);
          value = v128.and(f64x2.div(sum, pivot), f64x2.gt(pivot, both(0)));
        }
        if (single) v128.store64_lane(out + at, value, 0);
        else v128.store(out + at, value);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function take(from: usize, single: bool): v128 {
  return single ? v128.load64_zero(from) : v128.load(from);
}
