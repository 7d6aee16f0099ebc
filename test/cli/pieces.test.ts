// A summary in pieces is the text that it would be as a whole.

import { expect, test } from "vitest";
import { jsonPieces } from "../../src/cli/carry-out.ts";

test("JSON in pieces is JSON.stringify's", () => {
  const many = Array.from({ length: 10_000 }, (_, k) => ({ name: `a"\n${k}`, index: [k], empty: [], none: null }));
  for (const value of [
    {},
    { a: 1, gone: undefined, b: [] },
    { a: { c: [1, { d: "x\ny" }] }, many, plain: [1, 2] },
    { many },
  ]) {
    const pieces = [...jsonPieces(value)];
    expect(pieces.join("")).toBe(`${JSON.stringify(value, null, 2)}\n`);
    for (const piece of pieces) expect(piece.length).toBeLessThan(1_000_000);
  }
});
