// The page: one HTML file with every plot, its data, and what the summary says besides. Plots are drawn beforehand, so
// that it needs no library, no network and hardly a script; the policy in its head forbids everything else.

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Summary } from "../reports/index.ts";
import { plotOf } from "./choose.ts";
import type { Held, Shown } from "./data.ts";
import type { Draw } from "./draw.ts";
import { embedded, escaped } from "./html.ts";
import { script } from "./page-script.ts";
import { style } from "./page-style.ts";
import { type Cell, counted, figure, type Palette, type Plot, type PlotKind, plotKinds, type Table } from "./plot.ts";

/** Widths of drawings: across the page, half of it, and across a telephone. */
const widths = { wide: 780, half: 378, narrow: 346 } as const;
/** Rows of the estimates that the page has without its script; and of any table that it holds at most. */
const [listed, held] = [40, 5000];
/** Cells of a table above which its numbers keep seven digits. */
const many = 2000;

/** Colours by the names that the style sheet gives them. */
const styled: Palette = {
  ink: "var(--ink)",
  muted: "var(--muted)",
  rule: "var(--rule)",
  accent: "var(--accent)",
  warm: "var(--warm)",
  font: "sans-serif",
};

/** The page as text. */
export async function page(shown: Shown, draw: Draw): Promise<string> {
  const plots = new Map(plotsOf(shown));
  const drawn = new Map<string, string>();
  for (const [name, plot] of plots) drawn.set(name, await figureOf(name, plot, draw));
  const { summary } = shown;
  const parts: readonly (readonly [id: string, title: string, body: string])[] = [
    ["figures", "Figures", figures(summary)],
    ["estimates", "Estimates", `${drawn.get("estimates") ?? ""}${list(summary)}`],
    ["path", "Path over rows", drawn.get("path") ?? ""],
    ["information", "Information", pair([drawn.get("information"), drawn.get("spectrum")])],
    ["held", "Predictions", heldSection(shown.held, plots, drawn)],
    ["events", "Events", `${drawn.get("events") ?? ""}${eventList(summary)}`],
    ["plan", "Plan", planTable(summary)],
    ["diagnostics", "Diagnostics", diagnosticList(summary)],
    ["missing", "Not on this page", missing(shown, drawn)],
    ["model", "Model and configuration", modelSection(shown)],
  ];
  const sections = parts.filter(([, , body]) => body !== "").map((part) => section(...part));
  const links = sections.map(({ id, title }) => `<a href="#${id}">${escaped(title)}</a>`).join("");
  return [
    "<!doctype html>",
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy()}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">',
    `<title>${escaped(summary.model.name)} – Fisher Flow report</title><link rel="icon" href="data:,">`,
    `<style>${style}</style></head>`,
    `<body><a class="skip" href="#main">To the content</a>`,
    `<header><h1>${escaped(summary.model.name)}</h1><p class="under">${lead(summary)}</p><nav aria-label="Sections">${links}</nav></header>`,
    `<main id="main">${sections.map(({ html }) => html).join("\n")}</main>`,
    `<footer><p>Made by Fisher Flow from a saved state, model ${escaped(summary.model.hash.slice(0, 19))}…. <button data-all hidden>All data of this page (JSON)</button></p></footer>`,
    `<script type="application/json" id="report">${embedded(dataOf(shown, plots))}</script>`,
    `<script>${script}</script></body></html>\n`,
  ].join("\n");
}

/** Nothing is loaded from anywhere, and only the page's own script runs. */
function policy(): string {
  const hash = btoa(String.fromCharCode(...sha256(utf8ToBytes(script))));
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly html: string;
}

function section(id: string, title: string, body: string): Section {
  return {
    id,
    title,
    html: `<section id="${id}" aria-labelledby="of-${id}"><h2 id="of-${id}">${escaped(title)}</h2>${body}</section>`,
  };
}

function nothing(text: string): string {
  return `<p class="caption">${escaped(text)}</p>`;
}

/** Plots by the names that they have on the page. */
function plotsOf(shown: Shown): readonly (readonly [string, Plot])[] {
  const responses = Array.from({ length: Math.max(1, shown.held.length) }, (_, k) => k);
  return plotKinds.flatMap((kind) =>
    responses.flatMap((k) => {
      const plot = k === 0 || ofResponses.includes(kind) ? plotOf(kind, shown, k) : null;
      return plot === null ? [] : [[nameOf(kind, k), plot] as const];
    }),
  );
}

/** Kinds of which each response has its own. */
const ofResponses: readonly PlotKind[] = ["calibration", "pit", "predictions"];

function nameOf(kind: PlotKind, response: number): string {
  return response === 0 ? kind : `${kind}-${response + 1}`;
}

/** Figures beside each other where there is room. */
function pair(figures: readonly (string | undefined)[]): string {
  const found = figures.filter((text) => text !== undefined);
  return found.length === 0 ? "" : `<div class="pair">${found.join("")}</div>`;
}

async function figureOf(name: string, plot: Plot, draw: Draw): Promise<string> {
  const { kind, title, caption, alternative, half } = plot;
  const drawing = async (width: number, at: string): Promise<string> => {
    const svg = await draw(plot.spec({ width, height: null, palette: styled }), `${name}-${width}-`);
    const [, drawnWidth = ""] = /^<svg [^>]*width="(\d+)/.exec(svg) ?? [];
    const words = escaped(`${title}. ${alternative}`);
    return `<div class="drawing ${at}" style="max-width:${drawnWidth}px" role="img" aria-label="${words}">${svg}</div>`;
  };
  const drawings = half
    ? await drawing(widths.half, "")
    : (await drawing(widths.wide, "wide")) + (await drawing(widths.narrow, "narrow"));
  const head = half || kind === "predictions" ? `<h3>${escaped(title)}</h3>` : "";
  return [
    `<figure id="plot-${name}">`,
    `<figcaption>${head}<p class="caption">${escaped(caption)}</p></figcaption>${drawings}`,
    `<div class="tools"><button data-csv="${name}" hidden>Download data (CSV)</button>`,
    `<button data-svg="${name}" hidden>Download picture (SVG)</button>`,
    `<details><summary>Show data</summary><div class="scroll" tabindex="0" role="region" aria-label="Data of ${escaped(title)}" data-table="${name}"></div></details></div>`,
    "</figure>",
  ].join("");
}

function lead({ mode, rows, skipped, passes, converged, interval }: Summary): string {
  const how =
    mode === "fit"
      ? `Fitted to ${counted(rows, "row")} in ${counted(passes, "pass", "passes")}`
      : `A stream of ${counted(rows, "row")}`;
  const out = skipped === 0 ? "" : `, ${counted(skipped, "row")} left out`;
  const settled = mode === "stream" ? "" : converged ? "; converged" : "; not converged";
  return escaped(`${how}${out}${settled}. Intervals are of ${figure(100 * interval)} %.`);
}

/** A name, a value, and what it means. */
type Figure = readonly [string, string, string];

function figureList(entries: readonly Figure[]): string {
  const items = entries.map(
    ([name, value, meaning]) =>
      `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}<small>${escaped(meaning)}</small></dd></div>`,
  );
  return `<dl class="figures">${items.join("")}</dl>`;
}

function figures(summary: Summary): string {
  const entries: readonly (readonly [string, number | null, string])[] = [
    ["Rows", summary.rows, leftOut(summary)],
    ["Log-likelihood", summary.logLikelihood, "at the estimate"],
    ["Log prior", summary.logPrior, "at the estimate"],
    ["Log evidence", summary.logEvidence, "Laplace approximation"],
    ["Prequential evidence", summary.prequential, "log; each batch before it was learnt from"],
    [
      "Information gained",
      summary.informationGained,
      summary.informationGained === null ? "" : `nats; ${figure(summary.informationGained / Math.LN2)} bits`,
    ],
    ["Effective parameters", summary.effectiveParameters, `of ${figure(summary.parameters.length)} estimates`],
    ["AIC", summary.aic, "smaller is better"],
    ["BIC", summary.bic, "smaller is better"],
    ["Code length", summary.codeLength?.total ?? null, "bits, two-part code"],
    ["PAC-Bayes bound", summary.pacBayes?.bound ?? null, "expected loss on further rows"],
    ["One-step coverage", summary.coverage?.share ?? null, covered(summary)],
  ];
  return figureList(
    entries.flatMap(([name, value, meaning]): Figure[] => (value === null ? [] : [[name, figure(value), meaning]])),
  );
}

function leftOut({ leftOut: { bad, repeated, late, newLevel } }: Summary): string {
  const reasons: readonly (readonly [number, string])[] = [
    [bad, "unusable"],
    [repeated, "repeated"],
    [late, "late"],
    [newLevel, "of new levels"],
  ];
  const told = reasons.flatMap(([count, why]) => (count === 0 ? [] : [`${figure(count)} ${why}`]));
  return told.length === 0 ? "" : `left out: ${told.join(", ")}`;
}

function covered({ coverage }: Summary): string {
  if (coverage === null) return "";
  const { lower, upper, rows } = coverage;
  return `of 95 % intervals, between ${figure(lower)} and ${figure(upper)} by ${counted(rows, "row")}`;
}

function list({ parameters, reports, interval }: Summary): string {
  const robust = parameters.some((p) => p.robust !== null);
  const rows = [...parameters, ...reports].slice(0, listed).map((p) => {
    const name = p.index.length === 0 ? p.name : `${p.name}[${p.index.join(", ")}]`;
    const own = "robust" in p && typeof p.robust === "number" ? p.robust : null;
    const numbers = [p.estimate, p.se, ...(robust ? [own] : []), p.lower, p.upper].map(
      (x) => `<td class="number">${escaped(figure(x))}</td>`,
    );
    const share = "fromPrior" in p && typeof p.fromPrior === "number" ? `${Math.round(100 * p.fromPrior)} %` : "";
    return `<tr><td class="name">${escaped(name)}</td>${numbers.join("")}<td class="number">${share}</td></tr>`;
  });
  const ends = [0.5 - interval / 2, 0.5 + interval / 2].map((p) => `${figure(Number((100 * p).toPrecision(6)))} %`);
  const head = ["estimate", "std. error", ...(robust ? ["robust"] : []), ...ends, "from prior"].map(
    (name) => `<th scope="col" class="number">${escaped(name)}</th>`,
  );
  return [
    '<div class="find" hidden><input id="search" type="search" placeholder="Search by name or level" aria-label="Search the estimates"><span id="found" role="status"></span></div>',
    `<div class="wide-table" tabindex="0" role="region" aria-label="Estimates as a table"><table id="table-estimates"><thead><tr><th scope="col">name</th>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`,
  ].join("");
}

/** What the page would show of another run, and why it does not. */
function missing({ summary, held }: Shown, drawn: ReadonlyMap<string, string>): string {
  const path = summary.mode === "fit" ? "a fit goes over all rows at once; a stream has one." : "the state holds none.";
  const notes = [
    ...(drawn.has("path") ? [] : [["Path over rows", path]]),
    ...(held.length > 0
      ? []
      : [["Predictions", "no data were given; ffm report --data FILE compares predictions with them."]]),
    ...(summary.events.length > 0 ? [] : [["Events", "nothing happened on the way."]]),
  ];
  if (notes.length === 0) return "";
  return `<ul class="notes">${notes.map(([name = "", why = ""]) => `<li><b>${escaped(name)}</b>: ${escaped(why)}</li>`).join("")}</ul>`;
}

function heldSection(
  found: readonly Held[],
  plots: ReadonlyMap<string, Plot>,
  drawn: ReadonlyMap<string, string>,
): string {
  return found
    .map(({ response, statement, count, scores }, k) => {
      const names = ofResponses.map((kind) => nameOf(kind, k)).filter((name) => plots.has(name));
      const halves = names.filter((name) => plots.get(name)?.half === true);
      const entries = scores.map(({ name, value, meaning }): Figure => [name, figure(value), meaning]);
      return [
        `<p class="caption">${escaped(`${counted(count, "response")} of ${response} held against `)}<code>${escaped(statement)}</code></p>`,
        figureList(entries),
        pair(halves.map((name) => drawn.get(name))),
        ...names.filter((name) => !halves.includes(name)).map((name) => drawn.get(name) ?? ""),
      ].join("");
    })
    .join("");
}

function eventList({ events }: Summary): string {
  if (events.length === 0) return "";
  const items = events
    .slice(0, 100)
    .map(
      ({ row, kind, message }) =>
        `<li><span>row ${escaped(figure(row))}</span> <b>${escaped(kind)}</b> ${escaped(message)}</li>`,
    );
  const more = events.length > 100 ? nothing(`${counted(events.length - 100, "more event")} in the data.`) : "";
  return `<ul class="notes">${items.join("")}</ul>${more}`;
}

function planTable({ plan }: Summary): string {
  const rows = plan.blocks.map(
    ({ parameters, structure, flopsPerRow, bytes, reason }) =>
      `<tr><td class="name">${escaped(parameters.join(", "))}</td><td>${escaped(structure)}</td><td class="number">${escaped(figure(Math.round(flopsPerRow)))}</td><td class="number">${escaped(size(bytes))}</td><td class="reason">${escaped(reason)}</td></tr>`,
  );
  return [
    nothing(
      `How the information of each block of parameters is kept, and why. In all ${figure(Math.round(plan.flopsPerRow))} flops a row and ${size(plan.bytes)}, run by ${plan.backend}.`,
    ),
    '<div class="wide-table" tabindex="0" role="region" aria-label="Plan"><table><thead><tr><th scope="col">parameters</th><th scope="col">structure</th><th scope="col" class="number">flops/row</th><th scope="col" class="number">memory</th><th scope="col">reason</th></tr></thead>',
    `<tbody>${rows.join("")}</tbody></table></div>`,
  ].join("");
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6
    ? `${figure(Number((bytes / 1e3).toPrecision(3)))} kB`
    : `${figure(Number((bytes / 1e6).toPrecision(3)))} MB`;
}

function diagnosticList({ diagnostics }: Summary): string {
  if (diagnostics.length === 0) return nothing("No warnings.");
  const items = diagnostics.map(({ code, severity, message, span }) => {
    const place = span === null ? "" : ` <span>${escaped(`${span.file}:${span.line}:${span.column}`)}</span>`;
    return `<li class="${escaped(severity)}"><b>${escaped(`${severity} ${code}`)}</b> ${escaped(message)}${place}</li>`;
  });
  return `<ul class="notes">${items.join("")}</ul>`;
}

function modelSection({ summary, source, file }: Shown): string {
  const settings = JSON.stringify(summary.configuration, null, 2);
  return [
    `<details open><summary>${escaped(file)}</summary><pre tabindex="0">${escaped(source)}</pre></details>`,
    `<details><summary>Every setting of the flow</summary><pre tabindex="0">${escaped(settings)}</pre></details>`,
  ].join("");
}

/** What the page holds as data: the summary without its estimates, and the table of each plot. */
function dataOf({ summary }: Shown, plots: ReadonlyMap<string, Plot>): unknown {
  const { parameters, reports, ...rest } = summary;
  return {
    schema: "ffm.report/1",
    summary: rest,
    tables: Object.fromEntries([...plots].map(([name, { table }]) => [name, tableOf(table)])),
  };
}

/** A table as the page holds it; `all` is how many rows it has in all. */
function tableOf({ columns, rows }: Table): Table & { readonly all: number } {
  const here = rows.slice(0, held);
  const brief = (cell: Cell): Cell =>
    typeof cell === "number" && !Number.isInteger(cell) ? Number(cell.toPrecision(7)) : cell;
  const whole = rows.length * columns.length <= many;
  return { columns, rows: whole ? here : here.map((row) => row.map(brief)), all: rows.length };
}
