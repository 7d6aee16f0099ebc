// DuckDB alone, through the Node binding that the product uses: SELECT everything, visit every value in place.

import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { serve, timed } from "../ours/serve.ts";
import { total } from "../ours/total.ts";

const threads = process.argv[2];
const { version } = JSON.parse(
  readFileSync(new URL("../../node_modules/@duckdb/node-api/package.json", import.meta.url), "utf8"),
) as { version: string };

await serve(
  async (task) => {
    const { ms, value } = await timed(async () => {
      const instance = await DuckDBInstance.create(":memory:", { threads });
      const connection = await instance.connect();
      const result = await connection.stream(`SELECT * FROM '${task.file}'`);
      const width = result.columnCount;
      const sums = new Array<number>(width).fill(0);
      let rows = 0;
      // The next chunk is on its way while this one is visited.
      let coming = result.fetchChunk();
      for (;;) {
        const chunk = await coming;
        if (chunk === null || chunk.rowCount === 0) break;
        coming = result.fetchChunk();
        // A call into native code each time: asked once.
        const { rowCount } = chunk;
        rows += rowCount;
        for (let k = 0; k < width; k++) {
          // The typed array beneath a vector of doubles: the fastest way there is.
          const items: unknown = Reflect.get(chunk.getColumnVector(k), "items");
          if (!(items instanceof Float64Array)) throw new Error(`column ${k} is not of doubles`);
          sums[k] += total(items, rowCount);
        }
      }
      connection.closeSync();
      instance.closeSync();
      return { rows, sums };
    });
    return { ms, rows: value.rows, estimates: value.sums };
  },
  { "@duckdb/node-api": version },
);
