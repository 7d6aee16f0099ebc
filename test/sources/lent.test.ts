// Rows that a source keeps in memory are lent to who may have them: the same batch, without a copy.

import { expect, test } from "vitest";
import { compile, fit, type RowSource } from "../../src/index.ts";
import type { Batch, DataRequest } from "../../src/ir/index.ts";
import { type Encoded, type EncodeOptions, encoder, learnLevels, rowSource } from "../../src/sources/index.ts";
import { ask, choose, domains } from "./fixtures.ts";

const { real, positive, category } = domains;
const table = () => ({
  a: Float64Array.of(1, 2, 3, 4),
  b: Float64Array.of(5, 6, 7, 8),
  c: Float64Array.of(9, -1, 9, 9),
  g: ["u", "v", "u", "w"],
});
const pair = ask("ab", real, { source: { kind: "columns", columns: ["b", "a"] }, vector: true });

/** The first two of three batches, of two rows each but the last. */
async function encoded(requests: readonly DataRequest[], options: EncodeOptions): Promise<readonly Encoded[]> {
  const opened = rowSource(table());
  if (opened.kind === "failure") throw new Error(opened.diagnostics[0]?.message);
  const { source } = opened;
  const selection = choose(requests, source);
  const encode = encoder(selection, await learnLevels(source, selection), {
    room: (length) => new Float64Array(length),
    ...options,
  });
  const found: Encoded[] = [];
  for await (const raw of source.read(selection.columns, 2)) found.push(encode(raw));
  return found;
}

function batchOf(one: Encoded | undefined): Batch {
  if (one?.kind !== "batch") throw new Error("no batch");
  return one.batch;
}

const plain = ({ rows, firstRow, columns }: Batch) => ({
  rows,
  firstRow,
  size: columns.size,
  names: [...columns.keys()],
  blocks: [...columns.values()].map((block) => [...block]),
});

test("a lent batch is the batch that a copy would be", async () => {
  const requests = [pair, ask("g", category), ask("c", real)];
  const lent = await encoded(requests, { lends: () => true });
  const own = await encoded(requests, {});
  expect(lent.map((one) => plain(batchOf(one)))).toEqual(own.map((one) => plain(batchOf(one))));
  const strips = batchOf(lent[1]).strips?.get("ab");
  expect(strips?.map((strip) => [strip.byteOffset, [...strip]])).toEqual([
    [16, [7, 8]],
    [16, [3, 4]],
  ]);
  expect(batchOf(own[1]).strips).toBeUndefined();
});

test("who is asked each time may lend some batches and not others", async () => {
  let asked = 0;
  const found = await encoded([pair], { lends: () => asked++ === 0 });
  expect(found.map((one) => batchOf(one).strips !== undefined)).toEqual([true, false]);
});

test("rows that are left out are left out of what would have been lent", async () => {
  const requests = [pair, ask("c", positive)];
  const options = { badRows: "skip", lends: () => true } as const;
  const [first, second] = await encoded(requests, options);
  expect(plain(batchOf(first))).toMatchObject({ rows: 1, blocks: [[5, 1], [9]] });
  expect(first).toMatchObject({ skipped: 1 });
  expect(batchOf(first).strips).toBeUndefined();
  expect(batchOf(second).strips).toBeDefined();
});

test("a fit of lent rows is the fit of rows that were copied, to the bit", async () => {
  const model = compile(`
    data x : real[p] from "x*"
    data y : count
    param base : real
    param w : real[p]
    y ~ Poisson(log: base + w @ x)
  `);
  const rows = 3000;
  const column = (k: number) => Float64Array.from({ length: rows }, (_, i) => Math.sin((i + 1) * (k + 1.3)));
  const x = Array.from({ length: 4 }, (_, k) => column(k));
  const y = Float64Array.from({ length: rows }, (_, i) => Math.floor(2 + 2 * Math.cos(i * 0.7)));
  const opened = rowSource({ ...Object.fromEntries(x.map((own, k) => [`x${k + 1}`, own])), y });
  if (opened.kind === "failure") throw new Error(opened.diagnostics[0]?.message);
  const { source } = opened;
  const passing: RowSource = {
    ...source,
    async *read(...what) {
      for await (const { lasting, ...raw } of source.read(...what)) {
        expect(lasting).toBe(true);
        yield raw;
      }
    },
  };
  const [lent, copied] = [await fit(model, source), await fit(model, passing)];
  expect(lent.parameters).toEqual(copied.parameters);
  expect(lent.logLikelihood).toBe(copied.logLikelihood);
});
