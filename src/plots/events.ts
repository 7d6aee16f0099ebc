// What happened on the way, at its row.

import type { Summary } from "../reports/index.ts";
import { type Cell, counted, figure, framed, type Plot, tipped } from "./plot.ts";

/** The time line of a summary's events; null where there were none. */
export function eventsPlot({ events, rows }: Pick<Summary, "events" | "rows">): Plot | null {
  if (events.length === 0) return null;
  const kinds = [...new Set(events.map(({ kind }) => kind as string))];
  const last = Math.max(1, rows, ...events.map(({ row }) => row));
  return {
    kind: "events",
    title: "Events",
    caption: "What happened on the way, by the number of rows that had been taken in.",
    alternative: `${counted(events.length, "event")} in ${counted(rows, "row")}: ${events
      .slice(0, 8)
      .map(({ kind, row }) => `${kind} at row ${figure(row)}`)
      .join(", ")}.`,
    table: {
      columns: ["row", "kind", "message"],
      rows: events.map(({ row, kind, message }): Cell[] => [row, kind, message]),
    },
    half: false,
    spec: (canvas) => {
      const { width, height, palette } = canvas;
      const values = events.map(({ row, kind, message }) => ({
        row,
        kind,
        tip: `row ${figure(row)}, ${kind}: ${message}`,
      }));
      return framed(canvas, {
        width,
        height: height ?? 44 + 30 * kinds.length,
        autosize: { type: "fit", contains: "padding" },
        data: { values },
        mark: { type: "point", filled: true, size: 70, opacity: 0.75, color: palette.warm },
        encoding: {
          x: {
            field: "row",
            type: "quantitative",
            scale: { domain: [0, last], nice: false },
            axis: {
              title: "rows",
              tickCount: width > 500 ? 8 : 4,
              format: "~s",
              grid: false,
              domain: true,
              domainColor: palette.rule,
            },
          },
          y: {
            field: "kind",
            type: "nominal",
            scale: { domain: kinds },
            axis: { title: null, grid: true, labelColor: palette.ink },
          },
          description: tipped,
        },
      });
    },
  };
}
