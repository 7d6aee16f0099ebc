// Tables that were written as CSV, as Parquet files: DuckDB reads the one and writes the other, row by row.

/** Writes a CSV file of numbers and texts as a Parquet file; rejects with what DuckDB says. */
export async function writeParquet(csv: string, parquet: string): Promise<void> {
  const { startEngine } = await import("./duckdb.ts");
  const engine = await startEngine();
  const quoted = (path: string): string => `'${path.replaceAll("'", "''")}'`;
  try {
    const rows = `SELECT * FROM read_csv(${quoted(csv)}, header = true, sample_size = -1)`;
    await engine.rows(`COPY (${rows}) TO ${quoted(parquet)} (FORMAT parquet)`);
  } finally {
    engine.close();
  }
}
