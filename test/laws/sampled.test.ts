// Sampled information: factors of the closed form joined by random signs. Its mean is the expected information; one draw
// is positive semi-definite; and the signs are the same on every target.

import { describe, expect, it } from "vitest";
import { machine, type Rows } from "./machine.ts";

const rows = 40;
const values = (from: number): number[] => Array.from({ length: rows }, (_, i) => Math.sin(from + 1.7 * i));

const cases: Readonly<Record<string, { text: string; dims: Record<string, number>; rows: Rows; phi: number[] }>> = {
  "classes by logits": {
    text: "data x : real[2]\ndata d : category[3]\nparam W : real[3, 2]\nparam b : real[3]\nd ~ Categorical(logits: W @ x + b)\n",
    dims: {},
    rows: { rows, columns: { x: [...values(1), ...values(2)], d: Array.from({ length: rows }, (_, i) => i % 3) } },
    phi: [0.3, -0.2, 0.5, 0.1, -0.4, 0.2, 0.1, -0.3, 0.2],
  },
  "mean and sd": {
    text: "data x : real\ndata y : real\nparam a : real\nparam b : real\nparam s : positive\ny ~ Normal(a + b * x, s)\n",
    dims: {},
    rows: { rows, columns: { x: values(3), y: values(4) } },
    phi: [0.2, 0.6, -0.3],
  },
  "two responses": {
    text: "data x : real\ndata y : real[2]\nparam a : real[2]\nparam b : real[2]\ny ~ Normal(a + b * x, 0.5)\n",
    dims: {},
    rows: { rows, columns: { x: values(5), y: [...values(6), ...values(7)] } },
    phi: [0.2, 0.6, -0.3, 0.4],
  },
};

describe.each(Object.entries(cases))("%s", (_, { text, dims, rows: data, phi }) => {
  const information = (backend: "js" | "wasm", kind: "expected" | "sampled", draws = 1): number[][] =>
    machine(text, dims, { backend, information: kind, draws }).pass("accumulate", phi, data).information;

  it("its mean over many draws is the expected information", () => {
    const expected = information("wasm", "expected");
    const found = information("wasm", "sampled", 6000);
    const scale = (i: number, j: number): number => Math.sqrt(expected[i][i] * expected[j][j]);
    for (const [i, line] of expected.entries())
      for (const [j, x] of line.entries()) expect(Math.abs(found[i][j] - x) / scale(i, j)).toBeLessThan(0.02);
  });

  it("one draw has a factor a row, and other targets draw the same signs", () => {
    const [here, there] = [information("wasm", "sampled"), information("js", "sampled")];
    for (const [i, line] of here.entries()) {
      expect(line[i]).toBeGreaterThan(0);
      for (const [j, x] of line.entries())
        expect(Math.abs(there[i][j] - x)).toBeLessThan(1e-10 * Math.max(1, Math.abs(x)));
    }
  });
});
