// Streams that are followed: the same rows however the bytes come, what is broken told by its line, and nothing that waits
// for longer than it was told to.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawBatch, RowSource } from "../../src/ir/index.ts";
import { type Following, openSource } from "../../src/sources/index.ts";

const text = (bytes: string): Uint8Array => new TextEncoder().encode(bytes);

async function open(chunks: AsyncIterable<Uint8Array>, following: Partial<Following> = {}): Promise<RowSource> {
  const follow = { first: 3, every: null, rows: null, now: () => performance.now(), ...following };
  const opened = await openSource("-", { stdin: chunks, follow });
  if (opened.kind === "failure") throw new Error(opened.diagnostics.map((d) => `${d.code} ${d.message}`).join("; "));
  return opened.source;
}
async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

interface Read {
  readonly rows: Record<string, number | string | null>[];
  readonly numbers: number[];
  readonly broken: string[];
}

async function all(source: RowSource, size = 1024): Promise<Read> {
  const found: Read = { rows: [], numbers: [], broken: [] };
  for await (const batch of source.read(source.columns, size)) {
    for (let i = 0; i < batch.rows; i++) {
      const cells = [...batch.columns].map(([name, { values }]) => [name, values[i] ?? null] as const);
      found.rows.push(Object.fromEntries(cells));
      found.numbers.push(batch.numbers?.[i] ?? batch.firstRow + i);
    }
    found.broken.push(...(batch.broken ?? []).map((d) => d.message));
  }
  return found;
}

/** The bytes of a text cut at these places. */
function chopped(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [...new Set([0, ...places.map((p) => p % bytes.length), bytes.length])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, k) => bytes.slice(cuts[k], to));
}

const table = [
  "x,name,y",
  "1,plain,2.5",
  '-3e2,"with, comma",0',
  'NA,"two\nlines and ""quotes""",',
  '7,"NA",+4',
  "8,é ü 漢,0.1",
  "9,x",
  "0x10,hex,1",
  '10,"open,1',
  "11,next,2",
  "",
  "12,last,3",
].join("\n");

describe("CSV", () => {
  it("is read by RFC 4180; lines that are broken leave the others as they are", async () => {
    const { rows, broken } = await all(await open(stream([text(table)])));
    expect(rows.map((r) => r.name)).toEqual([
      ...["plain", "with, comma", 'two\nlines and "quotes"', "NA", "é ü 漢", "hex", "next", "last"],
    ]);
    // what is no number among numbers is told as the text it is
    expect(rows.map((r) => String(r.x ?? Number.NaN))).toEqual(["1", "-300", "NaN", "7", "8", "0x10", "11", "12"]);
    expect(rows.map((r) => r.y)).toEqual([2.5, 0, Number.NaN, 4, 0.1, 1, 2, 3]);
    expect(broken).toEqual([
      expect.stringMatching(/line 8: it has 2 values, but the first line names 3 columns/),
      expect.stringMatching(/line 10: a quoted value does not end/),
    ]);
  });

  it("is the same however the bytes come, and whatever ends the lines", async () => {
    const whole = await all(await open(stream([text(table)])));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(1000), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (cuts, first) => {
          const found = await all(await open(stream(chopped(text(table), cuts)), { first }));
          // which columns are numbers is known by the first rows
          const spelt = ({ rows }: Read) =>
            rows.map((r) => [r.name, String(r.x ?? Number.NaN), String(r.y ?? Number.NaN)]);
          expect(spelt(found)).toEqual(spelt(whole));
          expect(found.broken).toEqual(whole.broken);
        },
      ),
      { numRuns: 60, seed: 5 },
    );
    const ends = await all(await open(stream([text(`\uFEFF${table.replace(/\n(?!lines)/g, "\r\n")}\r\n`)])));
    expect(ends.rows).toEqual(whole.rows);
  });

  it("numbers are those of files, to the last bit", async () => {
    const numbers = [
      "0.1",
      "1e-7",
      "123456789.123456789",
      "5e300",
      "-0",
      "+.5",
      "3.",
      "9007199254740991",
      "1E5",
      " 4 ",
    ];
    const { rows } = await all(await open(stream([text(`x,y\n${numbers.map((n) => `${n},1`).join("\n")}`)])));
    expect(rows.map((r) => r.x)).toEqual(numbers.map(Number));
    const large = await all(await open(stream([text("x,y\n1,1\n9007199254740993,1\n")])));
    expect(large.rows.map((r) => r.x)).toEqual(["1", "9007199254740993"]);
  });

  it("a name that stands twice is refused", async () => {
    await expect(open(stream([text("x,x\n1,2\n")]))).rejects.toThrow(/FF510/);
  });
});

describe("NDJSON", () => {
  const lines = [
    '{"x": 1, "v": [1, 2], "g": "a"}',
    '{"v": [3, 4], "g": null, "x": true}',
    '{"x": 2.5, "g": 7, "more": 1}',
    "[1]",
    '{"x": 3, "v": [5], "g": "b"}',
    "not json",
    '{"x": "4", "g": "c"}',
  ];

  it("keys are columns, by the first rows; vectors have a column an element", async () => {
    const source = await open(stream([text(lines.join("\n"))]), { first: 2 });
    expect(source.columns).toEqual(["x", "v[1]", "v[2]", "g"]);
    const { rows, broken, numbers } = await all(source, 2);
    expect(rows).toEqual([
      { x: 1, "v[1]": 1, "v[2]": 2, g: "a" },
      { x: 1, "v[1]": 3, "v[2]": 4, g: null },
      { x: 2.5, "v[1]": null, "v[2]": null, g: "7" },
      // another number of elements is no vector of these
      { x: 3, "v[1]": "[5]", "v[2]": "[5]", g: "b" },
      { x: "4", "v[1]": Number.NaN, "v[2]": Number.NaN, g: "c" },
    ]);
    expect(numbers).toEqual([1, 2, 3, 5, 7]);
    expect(broken).toEqual([
      expect.stringMatching(/line 4: it is not an object/),
      expect.stringMatching(/line 6: .*JSON/),
    ]);
  });

  it("whatever lines there are, each that can be read is a row", async () => {
    const line = fc.oneof(
      fc.integer().map((x) => JSON.stringify({ x })),
      fc.string().map((s) => s.replaceAll(/[\r\n]/g, "")),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (some) => {
        const given = ['{"x": 0}', ...some];
        const isRow = (s: string): boolean => {
          try {
            const value: unknown = JSON.parse(s);
            return typeof value === "object" && value !== null && !Array.isArray(value);
          } catch {
            return false;
          }
        };
        const { rows, broken } = await all(await open(stream([text(given.join("\n"))])), 7);
        const filled = given.filter((s) => s.trim() !== "");
        expect(rows).toHaveLength(filled.filter(isRow).length);
        expect(broken).toHaveLength(filled.length - rows.length);
      }),
      { numRuns: 100, seed: 6 },
    );
  });

  it("other forms are read as a whole", async () => {
    for (const other of ['[{"x": 1},\n {"x": 2}]', '{\n "x": [1, 2]}']) {
      const source = await open(stream(chopped(text(other), [1, 5])));
      expect(source.repeatable).toBe(true);
      expect((await all(source)).rows).toEqual([{ x: 1 }, { x: 2 }]);
      await source.close();
    }
  });
});

/** A stream that is written to by hand. */
function pipe(): { readonly stream: AsyncIterable<Uint8Array>; write(some: string): void; end(): void } {
  const waiting: (Uint8Array | null)[] = [];
  let wake: () => void = () => {};
  const put = (chunk: Uint8Array | null): void => {
    waiting.push(chunk);
    wake();
  };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const next = waiting.shift() as Uint8Array | null;
      if (next === null) return;
      yield next;
    }
  }
  return { stream: chunks(), write: (some) => put(text(some)), end: () => put(null) };
}

describe("waiting", () => {
  const rows = (count: number): string => "1,2\n".repeat(count);

  it("rows are handed on when their time is over, though nothing more comes", async () => {
    const tube = pipe();
    tube.write(`x,y\n${rows(3)}`);
    const source = await open(tube.stream, { every: 30 });
    const reading = source.read(source.columns, 1024)[Symbol.asyncIterator]();
    const next = async (): Promise<number> => ((await reading.next()).value as RawBatch).rows;
    expect(await next()).toBe(3);
    tube.write(rows(5));
    expect(await next()).toBe(5);
    tube.write(`${rows(2)}1,`);
    expect(await next()).toBe(2);
    tube.write("9\n");
    tube.end();
    expect(await next()).toBe(1);
    expect((await reading.next()).done).toBe(true);
  });

  it("or when there are as many as asked for", async () => {
    const tube = pipe();
    tube.write(`x,y\n${rows(3)}`);
    const source = await open(tube.stream, { rows: 4 });
    const sizes: number[] = [];
    tube.write(rows(10));
    tube.end();
    for await (const batch of source.read(source.columns, 1024)) sizes.push(batch.rows);
    expect(sizes).toEqual([3, 4, 4, 2]);
  });

  it("an interruption is an end, after the rows that came", async () => {
    const tube = pipe();
    const stop = new AbortController();
    tube.write(`x,y\n${rows(3)}`);
    const source = await open(tube.stream, { signal: stop.signal });
    const reading = source.read(source.columns, 1024)[Symbol.asyncIterator]();
    await reading.next();
    tube.write(rows(2));
    const coming = reading.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    expect(((await coming).value as RawBatch).rows).toBe(2);
    expect((await reading.next()).done).toBe(true);
    await source.close();
  });
});
