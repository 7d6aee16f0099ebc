// The way of the estimates over rows: small multiples, each coordinate on its own scale, with its interval as a band.

import type { Path, Trace } from "./data.ts";
import { formatFor } from "./estimates.ts";
import { type Canvas, type Cell, counted, figure, framed, type Plot, type Spec, shortened, tipped } from "./plot.ts";

/** Coordinates drawn. */
const most = 12;

/** The plot of a recorded path; null where fewer than two points were recorded. */
export function pathPlot(path: Path): Plot | null {
  const { rows, traces, interval, others } = path;
  if (rows.length < 2 || traces.length === 0) return null;
  const shown = traces.slice(0, most);
  const left = others + traces.length - shown.length;
  const [first, last] = [rows[0] ?? 0, rows.at(-1) ?? 0];
  const banded = shown.some(({ lower }) => lower !== null);
  const band = banded ? ` the band is the ${figure(100 * interval)} % interval;` : "";
  const rest = left === 0 ? "" : ` ${counted(left, "more coordinate")} not drawn.`;
  return {
    kind: "path",
    title: "Path over rows",
    caption: `Each estimate as rows came in:${band} a path that goes on drifting once its band is narrow says that the data change.${rest}`,
    alternative: `Lines of ${counted(shown.length, "estimate")} from row ${figure(first)} to row ${figure(last)}, at ${counted(rows.length, "point")}.`,
    table: {
      columns: ["rows", "name", "estimate", "lower", "upper"],
      rows: traces.flatMap(({ name, estimate, lower, upper }) =>
        rows.map((row, k): Cell[] => [row, name, estimate[k] ?? null, lower?.[k] ?? null, upper?.[k] ?? null]),
      ),
    },
    half: false,
    spec: (canvas) => specOf(rows, shown, canvas),
  };
}

function specOf(rows: readonly number[], traces: readonly Trace[], canvas: Canvas): Spec {
  const { width, height, palette } = canvas;
  const columns = Math.min(traces.length, width >= 560 ? 3 : width >= 300 ? 2 : 1);
  const lines = Math.ceil(traces.length / columns);
  const own = Math.floor((width - 46 - 58 * (columns - 1)) / columns);
  const tall =
    height === null ? (columns === 1 ? 150 : 96) : Math.max(40, Math.floor((height - 44 - 62 * (lines - 1)) / lines));
  const x = {
    field: "row",
    type: "quantitative",
    scale: { zero: false, nice: false },
    axis: { title: null, tickCount: own > 130 ? 3 : 2, format: "~s", grid: false, labelFlush: true },
  };
  const concat = traces.map(({ name, estimate, lower, upper }) => {
    const values = rows.map((row, k) => ({
      row,
      estimate: estimate[k],
      lower: lower?.[k] ?? null,
      upper: upper?.[k] ?? null,
      tip: `${name} after ${counted(row, "row")}: ${figure(estimate[k] ?? null)}`,
    }));
    const [low, high] = domain(estimate, lower, upper);
    const y = {
      type: "quantitative",
      scale: { domain: [low, high], zero: false, nice: false },
      axis: { title: null, tickCount: 3, format: formatFor(low, high), minExtent: 38, maxExtent: 38 },
    };
    const band = {
      mark: { type: "area", color: palette.accent, opacity: 0.16, clip: true, aria: false },
      encoding: { x, y: { ...y, field: "lower" }, y2: { field: "upper" } },
    };
    // a title would stand the higher the higher the labels of the axis reach
    const heading = {
      data: { values: [{ title: shortened(name, Math.floor((own + 30) / 7)) }] },
      mark: {
        type: "text",
        x: 0,
        y: -13,
        align: "left",
        fontSize: 12,
        fontWeight: 600,
        color: palette.ink,
        aria: false,
      },
      encoding: { text: { field: "title", type: "nominal" } },
    };
    return {
      width: own,
      height: tall,
      data: { values },
      layer: [
        heading,
        ...(lower === null ? [] : [band]),
        {
          mark: { type: "line", color: palette.accent, strokeWidth: 1.75, clip: true, aria: false },
          encoding: { x, y: { ...y, field: "estimate" } },
        },
        {
          transform: [{ filter: `datum.row === ${rows.at(-1) ?? 0}` }],
          mark: { type: "point", filled: true, size: 26, opacity: 1, color: palette.accent },
          encoding: { x, y: { ...y, field: "estimate" }, description: tipped },
        },
      ],
    };
  });
  return framed(canvas, { concat, columns, bounds: "flush", align: "all", spacing: { row: 62, column: 58 } });
}

/** The values' span, with bands as far as they do not dwarf it: first intervals may be very wide. */
function domain(
  estimate: readonly number[],
  lower: readonly number[] | null,
  upper: readonly number[] | null,
): readonly [number, number] {
  const late = Math.floor(estimate.length / 8);
  let [low, high] = [Math.min(...estimate), Math.max(...estimate)];
  if (lower !== null) low = Math.min(low, ...lower.slice(late));
  if (upper !== null) high = Math.max(high, ...upper.slice(late));
  const pad = low === high ? Math.max(1e-9, Math.abs(low) * 0.1) : 0.06 * (high - low);
  return [low - pad, high + pad];
}
