// Matrix products on stretches of the linear memory: of dense row-major matrices, of a matrix with the values of a
// batch's rows (a run of rows a coordinate), and sums of products over rows. The inverse of a matrix by its Cholesky factor
// is one too. The innermost loops run along the memory.

type Memory = Float64Array;

/** C[i, j] ← or += factor · Σ_l A[i, l] B[l, j]; strides say where A and B have their lines and columns. */
export function matrixMultiply(
  m: Memory,
  target: number,
  left: number,
  right: number,
  lines: number,
  columns: number,
  inner: number,
  leftLine: number,
  leftColumn: number,
  rightLine: number,
  rightColumn: number,
  factor: number,
  adds: boolean,
): void {
  for (let i = 0; i < lines; i++) {
    const to = target + i * columns;
    if (!adds) m.fill(0, to, to + columns);
    for (let l = 0; l < inner; l++) {
      const by = factor * (m[left + i * leftLine + l * leftColumn] as number);
      const from = right + l * rightLine;
      for (let j = 0; j < columns; j++) m[to + j] = (m[to + j] as number) + by * (m[from + j * rightColumn] as number);
    }
  }
}

/** target_ir ← Σ_j M_ij z_jr, where M has its lines and columns `line` and `column` apart */
export function multiplyRows(
  m: Memory,
  target: number,
  matrix: number,
  factors: number,
  size: number,
  inner: number,
  line: number,
  column: number,
  stride: number,
  rows: number,
): void {
  for (let i = 0; i < size; i++) {
    const to = target + i * stride;
    m.fill(0, to, to + rows);
    for (let j = 0; j < inner; j++) {
      const by = m[matrix + i * line + j * column] as number;
      const z = factors + j * stride;
      for (let r = 0; r < rows; r++) m[to + r] = (m[to + r] as number) + by * (m[z + r] as number);
    }
  }
}

/** target[i, j] += factor · Σ_r w_r x_ir y_jr; `weight` < 0 means unit weights */
export function crossUpdate(
  m: Memory,
  target: number,
  left: number,
  right: number,
  weight: number,
  leftSize: number,
  rightSize: number,
  factor: number,
  stride: number,
  rows: number,
  buffer: Float64Array,
): void {
  for (let i = 0; i < leftSize; i++) {
    const x = left + i * stride;
    for (let r = 0; r < rows; r++) buffer[r] = (m[x + r] as number) * (weight < 0 ? 1 : (m[weight + r] as number));
    for (let j = 0; j < rightSize; j++) {
      const y = right + j * stride;
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += (buffer[r] as number) * (m[y + r] as number);
      const at = target + i * rightSize + j;
      m[at] = (m[at] as number) + factor * sum;
    }
  }
}

/** target ← A⁻¹ = S MᵀM S with M = L⁻¹, both triangles, by the factor of `cholesky`; target may be the matrix. */
export function choleskyInverse(
  m: Memory,
  matrix: number,
  scale: number,
  target: number,
  size: number,
  buffer: Float64Array,
): void {
  // M, a line at a time: it needs its own line of L and the lines of M above
  for (let i = 0; i < size; i++) {
    const own = matrix + i * size;
    const inverse = 1 / (m[own + i] as number);
    buffer.fill(0, 0, i);
    for (let k = 0; k < i; k++) {
      const by = -inverse * (m[own + k] as number);
      const line = target + k * size;
      for (let j = 0; j <= k; j++) buffer[j] = (buffer[j] as number) + by * (m[line + j] as number);
    }
    for (let j = 0; j < i; j++) m[target + i * size + j] = buffer[j] as number;
    m[target + i * size + i] = inverse;
  }
  // MᵀM, a line at a time: it needs the lines of M from its own on
  for (let i = 0; i < size; i++) {
    buffer.fill(0, 0, i + 1);
    for (let k = i; k < size; k++) {
      const line = target + k * size;
      const by = m[line + i] as number;
      for (let j = 0; j <= i; j++) buffer[j] = (buffer[j] as number) + by * (m[line + j] as number);
    }
    for (let j = 0; j <= i; j++)
      m[target + i * size + j] = (buffer[j] as number) * (m[scale + i] as number) * (m[scale + j] as number);
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) m[target + j * size + i] = m[target + i * size + j] as number;
}
