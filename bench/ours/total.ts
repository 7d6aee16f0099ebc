// What the readers do with their columns: the same for ours and for DuckDB alone.

/** The sum of the first `rows` values; a function of its own, which the engine compiles once and keeps. */
export function total(values: Float64Array, rows: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += values[i];
  return sum;
}
