// Eigenvalues of the information scaled to unit diagonal, block by block: 1 where coordinates are told apart as well as
// alone, near 0 for a combination that the rows hardly say anything of. Where blocks are too large for eigenvalues, the
// diagonal stands in.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Information, InformationBlock } from "./data.ts";
import { type Canvas, type Cell, counted, figure, framed, type Plot, type Spec, shortened, tipped } from "./plot.ts";

/** Coordinates of a block whose eigenvalues are computed, and points that are drawn. */
const [largest, drawn] = [300, 400];

interface Eigenvalue {
  readonly value: number;
  readonly block: number;
  readonly direction: string;
}

/** The plot of the spectrum, or of the diagonal where no block is small enough; null without coordinates. */
export function spectrumPlot(information: Information): Plot | null {
  if (information.names.length === 0) return null;
  const done = information.blocks.flatMap((block, k) =>
    block.dense !== null && block.size <= largest ? spectrumOf(information, block, k) : [],
  );
  return done.length === 0 ? diagonalPlot(information) : eigenvaluePlot(information, done);
}

function eigenvaluePlot({ blocks }: Information, found: readonly Eigenvalue[]): Plot {
  const spectrum = [...found].sort((a, b) => b.value - a.value);
  const positive = spectrum.filter(({ value }) => value > 0);
  const none = spectrum.length - positive.length;
  const [top, bottom] = [positive[0], positive.at(-1)];
  const condition = top !== undefined && bottom !== undefined ? top.value / bottom.value : 1;
  const told = bottom === undefined ? "" : ` Weakest direction: ${bottom.direction}.`;
  const without = none === 0 ? "" : ` ${counted(none, "direction has", "directions have")} no information.`;
  return {
    kind: "spectrum",
    title: "Spectrum",
    caption: `Eigenvalues of the scaled information, largest first, condition number ${figure(condition)}. Values near 1 stand for coordinates told apart as well as if they were alone; far below 1 for combinations that the rows say little of.${told}${without}`,
    alternative: `${counted(spectrum.length, "eigenvalue")} from ${figure(top?.value ?? null)} to ${figure(bottom?.value ?? null)}.${told}`,
    table: {
      columns: ["rank", "eigenvalue", "block", "structure", "direction"],
      rows: spectrum.map(({ value, block, direction }, k): Cell[] => [
        k + 1,
        value,
        block + 1,
        blocks[block]?.structure ?? null,
        direction,
      ]),
    },
    half: true,
    spec: (canvas) => {
      const points = positive.map(({ value, direction, block }, k) => ({
        rank: k + 1,
        value,
        tip: `${figure(value)}, block ${block + 1}: ${direction}`,
      }));
      return ranked(points, "eigenvalue", 1, canvas);
    },
  };
}

/** What the rows say of single coordinates, whatever of others. */
function diagonalPlot({ names, diagonal }: Information): Plot {
  const sorted = names
    .map((name, i) => ({ name, value: diagonal[i] as number }))
    .sort((a, b) => b.value - a.value)
    .map((one, k) => ({ ...one, rank: k + 1 }));
  const positive = sorted.filter(({ value }) => value > 0);
  const every = Math.ceil(positive.length / drawn);
  const [top, bottom] = [positive[0], positive.at(-1)];
  return {
    kind: "spectrum",
    title: "Diagonal",
    caption: `The information of each coordinate, largest first, in its own units: the matrix is too large for its eigenvalues.${every === 1 ? "" : ` One dot in ${every} is drawn.`}`,
    alternative: `Information of ${counted(names.length, "coordinate")}, from ${figure(top?.value ?? null)} (${top?.name ?? "none"}) to ${figure(bottom?.value ?? null)} (${bottom?.name ?? "none"}).`,
    table: {
      columns: ["rank", "coordinate", "information"],
      rows: sorted.map(({ rank, name, value }): Cell[] => [rank, name, value]),
    },
    half: true,
    spec: (canvas) => {
      const points = positive
        .filter((_, k) => k % every === 0)
        .map(({ rank, value, name }) => ({ rank, value, tip: `${name}: ${figure(value)}` }));
      return ranked(points, "information", null, canvas);
    },
  };
}

interface Point {
  readonly rank: number;
  readonly value: number;
  readonly tip: string;
}

/** Values by rank, on a logarithmic scale where they are of different sizes; a line at what is usual. */
function ranked(values: readonly Point[], what: string, usual: number | null, canvas: Canvas): Spec {
  const { width, height, palette } = canvas;
  const sizes = values.map(({ value }) => value);
  const [low, high] = [Math.min(...sizes, usual ?? Number.POSITIVE_INFINITY), Math.max(...sizes, usual ?? 0)];
  const wide = high / low > 30;
  const decades = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))] as const;
  const every = Math.ceil((decades[1] - decades[0]) / 6);
  const ticks = Array.from(
    { length: Math.floor((decades[1] - decades[0]) / every) + 1 },
    (_, k) => 10 ** (decades[1] - k * every),
  );
  const y = {
    type: "quantitative",
    scale: wide ? { type: "log", domain: decades.map((power) => 10 ** power), nice: false } : { zero: true },
    axis: { title: what, grid: true, format: "~g", ...(wide ? { values: ticks } : { tickCount: 5 }) },
  };
  const most = values.at(-1)?.rank ?? 1;
  const x = {
    field: "rank",
    type: "quantitative",
    scale: { domain: [0.5, most + 0.5], nice: false },
    axis: { title: "rank", tickCount: Math.min(6, most), format: "d", tickMinStep: 1, grid: false },
  };
  const line = {
    mark: { type: "rule", color: palette.muted, strokeDash: [2, 2], aria: false },
    encoding: { y: { ...y, datum: usual } },
  };
  return framed(canvas, {
    width,
    height: height ?? 290,
    autosize: { type: "fit", contains: "padding" },
    data: { values },
    layer: [
      ...(usual === null ? [] : [line]),
      {
        mark: { type: "point", filled: true, opacity: 0.9, size: values.length > 80 ? 18 : 36, color: palette.accent },
        encoding: { x, y: { ...y, field: "value" }, description: tipped },
      },
    ],
  });
}

function spectrumOf(
  { diagonal, names }: Information,
  { first, size, dense }: InformationBlock,
  block: number,
): Eigenvalue[] {
  const scale = Array.from({ length: size }, (_, i) => Math.sqrt(diagonal[first + i] as number));
  const matrix = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const value = (dense?.[i * size + j] ?? 0) / ((scale[i] as number) * (scale[j] as number));
      matrix.set(i, j, Number.isFinite(value) ? value : 0);
    }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const own = names.slice(first, first + size);
  return realEigenvalues.map((value, k) => ({
    value,
    block,
    direction: directionOf(eigenvectorMatrix.getColumn(k), own),
  }));
}

/** The largest parts of a direction, the first one positive. */
function directionOf(vector: readonly number[], names: readonly string[]): string {
  const order = vector
    .map((share, i) => ({ share, name: names[i] ?? "" }))
    .sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  const sign = Math.sign(order[0]?.share ?? 1);
  const parts = order.slice(0, 3).filter(({ share }) => Math.abs(share) >= 0.1);
  const terms = parts.map(({ share, name }, k) => {
    const between = k === 0 ? "" : share * sign < 0 ? " − " : " + ";
    return `${between}${Math.abs(share).toFixed(2)} ${shortened(name, 32)}`;
  });
  const rest = 1 - parts.reduce((sum, { share }) => sum + share * share, 0);
  return `${terms.join("")}${rest > 0.05 ? " and others" : ""}`;
}
