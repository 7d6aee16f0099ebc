// What the panels beside the editor show: data, estimates, plan, code.

import type { SummaryParameter, SummaryReport } from "../src/index.ts";
import { html, table } from "./elements.ts";
import { intervalPlot } from "./interval-plot.ts";
import type { Columns, Problem, Run } from "./messages.ts";
import { beside, bytes, figure, whole } from "./numbers.ts";

/** Rows of estimates that are shown; a large model has thousands. */
const mostRows = 100;

/** The data as a table. */
export function dataView(file: string, columns: Columns): readonly Node[] {
  const names = Object.keys(columns);
  const count = columns[names[0] ?? ""]?.length ?? 0;
  const numbers = Array.from({ length: count }, (_, row) => String(row + 1));
  const shown = names.map((heading) => {
    const values = columns[heading] ?? [];
    const kind = values.every((value) => typeof value !== "string") ? ("number" as const) : ("text" as const);
    return { heading, kind, cells: values.map((value) => (value === null ? "" : String(value))) };
  });
  const caption = `${file}: ${count} rows, ${names.length} columns`;
  return [table(caption, [{ heading: "row", kind: "number", cells: numbers }, ...shown])];
}

function labelOf({ name, index }: SummaryParameter | SummaryReport): string {
  return index.length === 0 ? name : `${name}[${index.join(", ")}]`;
}

function estimateTable(caption: string, rows: readonly (SummaryParameter | SummaryReport)[]): HTMLElement {
  const shown = rows.slice(0, mostRows);
  const cells = shown.map((r) => beside([r.estimate, r.se, r.lower, r.upper], r.se));
  const column = (heading: string, place: number) => ({
    heading,
    kind: "number" as const,
    cells: cells.map((row) => row[place] ?? ""),
  });
  const share = (r: SummaryParameter | SummaryReport): string =>
    "fromPrior" in r ? `${Math.round(100 * r.fromPrior)} %` : "";
  const priors = shown.some((r) => "fromPrior" in r && r.fromPrior > 0);
  const cut = rows.length > mostRows ? `${caption}: the first ${mostRows} of ${whole(rows.length)}` : caption;
  return table(cut, [
    { heading: "", kind: "name", cells: shown.map(labelOf) },
    column("estimate", 0),
    column("se", 1),
    column("lower", 2),
    column("upper", 3),
    ...(priors ? [{ heading: "from prior", kind: "number" as const, cells: shown.map(share) }] : []),
  ]);
}

function pairs(list: readonly (readonly [string, string])[]): HTMLElement {
  return html("dl", {}, ...list.flatMap(([term, text]) => [html("dt", {}, term), html("dd", {}, text)]));
}

/** Estimates and derived quantities, as tables and as a picture of that width, with the figures of the fit. */
export function estimatesView({ summary, interpreted }: Run, width: number): readonly Node[] {
  const { parameters, reports } = summary;
  const percent = `${Number((100 * summary.interval).toPrecision(6))} %`;
  const intervals = [...parameters, ...reports]
    .slice(0, mostRows)
    .map((r) => ({ ...r, label: labelOf(r), derived: !("fromPrior" in r) }));
  const caption = `Estimates with their ${percent} intervals`;
  const ended = summary.converged
    ? `converged after ${whole(summary.passes)} passes`
    : `not converged after ${whole(summary.passes)} passes`;
  const ran = interpreted === null ? "compiled to WebAssembly" : `interpreted (${interpreted})`;
  return [
    estimateTable(caption, parameters),
    ...(reports.length === 0 ? [] : [estimateTable("Derived quantities", reports)]),
    html(
      "figure",
      {},
      intervalPlot(intervals, caption, width),
      html("figcaption", {}, `Dots are estimates, lines ${percent} intervals.`),
    ),
    pairs([
      ["Rows", whole(summary.rows)],
      ...(summary.skipped > 0 ? [["Rows left out", whole(summary.skipped)] as const] : []),
      summary.mode === "fit" ? ["Fit", ended] : ["Stream", "every row taken once"],
      ["Log-likelihood", figure(summary.logLikelihood)],
      ["AIC, BIC", `${figure(summary.aic)}, ${figure(summary.bic)}`],
      ["Ran", `${ran}, ${summary.timing.totalMs.toFixed(0)} ms`],
    ]),
  ];
}

/** How the information is kept and why. */
export function planView({ plan, summary }: Run): readonly Node[] {
  const blocks = plan.blocks.flatMap((block) => [
    html("h3", { class: "name" }, block.parameters.join(", ")),
    html("p", {}, html("strong", {}, block.structure), `: ${block.reason}.`),
    table("What was considered", [
      { heading: "structure", kind: "text", cells: block.candidates.map((c) => c.structure) },
      { heading: "flops a row", kind: "number", cells: block.candidates.map((c) => whole(c.flopsPerRow)) },
      { heading: "state", kind: "number", cells: block.candidates.map((c) => bytes(c.bytes)) },
      { heading: "verdict", kind: "text", cells: block.candidates.map((c) => c.verdict) },
    ]),
  ]);
  return [
    pairs([
      ["Information", plan.information],
      ["Cost", `${whole(plan.flopsPerRow)} multiply–adds a row, ${bytes(plan.bytes)} of state`],
      ["Rows a batch", whole(plan.batchRows)],
      ["Target", summary.plan.backend],
    ]),
    ...plan.notes.map((note) => html("p", {}, note)),
    ...blocks,
  ];
}

/** The module to take away, and the update loop as JavaScript. */
export function codeView({ code, module, summary }: Run): readonly Node[] {
  const lines = code.split("\n").length;
  return [
    ...(module === null ? [] : [download(module, `${summary.model.name}.wasm`)]),
    html(
      "p",
      { class: "dim" },
      `The update loop as the js target prints it: ${whole(lines)} lines, ${bytes(code.length)}.`,
    ),
    html("pre", { tabindex: 0, "aria-label": "Emitted code" }, html("code", {}, code)),
  ];
}

function download(module: Uint8Array<ArrayBuffer>, name: string): HTMLElement {
  const url = URL.createObjectURL(new Blob([module], { type: "application/wasm" }));
  const link = html("a", { href: url, download: name }, name);
  return html("p", {}, "The model as a WebAssembly module of its own: ", link, `, ${bytes(module.length)}.`);
}

/** Text in which words between backticks are code. */
function prose(text: string): readonly (Node | string)[] {
  return text.split(/`([^`]+)`/).map((part, place) => (place % 2 === 1 ? html("code", {}, part) : part));
}

/** What is wrong, a line each; a click goes to the place. */
export function problemsView(
  problems: readonly Problem[],
  reveal: (line: number, column: number) => void,
): readonly Node[] {
  if (problems.length === 0) return [html("li", { class: "none" }, "None.")];
  return problems.map(({ code, severity, message, hint, place }) => {
    const where = place === null ? "" : `line ${place.start.line}, `;
    const item = html(
      "button",
      { type: "button" },
      html("span", { class: "severity" }, severity),
      " ",
      html("span", { class: "code-of" }, `${where}${code}`),
      html("br"),
      ...prose(message),
      ...(hint === null ? [] : [" ", html("span", { class: "hint" }, ...prose(hint))]),
    );
    if (place !== null) item.addEventListener("click", () => reveal(place.start.line, place.start.column));
    return html("li", { class: severity }, item);
  });
}
