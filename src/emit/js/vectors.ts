// What the js target's routines do on stretches of the linear memory, besides the linear algebra of routines/dense.ts;
// and the two ops that have no word in JavaScript. Only their text is used: scripts/embed-js-library.ts puts it in library.ts.

type Memory = Float64Array;

/** target ← target + source */
export function addTo(m: Memory, target: number, source: number, length: number): void {
  for (let i = 0; i < length; i++) m[target + i] = (m[target + i] as number) + (m[source + i] as number);
}

/** target ← target + factor · source */
export function addScaled(m: Memory, target: number, source: number, factor: number, length: number): void {
  for (let i = 0; i < length; i++) m[target + i] = (m[target + i] as number) + factor * (m[source + i] as number);
}

/** target ← factor · target */
export function scaleBy(m: Memory, target: number, factor: number, length: number): void {
  for (let i = 0; i < length; i++) m[target + i] = factor * (m[target + i] as number);
}

/** Σ left · right */
export function dot(m: Memory, left: number, right: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (m[left + i] as number) * (m[right + i] as number);
  return sum;
}

/** target ← 0 but 1 at `where` */
export function unitVector(m: Memory, target: number, length: number, where: number): void {
  m.fill(0, target, target + length);
  m[target + where] = 1;
}

/** At `where` alone, and only within the length: target ← target + factor · source */
export function addOneOf(
  m: Memory,
  target: number,
  source: number,
  factor: number,
  length: number,
  where: number,
): void {
  if (where < 0 || where >= length) return;
  m[target + where] = (m[target + where] as number) + factor * (m[source + where] as number);
}

/** Row `line` of a size × size matrix, if there is one: target ← target − source */
export function subtractFromLine(m: Memory, target: number, source: number, size: number, line: number): void {
  if (line < 0 || line >= size) return;
  const at = target + line * size;
  for (let j = 0; j < size; j++) m[at + j] = (m[at + j] as number) - (m[source + j] as number);
}

/** A_ii ← A_ii + source_i */
export function addDiagonal(m: Memory, matrix: number, source: number, size: number): void {
  for (let i = 0; i < size; i++) {
    const at = matrix + i * size + i;
    m[at] = (m[at] as number) + (m[source + i] as number);
  }
}

/** target_i ← target_i + A_ii */
export function addDiagonalOf(m: Memory, matrix: number, target: number, size: number): void {
  for (let i = 0; i < size; i++) m[target + i] = (m[target + i] as number) + (m[matrix + i * size + i] as number);
}

/** What `cholesky` does, for a diagonal: status ← [entries not positive, the smallest, its index]. */
export function checkDiagonal(m: Memory, diagonal: number, status: number, size: number): void {
  let [vanished, smallest, where] = [0, Number.POSITIVE_INFINITY, -1];
  for (let i = 0; i < size; i++) {
    const value = m[diagonal + i] as number;
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      vanished += 1;
      m[diagonal + i] = Number.POSITIVE_INFINITY; // its coordinate takes no step
    }
    if (!(value >= smallest)) [smallest, where] = [value, i];
  }
  m[status] = vanished;
  m[status + 1] = smallest;
  m[status + 2] = where;
}

/** target ← source / diagonal, elementwise */
export function divideBy(m: Memory, diagonal: number, source: number, target: number, size: number): void {
  for (let i = 0; i < size; i++) m[target + i] = (m[source + i] as number) / (m[diagonal + i] as number);
}

/** target ← diagonal · source, elementwise */
export function multiplyBy(m: Memory, diagonal: number, source: number, target: number, size: number): void {
  for (let i = 0; i < size; i++) m[target + i] = (m[source + i] as number) * (m[diagonal + i] as number);
}

/** target ← 1 / source, elementwise */
export function reciprocal(m: Memory, source: number, target: number, size: number): void {
  for (let i = 0; i < size; i++) m[target + i] = 1 / (m[source + i] as number);
}

/** Σ log source */
export function sumOfLogs(m: Memory, source: number, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.log(m[source + i] as number);
  return sum;
}

/** x log y, 0 where x = 0 */
export function xlogy(x: number, y: number): number {
  return x === 0 ? 0 : x * Math.log(y);
}

/** x / y, 0 where x = 0 */
export function xdivy(x: number, y: number): number {
  return x === 0 ? 0 : x / y;
}
