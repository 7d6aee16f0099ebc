// The information as a matrix: what coordinates say of each other, in the blocks that the plan keeps. Cells are scaled
// to unit diagonal, I_ij / √(I_ii I_jj), so that units do not matter.

import type { Information, InformationBlock } from "./data.ts";
import { heatImage } from "./heat-image.ts";
import { type Canvas, type Cell, counted, figure, framed, type Plot, type Spec, shortened, tipped } from "./plot.ts";

/** Coordinates up to which each has its label, and its cells say what they are. */
const labelled = 32;

/** Whether every block is known cell by cell. */
function isDense({ blocks }: Information): boolean {
  return blocks.every(({ dense }) => dense !== null);
}

/** The plot of the information; null for a model without coordinates. */
export function informationPlot(information: Information): Plot | null {
  const { names, blocks } = information;
  if (names.length === 0) return null;
  const dense = isDense(information);
  const kept = blocks.map(({ structure, size }) => `${structure} (${counted(size, "coordinate")})`);
  const shown = `${kept.slice(0, 6).join(", ")}${kept.length > 6 ? ` and ${kept.length - 6} more` : ""}`;
  return {
    kind: "information",
    title: "Matrix",
    caption: dense
      ? "Cells are the information between two coordinates, scaled to 1 on the diagonal: blue together, rust against each other, the stronger the more. Frames are the plan's blocks; what lies outside them is not kept."
      : "Frames are the plan's blocks along the diagonal; the matrix has too many coordinates to be shown cell by cell.",
    alternative: `Matrix of ${counted(names.length, "coordinate")} in ${counted(blocks.length, "block")}: ${shown}.`,
    table: dense
      ? {
          columns: ["coordinate", ...names],
          rows: names.map((name, i): Cell[] => [name, ...names.slice(0, i + 1).map((_, j) => cellAt(blocks, i, j))]),
        }
      : {
          columns: ["coordinate", "information", "structure"],
          rows: names.map((name, i): Cell[] => [
            name,
            information.diagonal[i] ?? null,
            blocks.find(({ first, size }) => i >= first && i < first + size)?.structure ?? null,
          ]),
        },
    half: true,
    spec: (canvas) => specOf(information, dense, canvas),
  };
}

function cellAt(blocks: readonly InformationBlock[], i: number, j: number): number {
  for (const { first, size, dense } of blocks) {
    if (i < first || j < first || i >= first + size || j >= first + size) continue;
    return dense?.[(i - first) * size + (j - first)] ?? 0;
  }
  return 0;
}

/** The matrix scaled to unit diagonal; a coordinate without information has zeros. */
function scaled({ names, blocks, diagonal }: Information): Float64Array {
  const size = names.length;
  const cells = new Float64Array(size * size);
  for (const { first, size: own, dense } of blocks)
    for (let i = 0; i < own; i++)
      for (let j = 0; j < own; j++) {
        const scale = Math.sqrt((diagonal[first + i] as number) * (diagonal[first + j] as number));
        const value = (dense?.[i * own + j] ?? 0) / scale;
        cells[(first + i) * size + first + j] = Number.isFinite(value) ? value : 0;
      }
  return cells;
}

function specOf(information: Information, dense: boolean, canvas: Canvas): Spec {
  const { names, blocks, parameters } = information;
  const { width, height, palette } = canvas;
  const size = names.length;
  const few = size <= labelled;
  const texts = few ? names : parameters.map(({ name }) => name);
  const longest = Math.max(1, ...texts.map((text) => [...text].length));
  const margin = Math.round(Math.min(0.34 * width, 14 + 6 * Math.min(longest, 24)));
  const side = Math.max(60, Math.min(width - margin - 8, height === null ? 440 : height - 12));
  const letters = Math.floor((margin - 10) / 5.6);
  const marks = few
    ? names.map((text, k) => ({ at: k + 0.5, text }))
    : parameters
        .filter(({ size: own }) => (own / size) * side >= 11)
        .map(({ name, first, size: own }) => ({ at: first + own / 2, text: name }));
  const at = JSON.stringify(marks.map((mark) => mark.at));
  const shown = JSON.stringify(marks.map(({ text }) => shortened(text, letters)));
  const y = {
    type: "quantitative",
    scale: { domain: [0, size], reverse: true, nice: false, zero: false },
    axis: {
      values: marks.map((mark) => mark.at),
      labelExpr: `${shown}[indexof(${at}, datum.value)]`,
      grid: false,
      title: null,
      minExtent: margin,
      maxExtent: margin,
      labelLimit: margin,
      labelOverlap: false,
      labelColor: palette.ink,
      labelFontSize: few && side / size < 12 ? 9 : 11,
    },
  };
  const x = { type: "quantitative", scale: { domain: [0, size], nice: false, zero: false }, axis: null };
  const frames = blocks.map(({ structure, parameters: own, first, size: count }) => ({
    from: first,
    to: first + count,
    kept: structure,
    tip: `${structure}: ${shortened(own.join(", "), 80)}, ${counted(count, "coordinate")}`,
  }));
  const layer: Spec[] = [
    ...(dense ? [cellLayer(information, few, x, y, palette)] : []),
    {
      data: { values: frames },
      mark: {
        type: "rect",
        fill: dense ? "transparent" : palette.accent,
        fillOpacity: dense ? 0 : 0.25,
        stroke: palette.ink,
        strokeWidth: 1,
        strokeOpacity: 0.8,
      },
      encoding: {
        x: { ...x, field: "from" },
        x2: { field: "to" },
        y: { ...y, field: "from" },
        y2: { field: "to" },
        ...(few && dense ? {} : { description: tipped }),
      },
    },
  ];
  const named = {
    data: {
      values: frames
        .filter(({ from, to }) => ((to - from) / size) * side > 44)
        .map(({ from, to, kept }) => ({ at: (from + to) / 2, kept })),
    },
    mark: { type: "text", color: palette.ink, aria: false },
    encoding: { x: { ...x, field: "at" }, y: { ...y, field: "at" }, text: { field: "kept", type: "nominal" } },
  };
  if (!dense) layer.push(named);
  return framed(canvas, { width: side, height: side, view: { stroke: palette.rule }, layer });
}

function cellLayer(information: Information, few: boolean, x: Spec, y: Spec, palette: Canvas["palette"]): Spec {
  const { names } = information;
  const size = names.length;
  const cells = scaled(information);
  if (!few)
    return {
      data: { values: [{ url: heatImage(cells, size) }] },
      mark: { type: "image", aspect: false, smooth: false, aria: false },
      encoding: {
        url: { field: "url", type: "nominal" },
        x: { ...x, datum: 0 },
        x2: { datum: size },
        y: { ...y, datum: 0 },
        y2: { datum: size },
      },
    };
  const values = names.flatMap((row, i) =>
    names.flatMap((column, j) => {
      const value = cells[i * size + j] as number;
      if (value === 0) return [];
      const tip = `${row} × ${column}: ${figure(value)}`;
      return [{ x: j, x2: j + 1, y: i, y2: i + 1, size: Math.min(1, Math.abs(value)), sign: Math.sign(value), tip }];
    }),
  );
  return {
    data: { values },
    mark: { type: "rect", strokeWidth: 0 },
    encoding: {
      x: { ...x, field: "x" },
      x2: { field: "x2" },
      y: { ...y, field: "y" },
      y2: { field: "y2" },
      fillOpacity: {
        field: "size",
        type: "quantitative",
        scale: { type: "sqrt", domain: [0, 1], range: [0, 1] },
        legend: null,
      },
      fill: { condition: { test: "datum.sign < 0", value: palette.warm }, value: palette.accent },
      description: tipped,
    },
  };
}
