// How predictions fare on rows with an answer: probabilities against shares, intervals against what they cover, the
// probability integral transform, and each prediction against what came.

import type { Confusion, Held, Prediction, ReliabilityBin } from "./data.ts";
import { type Canvas, type Cell, counted, figure, framed, type Plot, type Spec, shortened, tipped } from "./plot.ts";

/** Calibration: of probabilities where the response is a class, else of intervals; null where there is neither. */
export function calibrationPlot({ reliability, coverage, count: rows }: Held): Plot | null {
  const bins = reliability?.filter(({ count }) => count > 0) ?? [];
  if (bins.length > 0) return reliabilityPlot(bins);
  if (coverage === null || coverage.length === 0) return null;
  return {
    kind: "calibration",
    title: "Coverage of intervals",
    caption:
      "The share of responses inside predictive intervals of each probability. Honest intervals lie on the diagonal: below it they are too narrow, above it too wide. Bars are ± 2 standard errors of a share.",
    alternative: coverage
      .map(({ probability, covered }) => `${figure(100 * probability)} % intervals cover ${figure(100 * covered)} %`)
      .join("; "),
    table: {
      columns: ["probability", "covered", "rows"],
      rows: coverage.map(({ probability, covered }): Cell[] => [probability, covered, rows]),
    },
    half: true,
    spec: (canvas) => {
      const values = coverage.map(({ probability, covered }) => {
        const error = 2 * Math.sqrt(Math.max(0, covered * (1 - covered)) / Math.max(1, rows));
        return {
          x: probability,
          y: covered,
          low: Math.max(0, covered - error),
          high: Math.min(1, covered + error),
          size: 40,
          tip: `${figure(100 * probability)} % intervals cover ${figure(100 * covered)} % of ${counted(rows, "row")}`,
        };
      });
      return againstDiagonal(canvas, values, "probability of the interval", "share covered");
    },
  };
}

function reliabilityPlot(bins: readonly ReliabilityBin[]): Plot {
  const rows = bins.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(...bins.map(({ count }) => count));
  return {
    kind: "calibration",
    title: "Calibration",
    caption:
      "Predicted probability against the share that came true, in bins; honest predictions lie on the diagonal. Areas of the dots are counts, bars ± 2 standard errors of a share.",
    alternative: bins
      .map((b) => `predicted ${figure(b.predicted)}, observed ${figure(b.observed)} in ${counted(b.count, "case")}`)
      .join("; "),
    table: {
      columns: ["lower", "upper", "predicted", "observed", "count"],
      rows: bins.map((b): Cell[] => [b.lower, b.upper, b.predicted, b.observed, b.count]),
    },
    half: true,
    spec: (canvas) => {
      const values = bins.map(({ predicted, observed, count }) => {
        const error = 2 * Math.sqrt(Math.max(1e-12, predicted * (1 - predicted)) / count);
        return {
          x: predicted,
          y: observed,
          low: Math.max(0, observed - error),
          high: Math.min(1, observed + error),
          size: 14 + 130 * (count / most),
          tip: `predicted ${figure(predicted)}, observed ${figure(observed)}: ${counted(count, "case")} of ${figure(rows)}`,
        };
      });
      return againstDiagonal(canvas, values, "predicted probability", "share that came true");
    },
  };
}

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly size: number;
  readonly tip: string;
}

function againstDiagonal(canvas: Canvas, values: readonly Dot[], across: string, up: string): Spec {
  const { width, height, palette } = canvas;
  const scale = { domain: [0, 1], nice: false };
  const axis = { tickCount: 5, format: "~r" };
  const x = { type: "quantitative", scale, axis: { ...axis, title: across, grid: false } };
  const y = { type: "quantitative", scale, axis: { ...axis, title: up } };
  return framed(canvas, {
    width,
    height: height ?? 300,
    autosize: { type: "fit", contains: "padding" },
    data: { values },
    layer: [
      {
        data: { values: [{ a: 0 }, { a: 1 }] },
        mark: { type: "line", color: palette.muted, strokeWidth: 1, strokeDash: [3, 3], aria: false },
        encoding: { x: { ...x, field: "a" }, y: { ...y, field: "a" } },
      },
      {
        mark: { type: "rule", color: palette.accent, opacity: 0.55, strokeWidth: 1.5, aria: false },
        encoding: { x: { ...x, field: "x" }, y: { ...y, field: "low" }, y2: { field: "high" } },
      },
      {
        mark: { type: "point", filled: true, color: palette.accent, opacity: 0.95 },
        encoding: {
          x: { ...x, field: "x" },
          y: { ...y, field: "y" },
          size: { field: "size", type: "quantitative", scale: null, legend: null },
          description: tipped,
        },
      },
    ],
  });
}

/** Histogram of the probability integral transform; null where there is none. */
export function pitPlot({ pit }: Held): Plot | null {
  if (pit === null || pit.length === 0) return null;
  const total = pit.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const even = total / pit.length;
  const error = 2 * Math.sqrt(even * (1 - 1 / pit.length));
  const outside = pit.filter((count) => Math.abs(count - even) > error).length;
  const place = (k: number): number => k / pit.length;
  return {
    kind: "pit",
    title: "Probability integral transform",
    caption:
      "Where each response fell in its own predictive distribution. Flat is honest; a hump in the middle says that predictions are too wide, high ends too narrow, a slope that they are off to one side. The band is where 95 % of bars of an honest model lie.",
    alternative: `${counted(pit.length, "bin")} of ${counted(total, "response")}; ${counted(outside, "bin")} outside the band around the even share of ${figure(even)}.`,
    table: {
      columns: ["lower", "upper", "count"],
      rows: pit.map((count, k): Cell[] => [place(k), place(k + 1), count]),
    },
    half: true,
    spec: (canvas) => {
      const { width, height, palette } = canvas;
      const values = pit.map((count, k) => ({
        from: place(k),
        to: place(k + 1),
        count,
        tip: `${figure(place(k))} to ${figure(place(k + 1))}: ${counted(count, "response")}, ${figure(even)} if even`,
      }));
      const x = {
        type: "quantitative",
        scale: { domain: [0, 1], nice: false },
        axis: { title: "place in the predictive distribution", tickCount: 5, format: "~r", grid: false },
      };
      const y = {
        type: "quantitative",
        scale: { domain: [0, 1.1 * Math.max(even + error, ...pit)], nice: false },
        axis: { title: "responses", tickCount: 4, format: "~s" },
      };
      return framed(canvas, {
        width,
        height: height ?? 300,
        autosize: { type: "fit", contains: "padding" },
        layer: [
          {
            data: { values: [{ low: Math.max(0, even - error), high: even + error }] },
            mark: { type: "rect", color: palette.muted, opacity: 0.16, aria: false },
            encoding: { x: { ...x, datum: 0 }, x2: { datum: 1 }, y: { ...y, field: "low" }, y2: { field: "high" } },
          },
          {
            data: { values },
            mark: { type: "bar", color: palette.accent, opacity: 0.8, binSpacing: 1 },
            encoding: {
              x: { ...x, field: "from", bin: "binned" },
              x2: { field: "to" },
              y: { ...y, field: "count" },
              description: tipped,
            },
          },
          {
            data: { values: [{ even }] },
            mark: { type: "rule", color: palette.muted, strokeDash: [3, 3], aria: false },
            encoding: { y: { ...y, field: "even" } },
          },
        ],
      });
    },
  };
}

/** Rows drawn with their intervals. */
const barred = 150;

/** Predictions against responses; null where there are none. */
export function predictionsPlot({ predictions, confusion, count, response }: Held): Plot | null {
  if (confusion !== null) return confusionPlot(confusion, response);
  if (predictions.length === 0) return null;
  const inside = predictions.filter(({ observed, lower, upper }) => observed >= lower && observed <= upper).length;
  const some =
    predictions.length < count
      ? `${counted(predictions.length, "response")} of ${figure(count)}`
      : counted(count, "response");
  const every = Math.ceil(predictions.length / barred);
  const lines = every > 1 ? ` of one in ${every}` : "";
  return {
    kind: "predictions",
    title: "Predictions against data",
    caption: `Predicted against observed ${response}, ${some}. Lines are predictive intervals${lines}; rust where they miss the response.`,
    alternative: `${some}; ${figure(inside)} inside the intervals.`,
    table: {
      columns: ["row", "predicted", "lower", "upper", "observed"],
      rows: predictions.map((p): Cell[] => [p.row, p.predicted, p.lower, p.upper, p.observed]),
    },
    half: false,
    spec: (canvas) => scatter(predictions, canvas),
  };
}

/** What came against what was foretold, level by level, in shares of what came. */
function confusionPlot({ levels, counts }: Confusion, response: string): Plot {
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = counts.reduce((sum, row, k) => sum + (row[k] ?? 0), 0);
  return {
    kind: "predictions",
    title: "Predictions against data",
    caption: `The level of ${response} that came, by row, and the most probable one, by column. Numbers are counts; the colour is their share of the row.`,
    alternative: `${figure(right)} of ${counted(total, "response")} on the diagonal.`,
    table: { columns: ["observed", ...levels], rows: counts.map((row, k): Cell[] => [levels[k] ?? "", ...row]) },
    half: levels.length <= 6,
    spec: (canvas) => confusionSpec(levels, counts, canvas),
  };
}

function confusionSpec(levels: readonly string[], counts: Confusion["counts"], canvas: Canvas): Spec {
  const { width, height, palette } = canvas;
  const longest = Math.max(...levels.map((level) => [...level].length));
  const margin = Math.round(Math.min(0.3 * width, 18 + 6.4 * Math.min(longest, 20)));
  const letters = Math.floor((margin - 14) / 6);
  const side = Math.min(
    (width - margin - 8) / levels.length,
    120,
    height === null ? 120 : (height - 44) / levels.length,
  );
  const values = counts.flatMap((row, observed) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => ({
      observed,
      predicted,
      count,
      share: all === 0 ? 0 : count / all,
      tip: `${levels[observed]} came, ${levels[predicted]} was most probable: ${counted(count, "time")}`,
    }));
  });
  const names = (most: number): string =>
    `${JSON.stringify(levels.map((level) => shortened(level, most)))}[datum.value]`;
  const axis = { labelColor: palette.ink, grid: false, labelLimit: margin };
  const y = {
    field: "observed",
    type: "ordinal",
    axis: { ...axis, title: null, labelExpr: names(letters), minExtent: margin },
  };
  const x = {
    field: "predicted",
    type: "ordinal",
    axis: {
      ...axis,
      title: "most probable",
      orient: "bottom",
      labelAngle: 0,
      labelExpr: names(Math.max(2, Math.floor(side / 7))),
    },
  };
  return framed(canvas, {
    width: side * levels.length,
    height: Math.min(side, 44) * levels.length,
    data: { values },
    layer: [
      {
        mark: { type: "rect", color: palette.accent, strokeWidth: 0 },
        encoding: {
          x,
          y,
          fillOpacity: {
            field: "share",
            type: "quantitative",
            scale: { domain: [0, 1], range: [0, 0.62] },
            legend: null,
          },
          description: tipped,
        },
      },
      {
        mark: { type: "text", color: palette.ink, aria: false },
        encoding: { x, y, text: { field: "count", type: "quantitative", format: "," } },
      },
    ],
  });
}

function scatter(predictions: readonly Prediction[], canvas: Canvas): Spec {
  const { width, height, palette } = canvas;
  const ends = predictions.flatMap(({ predicted, observed }) => [predicted, observed]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const pad = 0.04 * (high - low || 1);
  const domain = [low - pad, high + pad];
  const every = Math.max(1, Math.ceil(predictions.length / barred));
  const values = predictions.map((p, k) => ({
    ...p,
    missed: p.observed < p.lower || p.observed > p.upper,
    barred: k % every === 0,
    tip: `row ${p.row}: predicted ${figure(p.predicted)} (${figure(p.lower)} to ${figure(p.upper)}), observed ${figure(p.observed)}`,
  }));
  const x = {
    type: "quantitative",
    scale: { domain, nice: false, zero: false },
    axis: { title: "observed", tickCount: 6, grid: false, format: "~s" },
  };
  const y = {
    type: "quantitative",
    scale: { domain, nice: false, zero: false },
    axis: { title: "predicted", tickCount: 5, format: "~s" },
  };
  const color = { condition: { test: "datum.missed", value: palette.warm }, value: palette.accent };
  return framed(canvas, {
    width,
    height: height ?? Math.round(Math.min(380, 0.75 * width)),
    autosize: { type: "fit", contains: "padding" },
    layer: [
      {
        data: { values: domain.map((a) => ({ a })) },
        mark: { type: "line", color: palette.muted, strokeWidth: 1, strokeDash: [3, 3], aria: false },
        encoding: { x: { ...x, field: "a" }, y: { ...y, field: "a" } },
      },
      {
        data: { values },
        transform: [{ filter: "datum.barred" }],
        mark: { type: "rule", opacity: 0.3, strokeWidth: 1.25, clip: true, aria: false },
        encoding: { x: { ...x, field: "observed" }, y: { ...y, field: "lower" }, y2: { field: "upper" }, color },
      },
      {
        data: { values },
        mark: { type: "point", filled: true, size: predictions.length > 300 ? 12 : 26, opacity: 0.75 },
        encoding: { x: { ...x, field: "observed" }, y: { ...y, field: "predicted" }, color, description: tipped },
      },
    ],
  });
}
