// The record of the way of the estimates: true to the flow, bounded, and without a trace in its course.

import { expect, it } from "vitest";
import { compile, fit, loadState, stream } from "../../src/index.ts";
import { type PathRecord, pathOf } from "../../src/runtime/index.ts";
import { rows, source, stateOf } from "./data.ts";

function recordOf(state: Uint8Array): PathRecord {
  const { companions, tensors } = loadState(state).state;
  const own = [...tensors].flatMap(([name, t]) => (name.startsWith("path: ") ? [[name.slice(6), t] as const] : []));
  const record = pathOf({ values: companions.path, tensors: new Map(own) });
  if (record === null) throw new Error("no path");
  return record;
}

it("records what a stream that had ended there would have estimated, to its tolerance", async () => {
  const data = rows(1500, 3);
  const options = { batch: 50, warmup: 100 };
  const { coordinates, rows: at, phi, variance } = recordOf(await stateOf("stream", data, options));
  expect(at.length).toBeGreaterThan(20);
  for (const k of [0, 9, at.length - 1]) {
    const part = Object.fromEntries(Object.entries(data).map(([name, column]) => [name, column.slice(0, at[k])]));
    const { parameters } = await stream(compile(source), part, options);
    for (const [j, i] of coordinates.entries()) {
      const name = ["base", "slope", "effect", "effect", "effect", "sigma"][i];
      const ended = parameters.filter((p) => p.name === name)[name === "effect" ? i - 2 : 0];
      const [value, sd] = [phi[k * coordinates.length + j], Math.sqrt(variance[k * coordinates.length + j])];
      const declared = name === "sigma" ? Math.exp(value) : value;
      expect(Math.abs(declared - ended.estimate)).toBeLessThan(1e-3 * ended.se);
      expect((name === "sigma" ? declared * sd : sd) / ended.se).toBeCloseTo(1, 3);
    }
  }
});

it("keeps at most 256 points, evenly over the rows", async () => {
  const { rows: at, phi, coordinates } = recordOf(await stateOf("stream", rows(3000, 2), { batch: 2, warmup: 100 }));
  expect(at.length).toBeLessThan(256);
  expect(at.length).toBeGreaterThan(120);
  expect(phi.length).toBe(at.length * coordinates.length);
  const steps = Array.from(at.slice(1), (row, k) => row - at[k]);
  expect(Math.max(...steps)).toBeLessThan(30);
});

it("follows eight elements of each parameter at most", async () => {
  const { coordinates } = recordOf(await stateOf("stream", rows(3000, 40)));
  expect(coordinates).toHaveLength(11);
});

it("goes on where it was: a stream that stopped and resumed has the same record", async () => {
  const data = rows(2400, 3);
  const cut = (from: number, to: number) =>
    Object.fromEntries(Object.entries(data).map(([name, column]) => [name, column.slice(from, to)]));
  const options = { batch: 4, warmup: 100 };
  const first = await stateOf("stream", cut(0, 1200), options);
  const whole = recordOf(await stateOf("stream", cut(1200, 2400), { ...options, resume: first }));
  const once = recordOf(await stateOf("stream", data, options));
  expect([...whole.rows]).toEqual([...once.rows]);
  expect([...whole.phi].every((x, k) => Math.abs(x - once.phi[k]) < 1e-6)).toBe(true);
});

it("is not kept by a fit", async () => {
  expect(loadState(await stateOf("fit")).state.companions.path).toBeUndefined();
  expect((await fit(compile(source), rows(600, 5))).rows).toBe(600);
});

it("is refused where its numbers are not those of a record", () => {
  const tensors = (phi: number[]) =>
    new Map([
      ["rows", Float64Array.of(10, 20)],
      ["phi", Float64Array.from(phi)],
      ["variance", new Float64Array(0)],
    ]);
  const values = { coordinates: [0], next: 30 };
  expect(pathOf({ values, tensors: tensors([1, 2]) })).not.toBeNull();
  expect(pathOf({ values, tensors: tensors([1]) })).toBeNull();
  expect(pathOf({ values, tensors: tensors([1, Number.NaN]) })).toBeNull();
  expect(pathOf({ values: { ...values, coordinates: [-1] }, tensors: tensors([1, 2]) })).toBeNull();
  expect(pathOf({ values: { ...values, next: "soon" }, tensors: tensors([1, 2]) })).toBeNull();
});
