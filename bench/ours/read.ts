// Reading by the product: a file to batches of columns. The sums show that every value arrived.

import { openSource } from "../../src/index.ts";
import { serve, timed } from "./serve.ts";
import { total } from "./total.ts";

const threads = Number(process.argv[2]);

await serve(async (task) => {
  const { ms, value } = await timed(async () => {
    const opened = await openSource(String(task.file), { threads });
    if (opened.kind !== "source") throw new Error(`the bench's own file can't be read: ${task.file}`);
    const { source } = opened;
    const sums: number[] = source.columns.map(() => 0);
    let rows = 0;
    for await (const batch of source.read(source.columns, 1024)) {
      rows += batch.rows;
      source.columns.forEach((name, k) => {
        const column = batch.columns.get(name);
        if (column?.kind !== "number") throw new Error(`column ${name} is not numeric`);
        sums[k] += total(column.values, batch.rows);
      });
    }
    await source.close();
    return { rows, sums };
  });
  return { ms, rows: value.rows, estimates: value.sums };
});
