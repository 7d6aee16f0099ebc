// Reading 1,000,000 × 10 doubles to columns: CSV, Parquet, NDJSON, beside DuckDB alone and Python's readers.

import type { Bench, Entry, EntryResult, Goal, Group, Settings } from "../bench.ts";
import { type Command, ours, peer } from "../contestant.ts";
import { draws } from "../random.ts";
import { csvToParquet, dataset, readNpy, writeCsv, writeNdjson, writeNpy } from "../tables.ts";

async function simulated(rows: number): Promise<string> {
  return dataset(`read-${rows}`, `read 1: seed 20260805, ${rows} × 10`, async (folder) => {
    const { normal } = draws(20260805);
    const columns = Object.fromEntries(
      Array.from({ length: 10 }, (_, k) => [`x${k + 1}`, Float64Array.from({ length: rows }, () => normal())]),
    );
    await writeCsv(`${folder}/rows.csv`, columns);
    await writeNdjson(`${folder}/rows.ndjson`, columns);
    await csvToParquet(`${folder}/rows.csv`, `${folder}/rows.parquet`);
    writeNpy(`${folder}/sums.npy`, [Float64Array.from(Object.values(columns), (c) => c.reduce((s, v) => s + v, 0))]);
  });
}

const alone = "DuckDB alone";

function slower(results: readonly EntryResult[], kind: string): Goal | null {
  const mine = results.find((r) => r.ours && r.missing === null);
  const peerResult = results.find((r) => r.label === alone && r.missing === null);
  if (mine === undefined || peerResult === undefined) return null;
  const value = mine.median / peerResult.median;
  return { text: `${kind}: ours ÷ DuckDB alone`, value, limit: 1.15, direction: "at most" };
}

/** The bench. */
export const readBench: Bench = {
  name: "read",
  what: "CSV, Parquet and NDJSON, 1,000,000 × 10 doubles, to columns",
  async prepare({ quick }: Settings): Promise<readonly Group[]> {
    const rows = quick ? 50_000 : 1_000_000;
    const folder = await simulated(rows);
    const [sums] = readNpy(`${folder}/sums.npy`);
    // Reading uses both cores wherever it is done, as the product does unless told otherwise.
    const threads = "2";
    return ["csv", "parquet", "ndjson"].map((kind): Group => {
      const file = `${folder}/rows.${kind}`;
      const entry = (label: string, mine: boolean, command: Command, packageName?: string): Entry => ({
        label,
        ours: mine,
        run: { kind: "warm", command, task: { file, kind, package: packageName } },
      });
      return {
        title: `${kind}, ${rows.toLocaleString("en-US")} × 10`,
        what: "File to columns, every value visited once (its sum). Files are in the system's cache; two threads each.",
        unit: "ms",
        entries: [
          entry("fisherflow openSource", true, ours("read.ts", threads)),
          entry(alone, false, peer("duckdb.ts", threads)),
          entry("pyarrow", false, peer("readers.py", threads), "pyarrow"),
          entry("pandas", false, peer("readers.py", threads), "pandas"),
        ],
        figures: ({ ms, rows: found = 0, estimates = [] }) => ({
          rows: found,
          "million values/s": (10 * found) / ms / 1000,
          "largest error of a column's sum": Math.max(...estimates.map((v, k) => Math.abs(v - sums[k]))),
        }),
        goals: (results) => [slower(results, kind)],
      };
    });
  },
};
