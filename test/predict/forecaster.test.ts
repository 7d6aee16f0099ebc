// Forecasts beside a running flow: places of responses are uniform where the model is true, and looking changes nothing.

import { describe, expect, test } from "vitest";
import { compileSource } from "../../src/compile.ts";
import { type Batch, random } from "../../src/ir/index.ts";
import { forecaster } from "../../src/predict/index.ts";
import { Flow } from "../../src/runtime/index.ts";
import { nothingSelected } from "../../src/session/bind.ts";
import { construct } from "../../src/session/construct.ts";
import { resolve } from "../../src/session/options.ts";
import { startOf } from "../../src/session/program.ts";

function streamed(text: string, structure: string, dims: Readonly<Record<string, number>> = {}) {
  const { compiled, diagnostics } = compileSource(text);
  if (compiled === null) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  const options = resolve(compiled.settings, { mode: "stream", structure: structure as "full", warmup: 50 });
  const none = new Map<string, never>();
  const bindings = { dims: new Map(Object.entries(dims)), levels: none, labels: none, learnt: none, once: none };
  const { program } = construct(compiled, { selection: nothingSelected, bindings }, options);
  return { compiled, flow: new Flow(program, startOf(program)) };
}

function batchOf(rows: number, firstRow: number, columns: Readonly<Record<string, number[]>>): Batch {
  const own = new Map(Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)]));
  return { rows, firstRow, columns: own };
}

function memoryOf({ program: { artefact } }: Flow): Float64Array {
  const { offset, length } = artefact.step.layout.state.memory;
  return artefact.memory.slice(offset, offset + length);
}

const models = {
  Normal: {
    text: "data x : real\ndata y : real\nparam a : real\nparam b : real\nparam s : positive\ny ~ Normal(a + b * x, s)",
    draw: (x: number, normal: () => number) => 1 - x + 0.5 * normal(),
  },
  Bernoulli: {
    text: "data x : real\ndata y : binary\nparam a : real\nparam b : real\ny ~ Bernoulli(probit: a + b * x)",
    draw: (x: number, normal: () => number) => (0.3 + 0.8 * x + normal() > 0 ? 1 : 0),
  },
};

describe("one step ahead", () => {
  for (const [name, { text, draw }] of Object.entries(models))
    test(`${name}: places are uniform, and the flow goes on as if nobody had looked`, () => {
      const [watched, alone] = [streamed(text, "full"), streamed(text, "full")];
      const look = forecaster(watched.compiled, watched.flow.program);
      const { normal, uniform } = random(5, name);
      const places: number[] = [];
      let density = 0;
      for (let step = 0; step < 40; step++) {
        const x = Array.from({ length: 50 }, normal);
        const batch = batchOf(50, 1 + 50 * step, { x, y: x.map((v) => draw(v, normal)) });
        if (step > 1) {
          look.refresh(watched.flow);
          const [found] = look.transforms(
            batch,
            Array.from({ length: 25 }, (_, k) => 2 * k),
          );
          for (const [k, below] of found!.below.entries()) {
            expect(below).toBeLessThanOrEqual(found!.at[k]!);
            places.push(below + uniform() * (found!.at[k]! - below));
          }
          density += found!.logDensity.reduce((sum, l) => sum + l, 0);
        }
        watched.flow.update(batch);
        alone.flow.update(batch);
      }
      expect(watched.flow.phi).toEqual(alone.flow.phi);
      expect(memoryOf(watched.flow)).toEqual(memoryOf(alone.flow));
      // Kolmogorov's distance of so many uniforms passes 1.63 / √n once in a hundred samples
      const sorted = places.toSorted((a, b) => a - b);
      const distance = Math.max(...sorted.map((u, k) => Math.max(u - k / sorted.length, (k + 1) / sorted.length - u)));
      expect(distance).toBeLessThan(1.63 / Math.sqrt(sorted.length));
      expect(Number.isFinite(density)).toBe(true);
      expect(look.statements[0]!.discrete).toBe(name === "Bernoulli");
    });
});

test("more coordinates than a dense covariance has room for are solved row by row", () => {
  const text = "data g : category\ndata y : real\nparam effect : real[g] ~ Normal(0, 2)\ny ~ Normal(effect[g], 1)";
  const levels = 1100;
  const { compiled, flow } = streamed(text, "diagonal", { g: levels });
  const rows = 2200;
  const codes = Array.from({ length: rows }, (_, k) => k % levels);
  for (let from = 0; from < rows; from += 1000) {
    const own = codes.slice(from, from + 1000);
    flow.update(batchOf(own.length, 1 + from, { g: own, y: own.map((c) => c % 3) }));
  }
  flow.finish();
  const look = forecaster(compiled, flow.program);
  look.refresh(flow);
  const [found] = look.transforms(batchOf(2, 1, { g: [4, 7], y: [1, 3] }), [0, 1]);
  // two rows and a prior of precision ¼ each: mean 2 · y / 2.25, variance 1 / 2.25 + 1
  const variance = 1 / 2.25 + 1;
  for (const [k, [y, at]] of [
    [4 % 3, 1],
    [7 % 3, 3],
  ].entries()) {
    const gap = at! - (2 * y!) / 2.25;
    const density = -0.5 * Math.log(2 * Math.PI * variance) - (0.5 * gap * gap) / variance;
    expect(found!.logDensity[k]).toBeCloseTo(density, 3);
  }
});
