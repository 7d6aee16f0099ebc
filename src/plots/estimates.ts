// Estimates with their intervals, one row each. Panels put together what can be read on one scale; of a parameter with
// many elements the largest and the smallest are shown, and the span of the rest.

import type { Summary, SummaryParameter, SummaryReport } from "../reports/index.ts";
import { type Canvas, type Cell, counted, figure, framed, type Plot, type Spec, shortened, tipped } from "./plot.ts";

type Estimate = SummaryParameter | SummaryReport;

interface Row {
  readonly label: string;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly tip: string;
  readonly kind: "one" | "rest";
}
interface Panel {
  readonly title: string | null;
  readonly rows: readonly Row[];
}

/** Elements of a parameter that are all shown, and how many of each end where there are more. */
const [all, each] = [24, 8];
/** An interval is at least this share of its panel's width. */
const visible = 0.01;
const rowHeight = 20;

/** The plot of all parameters and derived quantities. */
export function estimatesPlot({ parameters, reports, interval }: Summary): Plot {
  const panels = [...panelsOf(parameters), ...panelsOf(reports)];
  const percent = figure(100 * interval);
  const both: readonly (readonly [string, Estimate])[] = [
    ...parameters.map((p) => ["parameter", p] as const),
    ...reports.map((p) => ["report", p] as const),
  ];
  const clear = both.filter(([, { lower, upper }]) => lower > 0 || upper < 0).length;
  return {
    kind: "estimates",
    title: "Estimates",
    caption: `Dots are estimates, lines ${percent} % intervals; 0 is marked where it is in view. Panels have scales of their own.`,
    alternative: `Estimates and ${percent} % intervals of ${counted(both.length, "quantity", "quantities")}; ${counted(clear, "interval")} without 0. The figures are in the table.`,
    table: {
      columns: ["kind", "name", "index", "estimate", "se", "lower", "upper", "fromPrior", "robust"],
      rows: both.map(([kind, p]): Cell[] => [
        kind,
        p.name,
        p.index.join(", "),
        p.estimate,
        p.se,
        p.lower,
        p.upper,
        "fromPrior" in p ? p.fromPrior : null,
        "robust" in p ? p.robust : null,
      ]),
    },
    half: false,
    spec: (canvas) => specOf(panels, canvas),
  };
}

/** Vectors by name, each a panel; scalars together as long as each interval can be seen. */
function panelsOf(estimates: readonly Estimate[]): readonly Panel[] {
  const vectors = new Map<string, Estimate[]>();
  const scalars: { low: number; high: number; least: number; rows: Row[] }[] = [];
  for (const one of estimates) {
    if (one.index.length > 0) {
      const elements = vectors.get(one.name) ?? [];
      elements.push(one);
      vectors.set(one.name, elements);
      continue;
    }
    const fits = scalars.find((s) => {
      const span = Math.max(s.high, one.upper) - Math.min(s.low, one.lower);
      return Math.min(s.least, one.upper - one.lower) >= visible * span;
    });
    const row = rowOf(one, one.name);
    const { lower, upper } = one;
    if (fits === undefined) scalars.push({ low: lower, high: upper, least: upper - lower, rows: [row] });
    else {
      fits.rows.push(row);
      fits.low = Math.min(fits.low, lower);
      fits.high = Math.max(fits.high, upper);
      fits.least = Math.min(fits.least, upper - lower);
    }
  }
  return [
    ...scalars.map(({ rows }) => ({ title: null, rows })),
    ...[...vectors].map(([name, elements]) => ({ title: name, rows: rowsOf(elements) })),
  ];
}

function rowsOf(elements: readonly Estimate[]): readonly Row[] {
  const row = (one: Estimate): Row => rowOf(one, one.index.join(", "));
  if (elements.length <= all) return elements.map(row);
  const sorted = [...elements].sort((a, b) => b.estimate - a.estimate);
  const rest = sorted.slice(each, -each);
  const [high, low] = [rest[0]?.estimate ?? 0, rest.at(-1)?.estimate ?? 0];
  const middle = rest[Math.floor(rest.length / 2)]?.estimate ?? 0;
  const label = counted(rest.length, "other");
  const tip = `${label}: estimates from ${figure(low)} to ${figure(high)}, median ${figure(middle)}`;
  return [
    ...sorted.slice(0, each).map(row),
    { label, estimate: middle, lower: low, upper: high, tip, kind: "rest" },
    ...sorted.slice(-each).map(row),
  ];
}

function rowOf(one: Estimate, label: string): Row {
  const { estimate, se, lower, upper } = one;
  const name = one.index.length === 0 ? one.name : `${one.name}[${one.index.join(", ")}]`;
  const tip = `${name}: ${figure(estimate)}, from ${figure(lower)} to ${figure(upper)}, standard error ${figure(se)}`;
  return { label, estimate, lower, upper, tip, kind: "one" };
}

function specOf(panels: readonly Panel[], canvas: Canvas): Spec {
  const { width, height, palette } = canvas;
  const longest = Math.max(1, ...panels.flatMap(({ rows }) => rows.map(({ label }) => [...label].length)));
  const margin = Math.round(Math.min(0.38 * width, 16 + 6.4 * Math.min(longest, 34)));
  const letters = Math.floor((margin - 12) / 6);
  const drawn = panels.reduce((sum, { rows }) => sum + rows.length, 0);
  const room = height === null ? null : Math.max(6, (height - 62 * panels.length) / Math.max(1, drawn));
  const step = room === null ? rowHeight : Math.min(60, room);
  const vconcat = panels.map((panel) =>
    panelSpec(panel, { palette, step, margin, letters, width: width - margin - 22 }),
  );
  return framed(canvas, { vconcat, spacing: 18 });
}

interface Place {
  readonly palette: Canvas["palette"];
  readonly step: number;
  readonly margin: number;
  readonly letters: number;
  readonly width: number;
}

function panelSpec({ title, rows }: Panel, { palette, step, margin, letters, width }: Place): Spec {
  const values = rows.map((row, at) => ({ ...row, at, shown: shortened(row.label, letters) }));
  const labels = JSON.stringify(values.map(({ shown }) => shown));
  const [low, high] = [Math.min(...rows.map((r) => r.lower)), Math.max(...rows.map((r) => r.upper))];
  const zero = low <= 0 && high >= 0;
  const y = {
    field: "at",
    type: "ordinal",
    axis: {
      title: null,
      labelExpr: `${labels}[datum.value]`,
      labelColor: palette.ink,
      minExtent: margin,
      maxExtent: margin,
      grid: false,
      labelLimit: margin,
    },
  };
  const x = {
    type: "quantitative",
    scale: { zero: false, nice: true },
    title: null,
    axis: {
      grid: true,
      tickCount: Math.max(3, Math.round(width / 90)),
      format: formatFor(low, high),
      labelFlush: false,
    },
  };
  return {
    ...(title === null ? {} : { title: { text: title, dx: -margin } }),
    width,
    height: { step },
    data: { values },
    layer: [
      ...(zero
        ? [
            {
              mark: { type: "rule", color: palette.muted, strokeDash: [2, 2], aria: false },
              encoding: { x: { ...x, datum: 0 } },
            },
          ]
        : []),
      {
        mark: { type: "rule", strokeCap: "round" },
        encoding: {
          y,
          x: { ...x, field: "lower" },
          x2: { field: "upper" },
          description: tipped,
          color: { value: palette.accent },
          strokeWidth: { condition: { test: "datum.kind === 'rest'", value: 7 }, value: 2 },
          opacity: { condition: { test: "datum.kind === 'rest'", value: 0.25 }, value: 0.9 },
        },
      },
      {
        transform: [{ filter: "datum.kind === 'one'" }],
        mark: { type: "point", filled: true, size: Math.min(54, 3 * step), opacity: 1, color: palette.accent },
        encoding: { y, x: { ...x, field: "estimate" }, description: tipped },
      },
    ],
  };
}

/** Numbers of an axis: plain where they are of a readable size. */
export function formatFor(low: number, high: number): string {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return size >= 1e5 || size < 1e-3 ? "~e" : "~r";
}
