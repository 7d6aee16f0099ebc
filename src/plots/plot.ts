// What a plot is: a title, what to read in it, its data as a table, and its Vega-Lite specification for a canvas.

/** Kinds of plots, in the order of a page. */
export const plotKinds = [
  "estimates",
  "path",
  "events",
  "information",
  "spectrum",
  "calibration",
  "pit",
  "predictions",
] as const;
export type PlotKind = (typeof plotKinds)[number];

/** A cell of a plot's data. */
export type Cell = string | number | boolean | null;
/** The data of a plot: rows of cells under names. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A Vega-Lite specification, or a part of one. */
export type Spec = Readonly<Record<string, unknown>>;

/** Colours by their role; a page gives names of its style sheet in place of colours. */
export interface Palette {
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  /** The first colour of data, and of positive values. */
  readonly accent: string;
  /** The second, and of negative values. */
  readonly warm: string;
  readonly font: string;
}

/** Where a plot is drawn: width in pixels, height where it is not the plot's own choice. */
export interface Canvas {
  readonly width: number;
  readonly height: number | null;
  readonly palette: Palette;
}

export interface Plot {
  readonly kind: PlotKind;
  readonly title: string;
  /** How to read it, a sentence or two. */
  readonly caption: string;
  /** What it shows, for those who do not see it. */
  readonly alternative: string;
  readonly table: Table;
  /** Whether half the width of a page is enough. */
  readonly half: boolean;
  spec(canvas: Canvas): Spec;
}

/** Colours on paper. */
export const printed: Palette = {
  ink: "#1c1f24",
  muted: "#5a626c",
  rule: "#e2e3e0",
  accent: "#2a5f94",
  warm: "#b4532a",
  font: "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif",
};

/** A number to be read: four significant digits, a true minus sign. */
export function figure(x: number | null): string {
  if (x === null || !Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size >= 1e6 || size < 1e-4 ? scientific(size) : trimmed(size);
  return x < 0 ? `−${text}` : text;
}

function trimmed(size: number): string {
  if (size >= 1000) return Math.round(size).toLocaleString("en-US");
  const text = size.toPrecision(4);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function scientific(size: number): string {
  const [mantissa = "", exponent = ""] = size.toExponential(2).split("e");
  return `${mantissa.replace(/\.?0+$/, "")}e${exponent.replace("+", "").replace("-", "−")}`;
}

/** A count with its noun. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${Math.round(count).toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** Text of at most so many characters. */
export function shortened(text: string, most: number): string {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}

/** Rows as objects, as Vega-Lite reads them. */
export function records({ columns, rows }: Table): readonly Readonly<Record<string, Cell>>[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, k) => [name, row[k] ?? null])));
}

/** What every specification has: fonts, quiet axes, no frame. */
export function framed({ palette }: Canvas, spec: Spec): Spec {
  const { ink, muted, rule, font } = palette;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: null,
    padding: { left: 2, top: 4, right: 4, bottom: 2 },
    config: {
      font,
      view: { stroke: null },
      axis: {
        aria: false,
        domain: false,
        ticks: false,
        gridColor: rule,
        gridWidth: 1,
        labelColor: muted,
        labelFontSize: 11,
        labelPadding: 6,
        titleColor: muted,
        titleFontSize: 11,
        titleFontWeight: "normal",
        titlePadding: 8,
      },
      axisX: { titleAnchor: "end", titleAlign: "right" },
      axisY: { titleAngle: 0, titleAlign: "left", titleAnchor: "end", titleBaseline: "bottom", titleX: 0, titleY: -8 },
      legend: {
        aria: false,
        labelColor: ink,
        labelFontSize: 11,
        title: null,
        orient: "top",
        symbolStrokeWidth: 0,
        offset: 6,
      },
      title: { color: ink, fontSize: 12, fontWeight: 600, anchor: "start", frame: "group", offset: 6 },
      text: { color: ink, fontSize: 11 },
      rule: { color: muted },
      concat: { spacing: 14 },
    },
    ...spec,
  };
}

/** Marks that say what they are when pointed at, by the field `tip`. */
export const tipped: Spec = { field: "tip", type: "nominal" };
