// A live flow: the same rows give the same estimates however they are handed over, and a call that throws changes
// nothing.

import { describe, expect, it } from "vitest";
import { compile, DataError, NumericalError, stream } from "../../src/index.ts";

const source = `data x : real[2] from [a, b]
data g : category
data y : real
param base : real[g] ~ Normal(0, 5)
param w : real[2] ~ Normal(0, 5)
y ~ Normal(base[g] + w @ x, 1)
`;

/** Rows of a small linear model, the same each time. */
function table(rows: number): readonly { a: number; b: number; g: string; y: number }[] {
  let state = 12345;
  const uniform = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648 - 0.5;
  };
  return Array.from({ length: rows }, (_, i) => {
    const [a, b, noise] = [4 * uniform(), 4 * uniform(), uniform()];
    const g = i % 3 === 0 ? "u" : "v";
    return { a, b, g, y: (g === "u" ? 1 : -1) + a - 0.5 * b + noise };
  });
}

function numbers(flow: { summary(): { parameters: readonly { estimate: number; se: number }[] } }): number[] {
  return flow.summary().parameters.flatMap(({ estimate, se }) => [estimate, se]);
}

function near(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i] as number, 9);
}

describe("a live flow", () => {
  const rows = table(1500);
  const model = compile(source);
  const options = { warmup: 200, structure: "full" } as const;

  it("learns the same from objects, columns and all at once", async () => {
    const columns = Object.fromEntries(
      (["a", "b", "g", "y"] as const).map((key) => [key, rows.map((row) => row[key])]),
    );
    const { parameters } = await stream(model, columns, { ...options, batch: 1 });
    const wanted = parameters.flatMap(({ estimate, se }) => [estimate, se]);
    const single = model.start({ ...options, batch: 1 });
    for (const [i, row] of rows.entries()) {
      single.update([row]);
      expect(single.rows).toBe(i + 1);
    }
    near(numbers(single), wanted);
    const few = model.start({ ...options, batch: 1 });
    for (let i = 0; i < rows.length; i += 7) few.update(rows.slice(i, i + 7));
    near(numbers(few), wanted);
    const whole = model.start({ ...options, batch: 1 });
    whole.update(columns as Record<string, (number | string)[]>);
    near(numbers(whole), wanted);
  });

  it("takes extraordinary rows among the others, in their order", () => {
    const usual = model.start(options);
    const mixed = model.start(options);
    for (const [i, row] of rows.slice(0, 400).entries()) {
      usual.update([row]);
      mixed.update([i % 50 === 7 ? { ...row, a: String(row.a), when: new Date(0) } : row]);
    }
    near(numbers(mixed), numbers(usual));
  });

  it("does not depend on objects that change after the call", () => {
    const [kept, changed] = [model.start(options), model.start(options)];
    const own = { ...(rows[0] as (typeof rows)[number]) };
    for (const row of rows.slice(0, 300)) {
      kept.update([row]);
      changed.update([Object.assign(own, row)]);
      own.y = Number.NaN;
    }
    expect(numbers(changed)).toEqual(numbers(kept));
  });

  it.each([
    ["while it holds rows", 100],
    ["while it runs", 300],
  ])("is as before where a call throws, %s", (_, before) => {
    const [flow, other] = [model.start(options), model.start(options)];
    for (const row of rows.slice(0, before)) {
      flow.update([row]);
      other.update([row]);
    }
    const row = rows[before] as (typeof rows)[number];
    const refused = (bad: Record<string, unknown>, message: string): void => {
      expect(() => flow.update([bad])).toThrow(DataError);
      expect(() => flow.update([bad])).toThrow(message);
      expect(() => flow.update([row, bad])).toThrow(DataError);
    };
    refused({ ...row, a: Number.NaN }, `Row ${before + 1}, column \`a\`: the value is missing.`);
    refused({ ...row, y: "much" }, `Row ${before + 1}, column \`y\`: "much" is not a number.`);
    refused({ ...row, b: {} }, "an object");
    const { b: _b, ...less } = row;
    refused(less, "no column `b`");
    expect(flow.rows).toBe(before);
    for (const row of rows.slice(before)) {
      flow.update([row]);
      other.update([row]);
    }
    expect(numbers(flow)).toEqual(numbers(other));
  });

  it("is as before where a row in the middle has no likelihood", () => {
    const growing = compile("data y : real\nparam a : positive init 1\nfactor log(y) * a - a * a\n");
    for (const batch of [null, 1, 2]) {
      const said = { warmup: 50, structure: "full", ...(batch === null ? {} : { batch }) } as const;
      const [flow, other] = [growing.start(said), growing.start(said)];
      const good = Array.from({ length: 80 }, (_, i) => ({ y: 1 + ((i * 7) % 11) }));
      for (const row of good) {
        flow.update([row]);
        other.update([row]);
      }
      expect(() => flow.update([{ y: 2 }, { y: 3 }, { y: -3 }, { y: 4 }])).toThrow(NumericalError);
      expect(() => flow.update([{ y: 2 }, { y: 3 }, { y: -3 }, { y: 4 }])).toThrow("Row 83");
      expect(flow.rows).toBe(80);
      for (const row of good) {
        flow.update([row]);
        other.update([row]);
      }
      expect(numbers(flow)).toEqual(numbers(other));
    }
  });

  it("leaves out bad rows and counts them where that is asked for", () => {
    const flow = model.start({ ...options, onBadRow: "skip" });
    for (const [i, row] of rows.slice(0, 400).entries())
      flow.update([i % 100 === 50 ? { ...row, a: Number.NaN } : row]);
    const { diagnostics, ...rest } = flow.summary();
    expect(rest.rows).toBe(396);
    expect(JSON.stringify(diagnostics)).toContain("Row 351, column `a`");
  });
});
