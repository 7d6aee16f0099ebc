// Estimates with their intervals as a picture: a panel for quantities that share a scale, a line for each.

import { svg } from "./elements.ts";
import { ticks } from "./numbers.ts";

/** A quantity to draw. */
export interface Interval {
  /** What it is an element of; elements of one array share a panel. */
  readonly name: string;
  readonly label: string;
  /** Derived quantities never share a panel with parameters: an odds ratio is not on the scale of log odds. */
  readonly derived: boolean;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

interface Panel {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly Interval[];
}

const row = 21;
const axisHeight = 30;
const longestLabel = 24;
/** A panel is at most so many times as wide as its narrowest interval, so that every interval can be seen. */
const widest = 25;
/** 0 is near where it is not farther than so many times the panel's extent. */
const near = 3;

function extent(rows: readonly Interval[]): readonly [number, number] {
  return [Math.min(...rows.map((r) => r.lower)), Math.max(...rows.map((r) => r.upper))];
}

/** Neighbours share a panel while all their intervals can be seen on one scale; arrays are never divided. */
function panels(rows: readonly Interval[]): readonly Panel[] {
  const groups = new Map<string, Interval[]>();
  for (const r of rows) groups.set(r.name, [...(groups.get(r.name) ?? []), r]);
  const joined: Interval[][] = [];
  for (const group of groups.values()) {
    const together = [...(joined.at(-1) ?? []), ...group];
    const [from, to] = extent(together);
    const alike = together.every((r) => r.derived === together[0]?.derived);
    const narrowest = Math.min(...together.map((r) => r.upper - r.lower));
    if (joined.length > 0 && alike && to - from <= widest * narrowest) joined[joined.length - 1] = together;
    else joined.push(group);
  }
  return joined.map((members) => {
    const [low, high] = extent(members);
    // 0 is worth showing where it is near.
    const span = high - low || Math.abs(high) || 1;
    const from = low > 0 && low < near * span ? 0 : low;
    const to = high < 0 && -high < near * span ? 0 : high;
    const margin = 0.03 * (to - from || span);
    return { from: from - margin, to: to + margin, rows: members };
  });
}

function shorten(text: string): string {
  return text.length <= longestLabel ? text : `${text.slice(0, longestLabel - 1)}…`;
}

/** The picture, as wide as said; rows without a finite interval are left out. */
export function intervalPlot(all: readonly Interval[], description: string, width: number): SVGElement {
  const rows = all.filter((r) => Number.isFinite(r.lower) && Number.isFinite(r.upper) && Number.isFinite(r.estimate));
  const left = 12 + 7.4 * Math.max(4, ...rows.map((r) => Math.min(longestLabel, r.label.length)));
  const parts: SVGElement[] = [];
  let top = 6;
  for (const panel of panels(rows)) {
    const scale = (value: number): number =>
      left + ((width - left - 12) * (value - panel.from)) / (panel.to - panel.from);
    const bottom = top + row * panel.rows.length;
    for (const tick of ticks(panel.from, panel.to, width < 480 ? 4 : 5)) {
      const x = scale(tick.at);
      parts.push(svg("line", { class: tick.at === 0 ? "zero" : "axis", x1: x, x2: x, y1: top, y2: bottom }));
      parts.push(svg("text", { class: "tick", x, y: bottom + 14, "text-anchor": "middle" }, tick.text));
    }
    for (const [place, r] of panel.rows.entries()) {
      const y = top + row * (place + 0.5);
      parts.push(svg("text", { class: "label", x: left - 10, y: y + 4, "text-anchor": "end" }, shorten(r.label)));
      parts.push(svg("line", { class: "interval", x1: scale(r.lower), x2: scale(r.upper), y1: y, y2: y }));
      parts.push(svg("circle", { cx: scale(r.estimate), cy: y, r: 4 }));
    }
    top = bottom + axisHeight;
  }
  const box = { viewBox: `0 0 ${width} ${Math.max(top - 8, 1)}`, class: "intervals", role: "img" };
  return svg("svg", { ...box, "aria-label": description }, ...parts);
}
