// Dense symmetric linear algebra on stretches of the linear memory, row-major, lower triangle. Factors are of the
// symmetrically scaled matrix (unit diagonal), which is what makes their pivots comparable: a pivot near zero
// means a direction the information does not see (Higham, Accuracy and Stability, 2nd ed., §10.1, §7.3).

type Memory = Float64Array;

/** Pivots below this multiple of size · ε count as vanished. */
const tolerance = 8 * Number.EPSILON;

/** D[p_i, p_j] += Σ_r w_r z_ir z_jr for j ≤ i; `weight` < 0 means unit weights. Four columns at a time. */
export function rankUpdate(
  m: Memory,
  target: number,
  factors: number,
  weight: number,
  positions: readonly number[],
  size: number,
  stride: number,
  rows: number,
  buffer: Float64Array,
): void {
  for (let i = 0; i < positions.length; i++) {
    const zi = factors + i * stride;
    if (weight < 0) for (let r = 0; r < rows; r++) buffer[r] = m[zi + r] as number;
    else for (let r = 0; r < rows; r++) buffer[r] = (m[zi + r] as number) * (m[weight + r] as number);
    const line = target + (positions[i] as number) * size;
    let j = 0;
    for (; j + 3 <= i; j += 4) {
      const a = factors + j * stride;
      const b = a + stride;
      const c = b + stride;
      const d = c + stride;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let r = 0; r < rows; r++) {
        const z = buffer[r] as number;
        s0 += z * (m[a + r] as number);
        s1 += z * (m[b + r] as number);
        s2 += z * (m[c + r] as number);
        s3 += z * (m[d + r] as number);
      }
      add(m, line + (positions[j] as number), s0);
      add(m, line + (positions[j + 1] as number), s1);
      add(m, line + (positions[j + 2] as number), s2);
      add(m, line + (positions[j + 3] as number), s3);
    }
    for (; j <= i; j++) {
      const a = factors + j * stride;
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += (buffer[r] as number) * (m[a + r] as number);
      add(m, line + (positions[j] as number), sum);
    }
  }
}

/** target[i] += Σ_r z_ir v_r */
export function dotRows(
  m: Memory,
  target: number,
  factors: number,
  weight: number,
  size: number,
  stride: number,
  rows: number,
): void {
  for (let i = 0; i < size; i++) {
    const z = factors + i * stride;
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += (m[z + r] as number) * (m[weight + r] as number);
    add(m, target + i, sum);
  }
}

/** target_r ← Σ_k z_kr b_k */
export function combineRows(
  m: Memory,
  target: number,
  factors: number,
  weights: number,
  size: number,
  stride: number,
  rows: number,
): void {
  m.fill(0, target, target + rows);
  for (let k = 0; k < size; k++) {
    const z = factors + k * stride;
    const b = m[weights + k] as number;
    for (let r = 0; r < rows; r++) m[target + r] = (m[target + r] as number) + (m[z + r] as number) * b;
  }
}

function add(m: Memory, at: number, value: number): void {
  m[at] = (m[at] as number) + value;
}

/**
 * In place: A ← L with L Lᵀ = S A S, S = diag(scale), scale_i = A_ii^(−1/2). status ← [number of pivots that vanished
 * or were not finite, smallest pivot, its index]. A vanished pivot's column is left as that of the identity.
 */
export function cholesky(m: Memory, matrix: number, scale: number, status: number, size: number): void {
  let [vanished, smallest, where] = [0, 1, -1];
  for (let i = 0; i < size; i++) {
    const diagonal = m[matrix + i * size + i] as number;
    m[scale + i] = diagonal > 0 && diagonal < Number.POSITIVE_INFINITY ? 1 / Math.sqrt(diagonal) : 0;
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const at = matrix + i * size + j;
      m[at] = (m[at] as number) * (m[scale + i] as number) * (m[scale + j] as number);
    }
  for (let i = 0; i < size; i++) {
    const line = matrix + i * size;
    for (let j = 0; j < i; j++) {
      const other = matrix + j * size;
      let sum = m[line + j] as number;
      for (let k = 0; k < j; k++) sum -= (m[line + k] as number) * (m[other + k] as number);
      m[line + j] = sum / (m[other + j] as number);
    }
    let pivot = m[line + i] as number;
    for (let k = 0; k < i; k++) pivot -= (m[line + k] as number) ** 2;
    if (!(pivot >= smallest)) {
      smallest = Number.isNaN(pivot) ? Number.NEGATIVE_INFINITY : pivot;
      where = i;
    }
    if (pivot > tolerance * size) m[line + i] = Math.sqrt(pivot);
    else {
      vanished += 1;
      for (let k = 0; k < i; k++) m[line + k] = 0;
      m[line + i] = 1;
    }
  }
  m[status] = vanished;
  m[status + 1] = smallest;
  m[status + 2] = where;
}

/** target ← A⁻¹ source by the factor of `cholesky`. */
export function choleskySolve(
  m: Memory,
  matrix: number,
  scale: number,
  source: number,
  target: number,
  size: number,
): void {
  for (let i = 0; i < size; i++) {
    let sum = (m[source + i] as number) * (m[scale + i] as number);
    const line = matrix + i * size;
    for (let k = 0; k < i; k++) sum -= (m[line + k] as number) * (m[target + k] as number);
    m[target + i] = sum / (m[line + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = m[target + i] as number;
    for (let k = i + 1; k < size; k++) sum -= (m[matrix + k * size + i] as number) * (m[target + k] as number);
    m[target + i] = sum / (m[matrix + i * size + i] as number);
  }
  for (let i = 0; i < size; i++) m[target + i] = (m[target + i] as number) * (m[scale + i] as number);
}

/** target[i] ← [A⁻¹]_ii = scale_i² Σ_k (L⁻¹)_ki², a column of L⁻¹ at a time. */
export function choleskyInverseDiagonal(
  m: Memory,
  matrix: number,
  scale: number,
  target: number,
  size: number,
  buffer: Float64Array,
): void {
  for (let i = 0; i < size; i++) {
    let squares = 0;
    for (let k = i; k < size; k++) {
      let sum = k === i ? 1 : 0;
      const line = matrix + k * size;
      for (let l = i; l < k; l++) sum -= (m[line + l] as number) * (buffer[l] as number);
      const value = sum / (m[line + k] as number);
      buffer[k] = value;
      squares += value * value;
    }
    m[target + i] = squares * (m[scale + i] as number) ** 2;
  }
}

/** target[0] += log det A. */
export function choleskyLogdet(m: Memory, matrix: number, scale: number, target: number, size: number): void {
  let sum = 0;
  for (let i = 0; i < size; i++)
    sum += 2 * (Math.log(m[matrix + i * size + i] as number) - Math.log(m[scale + i] as number));
  m[target] = (m[target] as number) + sum;
}

/** target ← A source, A symmetric from its lower triangle. */
export function symmetricMultiply(m: Memory, matrix: number, source: number, target: number, size: number): void {
  for (let i = 0; i < size; i++) {
    const line = matrix + i * size;
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += (m[line + j] as number) * (m[source + j] as number);
    for (let j = i + 1; j < size; j++) sum += (m[matrix + j * size + i] as number) * (m[source + j] as number);
    m[target + i] = sum;
  }
}

/** R with F = R Rᵀ for a size × size matrix a row of the batch; columns whose pivot vanishes are zero. */
export function rootRows(m: Memory, target: number, source: number, size: number, stride: number, rows: number): void {
  const at = (base: number, i: number, j: number): number => base + (i * size + j) * stride;
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      const out = at(target, i, j);
      if (i < j) {
        m.fill(0, out, out + rows);
        continue;
      }
      const from = at(source, i, j);
      for (let r = 0; r < rows; r++) {
        let sum = m[from + r] as number;
        for (let k = 0; k < j; k++) sum -= (m[at(target, i, k) + r] as number) * (m[at(target, j, k) + r] as number);
        if (i === j) m[out + r] = sum > tolerance * Math.abs(m[from + r] as number) ? Math.sqrt(sum) : 0;
        else {
          const pivot = m[at(target, j, j) + r] as number;
          m[out + r] = pivot > 0 ? sum / pivot : 0;
        }
      }
    }
  }
}
