// Elementary and special kernels against 60-digit references (reference.py), and at the extremes.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { plain, relaxed } from "../../src/kernels/index.ts";
import { errors, references, ulp, values } from "./accuracy.ts";
import { accepts, instantiate } from "./instance.ts";

/** Largest error allowed, in units of the last place; docs/kernels.md has what is measured on more points. */
const bounds: Readonly<Record<string, number>> = {
  exp: 1,
  expm1: 1.5,
  log: 1,
  log1p: 1,
  sigmoid: 2,
  softplus: 2,
  tanh: 2,
  log1mexp: 2,
  sin: 1,
  cos: 1,
  tan: 2,
  atan: 1.5,
  erf: 2,
  Phi: 3,
  logPhi: 3,
  millsRatio: 3,
  lgamma: 3,
  digamma: 2,
  trigamma: 3,
  pow: 1,
  polygamma: 8,
  risingPolygamma: 12,
};

const table = references();
const nan = Number.NaN;
const inf = Number.POSITIVE_INFINITY;
const builds = [["plain", plain] as const, ["relaxed", relaxed] as const].filter(([, build]) => accepts(build));

describe.each(builds)("%s", (_, build) => {
  const kernels = instantiate(build, 4);

  test.each(Object.entries(bounds))("%s within %f ulp", (name, bound) => {
    // Left of 0 the gamma family is reflected, and loses digits near its zeros.
    const gamma = name === "lgamma" || name.endsWith("gamma");
    const rows = (table.get(name) ?? []).filter(
      (row) => !gamma || name === "risingPolygamma" || (row.at(-3) as number) > 0,
    );
    expect(rows.length).toBeGreaterThan(80);
    const { worst, where } = errors(kernels, name, rows);
    expect(worst, `at ${where}`).toBeLessThanOrEqual(bound);
  });

  test.each([
    "lgamma",
    "digamma",
    "trigamma",
    "polygamma",
  ])("%s left of 0, beside the size of the terms reflected", (name) => {
    const rows = (table.get(name) ?? []).filter((row) => (row.at(-3) as number) <= 0);
    for (const [i, value] of values(kernels, name, rows).entries()) {
      const row = rows[i] as readonly number[];
      const exact = row.at(-2) as number;
      expect(Math.abs(value - exact) / Math.max(10, Math.abs(exact)), `at ${row}`).toBeLessThan(4e-15);
    }
  });

  test.each<[string, readonly (readonly number[])[]]>([
    [
      "exp",
      [
        [0, 1],
        [-0, 1],
        [inf, inf],
        [-inf, 0],
        [nan, nan],
        [710, inf],
        [1e300, inf],
        [-746, 0],
        [-1e300, 0],
        [-745.2, 0],
        [-744.9, Number.MIN_VALUE],
      ],
    ],
    [
      "expm1",
      [
        [0, 0],
        [-0, -0],
        [inf, inf],
        [-inf, -1],
        [nan, nan],
        [710, inf],
        [-1e300, -1],
        [5e-324, 5e-324],
      ],
    ],
    [
      "log",
      [
        [1, 0],
        [0, -inf],
        [-0, -inf],
        [-1, nan],
        [-inf, nan],
        [inf, inf],
        [nan, nan],
        [-5e-324, nan],
      ],
    ],
    [
      "log1p",
      [
        [0, 0],
        [-0, -0],
        [-1, -inf],
        [-2, nan],
        [-inf, nan],
        [inf, inf],
        [nan, nan],
        [5e-324, 5e-324],
      ],
    ],
    [
      "sigmoid",
      [
        [0, 0.5],
        [inf, 1],
        [-inf, 0],
        [nan, nan],
        [-1e300, 0],
        [1e300, 1],
      ],
    ],
    [
      "softplus",
      [
        [inf, inf],
        [-inf, 0],
        [nan, nan],
        [1e300, 1e300],
        [-1e300, 0],
      ],
    ],
    [
      "tanh",
      [
        [0, 0],
        [-0, -0],
        [inf, 1],
        [-inf, -1],
        [nan, nan],
        [30, 1],
        [-30, -1],
        [5e-324, 5e-324],
      ],
    ],
    [
      "log1mexp",
      [
        [0, -inf],
        [-0, -inf],
        [1, nan],
        [inf, nan],
        [nan, nan],
      ],
    ],
    [
      "sin",
      [
        [0, 0],
        [-0, -0],
        [inf, nan],
        [-inf, nan],
        [nan, nan],
        [5e-324, 5e-324],
      ],
    ],
    [
      "cos",
      [
        [0, 1],
        [-0, 1],
        [inf, nan],
        [-inf, nan],
        [nan, nan],
      ],
    ],
    [
      "tan",
      [
        [0, 0],
        [-0, -0],
        [inf, nan],
        [nan, nan],
        [-5e-324, -5e-324],
      ],
    ],
    [
      "atan",
      [
        [0, 0],
        [-0, -0],
        [inf, Math.PI / 2],
        [-inf, -Math.PI / 2],
        [nan, nan],
      ],
    ],
    [
      "erf",
      [
        [0, 0],
        [-0, -0],
        [inf, 1],
        [-inf, -1],
        [nan, nan],
        [1e300, 1],
      ],
    ],
    [
      "Phi",
      [
        [0, 0.5],
        [inf, 1],
        [-inf, 0],
        [nan, nan],
        [-1e300, 0],
        [1e300, 1],
      ],
    ],
    [
      "logPhi",
      [
        [inf, -0],
        [-inf, -inf],
        [nan, nan],
        [-1e200, -inf],
        [1e300, -0],
      ],
    ],
    [
      "millsRatio",
      [
        [inf, 0],
        [-inf, inf],
        [nan, nan],
        [-1e300, 1e300],
        [1e300, 0],
      ],
    ],
    [
      "lgamma",
      [
        [1, 0],
        [2, 0],
        [0, inf],
        [-0, inf],
        [-3, inf],
        [inf, inf],
        [-inf, inf],
        [nan, nan],
        [1e306, inf],
      ],
    ],
    [
      "digamma",
      [
        [0, -inf],
        [-0, inf],
        [-3, nan],
        [inf, inf],
        [-inf, nan],
        [nan, nan],
      ],
    ],
    [
      "trigamma",
      [
        [0, inf],
        [-0, inf],
        [-3, inf],
        [inf, 0],
        [-inf, nan],
        [nan, nan],
      ],
    ],
  ])("%s at the extremes", (name, rows) => {
    // In both lanes of a vector, beside an ordinary number.
    for (const padding of [[], [[0.75, 0]]]) {
      const padded = [...padding, ...rows.flatMap((row) => [row, [0.75, 0]])];
      const found = values(kernels, name, padded);
      for (const [i, row] of rows.entries()) {
        const [x, expected] = row as [number, number];
        const value = found[2 * i + padding.length] as number;
        if (Number.isFinite(expected) && expected !== 0)
          expect(Math.abs(value - expected), `${name}(${x})`).toBeLessThanOrEqual(ulp(expected));
        else expect(value, `${name}(${x})`).toBe(expected);
      }
    }
  });

  test("pow and xlogy follow JavaScript in the special cases", () => {
    const odd = [
      0,
      -0,
      1,
      -1,
      2,
      -2,
      3,
      0.5,
      -0.5,
      2.5,
      1e300,
      -1e300,
      1e-310,
      -1e-310,
      inf,
      -inf,
      nan,
      9007199254740991,
    ];
    const rows = odd.flatMap((x) => odd.map((y) => [x, y]));
    for (const [i, value] of values(kernels, "pow", rows).entries()) {
      const [x, y] = rows[i] as [number, number];
      const expected = x ** y;
      if (Number.isFinite(expected) && expected !== 0)
        expect(Math.abs(value - expected), `${x} ** ${y}`).toBeLessThanOrEqual(ulp(expected));
      else expect(value, `${x} ** ${y}`).toBe(expected);
    }
    const logs = [
      [0, 0],
      [0, nan],
      [0, inf],
      [-0, 3],
      [2, 1],
      [2, 0],
      [1, -1],
      [2, Math.E],
    ];
    expect(values(kernels, "xlogy", logs)).toEqual([0, 0, 0, 0, 0, -inf, nan, 2]);
  });

  test("a value does not depend on its lane or its neighbours", () => {
    for (const [name, rows] of table) {
      if (name.endsWith("olygamma")) continue;
      const alone = rows.slice(0, 60).map((row) => values(kernels, name, [row])[0]);
      expect(values(kernels, name, rows.slice(0, 60)), name).toEqual(alone);
      expect(values(kernels, name, rows.slice(1, 60)), name).toEqual(alone.slice(1));
    }
  });
});

test("the plain build has the same bits everywhere", () => {
  const kernels = instantiate(plain, 4);
  const hash = createHash("sha256");
  for (const [name, rows] of table) hash.update(new Uint8Array(Float64Array.from(values(kernels, name, rows)).buffer));
  expect(hash.digest("hex")).toMatchInlineSnapshot(
    `"86ec364565ac775d1c0226efa099328733adbc6522e9e9a38b3105c3b70c3a00"`,
  );
});
