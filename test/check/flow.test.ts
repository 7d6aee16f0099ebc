import { describe, expect, it } from "vitest";
import { flowKeys, flowOption, flowOptions } from "../../src/check/index.ts";
import { density, hints, said } from "./models.ts";

const model = (entries: string): string => `data y : real\nparam a : real\ny ~ Normal(a, 1)\nflow {\n${entries}\n}\n`;

describe("flow", () => {
  it("reads every key of this version", () => {
    const text = [
      "structure full",
      "budget 2 MB, 5 us per row, 100 flops per row",
      "information empirical",
      "batch 256 rows",
      "target posterior",
      "damping 0.5",
      "inner 20",
      "tolerance 1e-8",
      "interval 0.9",
      "seed 7",
      "threads 2",
      "backend js",
      "warmup 1_000 rows",
      "mode stream",
      'data "some \\"rides\\".csv"',
      "on_bad_row skip",
      "new_level error",
      "max_passes 50",
      "exact true",
    ];
    const { flow } = density(model(text.map((t) => `  ${t}`).join("\n")));
    expect(flow.map((s) => `${s.key} ${s.text}`)).toEqual(text);
    expect(flow.map((s) => s.key).toSorted()).toEqual(flowKeys.map((k) => k.key).toSorted());
    expect(flowOptions(flow)).toEqual({
      options: {
        structure: "full",
        budget: { bytes: 2e6, secondsPerRow: 5e-6, flopsPerRow: 100 },
        information: "empirical",
        batch: 256,
        target: "posterior",
        damping: 0.5,
        inner: 20,
        tolerance: 1e-8,
        interval: 0.9,
        seed: 7,
        threads: 2,
        backend: "js",
        warmup: 1000,
        mode: "stream",
        data: 'some "rides".csv',
        onBadRow: "skip",
        newLevel: "error",
        maxPasses: 50,
        exact: true,
      },
      diagnostics: [],
    });
  });

  it("reads flags alike, with hyphens", () => {
    expect(flowOption("on-bad-row", "skip", null).options).toEqual({ onBadRow: "skip" });
    expect(flowOption("max-passes", "50", null).options).toEqual({ maxPasses: 50 });
    expect(flowOption("budget", "1 GiB", null).options).toEqual({ budget: { bytes: 2 ** 30 } });
    expect(flowOption("data", '"a, b.csv"', null).options).toEqual({ data: "a, b.csv" });
  });

  it("says what is wrong with a value", () => {
    const wrong: readonly (readonly [string, string])[] = [
      ["structure", "fully"],
      ["structure", "full diagonal"],
      ["structure", "full, diagonal"],
      ["structure", "3"],
      ["structure", ""],
      ["budget", "2 parsecs"],
      ["budget", "2 us"],
      ["budget", "MB"],
      ["budget", "-2 MB"],
      ["batch", "0"],
      ["batch", "2.5 rows"],
      ["batch", "256 cows"],
      ["damping", "-1"],
      ["interval", "95"],
      ["interval", "1"],
      ["seed", "-1"],
      ["tolerance", "0"],
      ["inner", "many"],
      ["data", "5"],
      ["seed", '"'],
      ["seed", "1,"],
      ["seed", "constructor"],
    ];
    for (const [key, text] of wrong) {
      const { options, diagnostics } = flowOption(key, text, null);
      expect([key, text, options, diagnostics.map((d) => d.code)]).toEqual([key, text, {}, ["FF410"]]);
    }
    expect(flowOption("interval", "95", null).diagnostics[0]).toMatchObject({
      message: "`95` is no value for `interval`.",
      hint: "It may be a probability between 0 and 1, such as `0.95`.",
    });
  });

  it("names what is not built, and what does not exist", () => {
    for (const [key, text] of [
      ["forget", "half_life 10_000 rows"],
      ["structure", "kronecker"],
      ["backend", "tfjs"],
      ["new_level", "add"],
      ["information", "sampled"],
      ["stop", "when gain < 1"],
    ] as const)
      expect(flowOption(key, text, null).diagnostics.map((d) => d.code)).toEqual(["FF405"]);
    expect(flowOption("constructor", "1", null).diagnostics.map((d) => d.code)).toEqual(["FF208"]);
  });

  it("points at key or value in a model", () => {
    expect(said(model("  structur auto"))).toEqual(["FF208 5:3 `structur` is not a setting of `flow`."]);
    expect(hints(model("  structur auto"))).toEqual(["Did you mean `structure`?"]);
    expect(said(model("  seed  many"))).toEqual(["FF410 5:9 `many` is no value for `seed`."]);
    expect(said(model("  forget half_life 10_000 rows"))).toEqual([
      "FF405 5:10 The setting `forget` can be written, but this version can't run it yet.",
    ]);
    expect(said(`${model("  seed 1")}flow {\n  seed 2\n}\n`)).toEqual(["FF117 8:3 `seed` is given twice."]);
  });
});
