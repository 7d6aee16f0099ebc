import { describe, expect, it } from "vitest";
import { flowKeys, flowOption, flowOptions } from "../../src/check/index.ts";
import { density, hints, said } from "./models.ts";

const model = (entries: string): string => `data y : real\nparam a : real\ny ~ Normal(a, 1)\nflow {\n${entries}\n}\n`;

describe("flow", () => {
  it("reads every key of this version", () => {
    const text = [
      "structure lowrank 3 for a, full sqrt",
      "budget 2 MB, 5 us per row, 100 flops per row",
      "information sampled 4",
      "batch 256 rows",
      "target posterior",
      "damping adaptive",
      "rate 0.1, half_life 10_000 rows",
      "momentum 0.9",
      "line_search false",
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
      "new_level add",
      "identity id last 100_000",
      "late skip 1 hour by time",
      "max_passes 50",
      "exact true",
      "precision single",
      "passes 5",
      "shuffle true",
      "forget half_life 1 hour by time",
      "drift 0.1 for a, 0.01",
      "initial none",
      "importance 0.5",
      "pilot 1_000 rows",
      "plan pilot 2_000 rows",
      "replan every 100_000 rows",
      "stop when gain < 0.01 per 1_000 rows",
      "errors sandwich",
      "prequential on",
      "watch 0.001",
    ];
    const { flow } = density(model(text.map((t) => `  ${t}`).join("\n")));
    expect(flow.map((s) => `${s.key} ${s.text}`)).toEqual(text);
    expect(flow.map((s) => s.key).toSorted()).toEqual(flowKeys.map((k) => k.key).toSorted());
    expect(flowOptions(flow)).toEqual({
      options: {
        structure: [
          { kind: "lowrank", rank: 3, parameters: ["a"] },
          { kind: "full", root: true, parameters: null },
        ],
        budget: { bytes: 2e6, secondsPerRow: 5e-6, flopsPerRow: 100 },
        information: "sampled",
        draws: 4,
        batch: 256,
        target: "posterior",
        damping: "adaptive",
        rate: { kind: "half_life", start: 0.1, rows: 10_000 },
        momentum: 0.9,
        lineSearch: false,
        inner: 20,
        tolerance: 1e-8,
        interval: 0.9,
        seed: 7,
        threads: 2,
        backend: "js",
        warmup: 1000,
        watch: 0.001,
        mode: "stream",
        data: 'some "rides".csv',
        onBadRow: "skip",
        newLevel: "add",
        identity: { column: "id", last: 100_000 },
        late: { policy: "skip", lag: 3600, by: "time" },
        maxPasses: 50,
        exact: true,
        precision: "single",
        passes: 5,
        shuffle: true,
        forget: { kind: "time", seconds: 3600, by: "time" },
        drift: [
          { sd: 0.1, parameters: ["a"] },
          { sd: 0.01, parameters: null },
        ],
        initial: "none",
        importance: 0.5,
        pilot: 2000,
        replan: 100_000,
        stop: { gain: 0.01, rows: 1000 },
        errors: "sandwich",
        prequential: "on",
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

  it("reads the other forms of a value", () => {
    const options = (key: string, text: string): unknown => {
      const read = flowOption(key, text, null);
      expect(read.diagnostics).toEqual([]);
      return read.options;
    };
    expect(options("identity", '"my id"')).toEqual({ identity: { column: "my id", last: 1_000_000 } });
    expect(options("late", "keep 100 by serial")).toEqual({ late: { policy: "keep", lag: 100, by: "serial" } });
    expect(options("structure", 'kronecker for W1 W2, block for b1, block for b2, lowrank for "h.W", full')).toEqual({
      structure: [
        { kind: "kronecker", parameters: ["W1", "W2"] },
        { kind: "block", parameters: ["b1"] },
        { kind: "block", parameters: ["b2"] },
        { kind: "lowrank", parameters: ["h.W"] },
        { kind: "full", parameters: null },
      ],
    });
    expect(options("structure", "arrow")).toEqual({ structure: [{ kind: "arrow", parameters: null }] });
    expect(options("structure", "scalar for a b")).toEqual({
      structure: [{ kind: "scalar", parameters: ["a", "b"] }],
    });
    expect(options("information", "sampled")).toEqual({ information: "sampled", draws: 1 });
    expect(options("information", "observed")).toEqual({ information: "observed" });
    expect(options("damping", "1e-3")).toEqual({ damping: 1e-3 });
    expect(options("rate", "0.1")).toEqual({ rate: { kind: "constant", start: 0.1 } });
    expect(options("rate", "0.1 cosine")).toEqual({ rate: { kind: "cosine", start: 0.1 } });
    expect(options("damping", "0.1")).toEqual({ damping: 0.1 });
    expect(options("damping", "adaptive")).toEqual({ damping: "adaptive" });
    expect(options("damping", "0.1 cosine")).toEqual({ damping: { kind: "cosine", start: 0.1 } });
    expect(options("damping", "0.1, half_life 1_000 rows")).toEqual({
      damping: { kind: "half_life", start: 0.1, rows: 1000 },
    });
    expect(options("forget", "none")).toEqual({ forget: { kind: "none" } });
    expect(options("forget", "half_life 10_000 rows")).toEqual({ forget: { kind: "half_life", rows: 10_000 } });
    expect(options("forget", "rate 0.999")).toEqual({ forget: { kind: "rate", rate: 0.999 } });
    expect(options("forget", 'half_life 2 days by "at time"')).toEqual({
      forget: { kind: "time", seconds: 172_800, by: "at time" },
    });
    expect(options("forget", "window 10_000 rows")).toEqual({
      forget: { kind: "window", rows: 10_000, segments: null },
    });
    expect(options("forget", "window 1000, segments 50")).toEqual({
      forget: { kind: "window", rows: 1000, segments: 50 },
    });
    expect(options("forget", "adaptive 0.01")).toEqual({
      forget: { kind: "adaptive", alpha: 0.01, reset: 0.05, by: null },
    });
    expect(options("forget", "adaptive 0.1 by day, reset 0")).toEqual({
      forget: { kind: "adaptive", alpha: 0.1, reset: 0, by: "day" },
    });
    expect(options("drift", "0.01")).toEqual({ drift: [{ sd: 0.01, parameters: null }] });
    expect(options("drift", "0.01 for a b, 0.1 for c")).toEqual({
      drift: [
        { sd: 0.01, parameters: ["a", "b"] },
        { sd: 0.1, parameters: ["c"] },
      ],
    });
    expect(options("replan", "500 rows")).toEqual({ replan: 500 });
    expect(options("line-search", "true")).toEqual({ lineSearch: true });
  });

  it("knows the parameters that `structure` names", () => {
    expect(said(model("  structure diagonal for a, full"))).toEqual([]);
    expect(said(model("  structure diagonal for alpha, full"))).toEqual([
      "FF423 5:26 `alpha` is no parameter of this model.",
    ]);
    expect(
      said("data y : real\nparam base : real\ny ~ Normal(base, 1)\nflow {\n  structure block for bose\n}\n"),
    ).toEqual(["FF423 5:23 `bose` is no parameter of this model."]);
    expect(
      hints("data y : real\nparam base : real\ny ~ Normal(base, 1)\nflow {\n  structure block for bose\n}\n"),
    ).toEqual(["Did you mean `base`?"]);
  });

  it("says what is wrong with a value", () => {
    const wrong: readonly (readonly [string, string])[] = [
      ["structure", "fully"],
      ["structure", "full diagonal"],
      ["structure", "full, diagonal"],
      ["structure", "3"],
      ["structure", "diagonal sqrt"],
      ["structure", "full 3"],
      ["structure", "lowrank 0"],
      ["structure", "lowrank 2.5"],
      ["structure", "full, block for a"],
      ["structure", "block for a, diagonal for a"],
      ["structure", "block for"],
      ["structure", "for a"],
      ["information", "expected 3"],
      ["information", "sampled 0"],
      ["information", "sampled twice"],
      ["rate", "0"],
      ["rate", "0.1 linear"],
      ["rate", "0.1 cosine, half_life 10 rows"],
      ["rate", "0.1, half_life"],
      ["line_search", "yes"],
      ["precision", "half"],
      ["passes", "0"],
      ["passes", "1.5"],
      ["forget", "half_life"],
      ["forget", "half_life 10 parsecs by t"],
      ["forget", "half_life 1 hour"],
      ["forget", "rate 1.5"],
      ["forget", "none, none"],
      ["pilot", "none"],
      ["plan", "1000 rows"],
      ["plan", "pilot"],
      ["replan", "each 5 rows"],
      ["stop", "when gain < 1"],
      ["stop", "when gain < 0 per 5 rows"],
      ["stop", "gain > 1 per 5 rows"],
      ["errors", "robust"],
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
    expect(flowOption("backend", "tfjs", null).diagnostics.map((d) => d.code)).toEqual(["FF405"]);
    expect(flowOption("constructor", "1", null).diagnostics.map((d) => d.code)).toEqual(["FF208"]);
  });

  it("points at key or value in a model", () => {
    expect(said(model("  structur auto"))).toEqual(["FF208 5:3 `structur` is not a setting of `flow`."]);
    expect(hints(model("  structur auto"))).toEqual(["Did you mean `structure`?"]);
    expect(said(model("  seed  many"))).toEqual(["FF410 5:9 `many` is no value for `seed`."]);
    expect(said(model("  backend tfjs"))).toEqual([
      "FF405 5:11 `backend` `tfjs` can be written, but this version can't run it yet.",
    ]);
    expect(said(model("  drift 0.1 for b"))).toEqual([expect.stringMatching(/^FF423 5:17 /)]);
    expect(said(`${model("  seed 1")}flow {\n  seed 2\n}\n`)).toEqual(["FF117 8:3 `seed` is given twice."]);
  });
});
