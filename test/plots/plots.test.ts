// Plots: what they say is so, every one can be drawn, and no name in a model or its data becomes anything but text.

import { crc32, inflateSync } from "node:zlib";
import { compile as vegaLite } from "vega-lite";
import { describe, expect, it } from "vitest";
import { csvOf, drawing, type Held, type Plot, plotKinds, plotOf, printed, type Shown } from "../../src/plots/index.ts";
import type { Summary } from "../../src/reports/index.ts";
import { hostile } from "./data.ts";

const summary: Summary = {
  schema: "ffm.summary/1",
  model: { name: hostile, hash: "sha256:00" },
  mode: "stream",
  rows: 1000,
  skipped: 0,
  leftOut: { bad: 0, repeated: 0, late: 0, newLevel: 0 },
  missing: {},
  passes: 1,
  converged: true,
  logLikelihood: -10,
  logPrior: -1,
  logEvidence: -12,
  prequential: null,
  prequentialFrom: null,
  coverage: null,
  codeLength: null,
  pacBayes: null,
  aic: 24,
  bic: 26,
  effectiveParameters: 2,
  informationGained: 3,
  parameters: [
    { name: "small", index: [], estimate: 0.001, se: 0.0001, lower: 0.0008, upper: 0.0012, fromPrior: 0, robust: null },
    { name: "large", index: [], estimate: 3000, se: 10, lower: 2980, upper: 3020, fromPrior: 0.1, robust: 11 },
    ...Array.from({ length: 100 }, (_, k) => {
      const estimate = (k * 37) % 100;
      const index = [k === 0 ? hostile : `level ${k}`];
      return {
        name: "effect",
        index,
        estimate,
        se: 1,
        lower: estimate - 2,
        upper: estimate + 2,
        fromPrior: 0.5,
        robust: 1,
      };
    }),
  ],
  reports: [{ name: "derived", index: [], estimate: 1, se: 0.1, lower: 0.8, upper: 1.2 }],
  interval: 0.95,
  errors: "model",
  plan: {
    blocks: [{ parameters: [hostile], structure: "full", flopsPerRow: 10, bytes: 2048, reason: hostile }],
    flopsPerRow: 10,
    bytes: 2048,
    backend: "wasm",
  },
  events: [{ kind: "replanned", row: 300, message: hostile, from: "full", to: "diagonal", reason: hostile }],
  diagnostics: [{ code: "FF601", severity: "warning", message: hostile, span: null }],
  configuration: { data: hostile },
  timing: { compileMs: 0, readMs: 0, updateMs: 0, totalMs: 0 },
};

const held: Held = {
  count: 4,
  response: hostile,
  statement: hostile,
  scores: [{ name: hostile, value: 1.5, meaning: hostile }],
  reliability: [
    { lower: 0, upper: 0.5, predicted: 0.2, observed: 0.25, count: 4 },
    { lower: 0.5, upper: 1, predicted: 0.7, observed: 0, count: 0 },
  ],
  coverage: [{ probability: 0.95, covered: 0.9 }],
  pit: [10, 30, 10, 10],
  predictions: [
    { row: 1, predicted: 1, lower: 0, upper: 2, observed: 1.5 },
    { row: 2, predicted: 5, lower: 4, upper: 6, observed: 9 },
  ],
  confusion: null,
};

const shown: Shown = {
  summary,
  file: hostile,
  source: hostile,
  information: {
    names: ["a", hostile, "b"],
    parameters: [
      { name: "a", first: 0, size: 2 },
      { name: "b", first: 2, size: 1 },
    ],
    diagonal: Float64Array.of(4, 9, 100),
    blocks: [
      // correlation ½: eigenvalues of the scaled matrix are 1.5 and 0.5
      { structure: "full", parameters: ["a"], first: 0, size: 2, dense: Float64Array.of(4, 3, 3, 9) },
      { structure: "diagonal", parameters: ["b"], first: 2, size: 1, dense: Float64Array.of(100) },
    ],
  },
  path: {
    rows: [10, 20, 1000],
    traces: [
      { name: hostile, estimate: [1, 2, 3], lower: [0, 1, 2.5], upper: [2, 3, 3.5] },
      { name: "b", estimate: [1, 1, 1], lower: null, upper: null },
    ],
    interval: 0.95,
    others: 3,
  },
  held: [held],
};

function plot(kind: (typeof plotKinds)[number], of: Shown = shown): Plot {
  const found = plotOf(kind, of);
  if (found === null) throw new Error(`no ${kind}`);
  return found;
}

describe.each(plotKinds)("the plot %s", (kind) => {
  it("is a specification that Vega-Lite takes without a word", () => {
    const said: string[] = [];
    const hear = (...words: unknown[]) => {
      said.push(words.join(" "));
      return logger;
    };
    const logger = {
      level: () => logger,
      error: hear,
      warn: hear,
      info: () => logger,
      debug: () => logger,
    };
    const spec = plot(kind).spec({ width: 400, height: null, palette: printed });
    vegaLite(JSON.parse(JSON.stringify(spec)), { logger: logger as never });
    expect(said).toEqual([]);
  });

  it("is drawn at the width asked for, its words being nothing but text", async () => {
    const draw = await drawing();
    for (const width of [346, 780]) {
      const svg = await draw(plot(kind).spec({ width, height: null, palette: printed }), `${kind}-`);
      expect(svg.startsWith("<svg ")).toBe(true);
      expect(svg).not.toMatch(/<script|<img|NaN|undefined|Infinity/);
      const [, drawn = "0"] = /^<svg [^>]*width="(\d+)/.exec(svg) ?? [];
      expect(Number(drawn)).toBeLessThanOrEqual(width + 8);
      for (const [, id] of svg.matchAll(/ id="([^"]*)"/g)) expect(id).toMatch(new RegExp(`^${kind}-`));
    }
  });

  it("says in words what it shows, and has its data", () => {
    const { title, caption, alternative, table } = plot(kind);
    for (const text of [title, caption, alternative]) expect(text).toMatch(/\S{3}/);
    expect(table.rows.length).toBeGreaterThan(0);
    for (const row of table.rows) expect(row.length).toBeLessThanOrEqual(table.columns.length);
  });
});

it("puts scalars of one size together, and of many levels the ends and the span of the rest", () => {
  const { vconcat } = plot("estimates").spec({ width: 700, height: null, palette: printed }) as {
    vconcat: { data: { values: { label: string; estimate: number; lower: number; upper: number; kind: string }[] } }[];
  };
  const panels = vconcat.map(({ data }) => data.values);
  expect(panels.map((panel) => panel.length)).toEqual([1, 1, 17, 1]);
  const effect = panels[2];
  expect(effect.slice(0, 8).map(({ estimate }) => estimate)).toEqual([99, 98, 97, 96, 95, 94, 93, 92]);
  expect(effect[8]).toMatchObject({ label: "84 others", lower: 8, upper: 91, kind: "rest" });
  expect(effect.slice(-1)[0].label).toBe(hostile);
});

it("has the spectrum of the scaled information, and names the weakest direction", () => {
  const { table, caption } = plot("spectrum");
  const values = table.rows.map((row) => row[1] as number);
  for (const [k, value] of [1.5, 1, 0.5].entries()) expect(values[k]).toBeCloseTo(value, 12);
  expect(caption).toContain("condition number 3.");
  expect(String(table.rows[2][4])).toMatch(/^0\.71 \S.* − 0\.71 /);
});

it("shows the diagonal where blocks are too large for eigenvalues", () => {
  const { information } = shown;
  const blocks = information.blocks.map((block) => ({ ...block, dense: null }));
  const large = { ...shown, information: { ...information, blocks } };
  expect(plot("spectrum", large).title).toBe("Diagonal");
  expect(plot("spectrum", large).table.rows.map((row) => row[2])).toEqual([100, 9, 4]);
  expect(plot("information", large).table.columns).toEqual(["coordinate", "information", "structure"]);
});

it("gives the information cell by cell, in its own units", () => {
  expect(plot("information").table.rows).toEqual([
    ["a", 4],
    [hostile, 3, 9],
    ["b", 0, 0, 100],
  ]);
});

it("draws a large matrix as a picture of its cells", () => {
  const size = 40;
  const dense = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) dense[i * size + j] = i === j ? 2 : i === 0 && j === 1 ? -2 : 0;
  const names = Array.from({ length: size }, (_, k) => `b[${k}]`);
  const information = {
    names,
    parameters: [{ name: "b", first: 0, size }],
    diagonal: new Float64Array(size).fill(2),
    blocks: [{ structure: "full", parameters: ["b"], first: 0, size, dense }],
  };
  const spec = plot("information", { ...shown, information }).spec({ width: 400, height: null, palette: printed });
  const { layer } = spec as unknown as { layer: { data: { values: { url: string }[] } }[] };
  const png = Buffer.from(layer[0].data.values[0].url.replace("data:image/png;base64,", ""), "base64");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.subarray(0, 4).toString(), body.subarray(4));
    at += 12 + length;
  }
  const pixels = inflateSync(chunks.get("IDAT") as Buffer);
  expect(pixels.length).toBe(size * (size + 1));
  expect([...pixels.subarray(1, 4)]).toEqual([255, 1, 128]);
  const opacity = chunks.get("tRNS") as Buffer;
  expect([opacity[255], opacity[128], opacity[1]]).toEqual([255, 0, 255]);
});

it("shows of a class how often it came true, and of a number what its intervals cover", () => {
  expect(plot("calibration").table.rows).toEqual([[0, 0.5, 0.2, 0.25, 4]]);
  const numbers = { ...shown, held: [{ ...held, reliability: null }] };
  expect(plot("calibration", numbers).table.rows).toEqual([[0.95, 0.9, 4]]);
  expect(plot("pit").alternative).toContain("1 bin outside");
});

it("sets levels that came against those foretold", async () => {
  const levels = [hostile, "no"];
  const counts = [
    [3, 1],
    [0, 2],
  ];
  const classes = { ...shown, held: [{ ...held, confusion: { levels, counts } }] };
  const { alternative, table, spec } = plot("predictions", classes);
  expect(alternative).toBe("5 of 6 responses on the diagonal.");
  expect(table).toEqual({
    columns: ["observed", ...levels],
    rows: [
      [hostile, 3, 1],
      ["no", 0, 2],
    ],
  });
  expect(await (await drawing())(spec({ width: 400, height: null, palette: printed }))).not.toContain("<script");
});

it("has no plot of what is not known", () => {
  const bare = { ...shown, summary: { ...summary, events: [] }, path: null, held: [] };
  const kinds = plotKinds.filter((kind) => plotOf(kind, bare) !== null);
  expect(kinds).toEqual(["estimates", "information", "spectrum"]);
});

it("quotes what CSV needs quoted", () => {
  const rows = [
    ['say "hi"', 1e-300],
    ["a,b\nc", null],
  ];
  expect(csvOf({ columns: ["x", "y"], rows })).toBe('x,y\r\n"say ""hi""",1e-300\r\n"a,b\nc",\r\n');
});
