// A summary as a person reads it: estimates with aligned decimals, derived quantities, the figures of the fit,
// the plan in a sentence, and warnings with their places.

import {
  aligned,
  type Column,
  columns,
  figure,
  type Paint,
  painter,
  printable,
  type TableOptions,
  wrapped,
} from "./lines.ts";
import type { Summary, SummaryBlock, SummaryCoverage, SummaryParameter, SummaryReport } from "./summary.ts";

const mostRows = 40;

function element(name: string, index: readonly (string | number)[]): string {
  return printable(index.length === 0 ? name : `${name}[${index.join(", ")}]`);
}

// ---------------------------------------------------------------- numbers

/** The place of the first digit: 0 for 1 … 9, −1 for 0.1 … */
function magnitude(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
}

/** Numbers of one row, to three digits of its standard error. */
function rounded(values: readonly number[], se: number): readonly string[] {
  const largest = Math.max(...values.map((value) => (Number.isFinite(value) ? magnitude(value) : 0)));
  const smallest = se > 0 && Number.isFinite(se) ? magnitude(se) : largest - 4;
  const decimals = Math.max(0, 2 - smallest);
  const long = largest > 8 || decimals > 8;
  return values.map((value) => {
    if (!Number.isFinite(value)) return "–";
    return long
      ? value.toExponential(Math.min(15, Math.max(2, magnitude(value) - smallest + 2)))
      : value.toFixed(decimals);
  });
}

function percent(share: number): string {
  if (share > 0 && share < 0.005) return "<1%";
  return `${Math.round(share * 100)}%`;
}

/** `2.5%` and `97.5%` for 0.95. */
function bounds(interval: number): readonly [string, string] {
  const tail = (100 * (1 - interval)) / 2;
  const show = (value: number): string => `${Number(value.toPrecision(6))}%`;
  return [show(tail), show(100 - tail)];
}

function estimates(
  heading: string,
  items: readonly (SummaryParameter | SummaryReport)[],
  { interval, errors }: Summary,
  options: TableOptions,
  paint: Paint,
): readonly string[] {
  const shown = options.all === true ? items : items.slice(0, mostRows);
  const numbers = shown.map((item) => rounded([item.estimate, item.se, item.lower, item.upper], item.se));
  const [lower, upper] = bounds(interval);
  const headings = ["estimate", errors === "sandwich" ? "robust se" : "se", lower, upper];
  const list: Column[] = [
    { heading, cells: shown.map((item) => element(item.name, item.index)), align: "left" },
    ...headings.map(
      (text, place): Column => ({ heading: text, cells: numbers.map((row) => row[place]), align: "point" }),
    ),
  ];
  const priors = shown.flatMap((item) => ("fromPrior" in item ? [percent(item.fromPrior)] : []));
  if (priors.length > 0) list.push({ heading: "prior", cells: priors, align: "right" });
  const rest = items.length - shown.length;
  const more = rest > 0 ? [paint("dim", `… and ${rest} more (--all shows them)`)] : [];
  return [...columns(list, paint), ...more];
}

// ---------------------------------------------------------------- sentences

function listed(words: readonly string[], most: number): string {
  const shown = words.length > most ? [...words.slice(0, most - 1), `${words.length - most + 1} more`] : words;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}`;
}

function size(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toPrecision(3)} ${units[power]}`;
}

function block(item: SummaryBlock): string {
  const reason = item.reason.replace(/\.$/, "");
  return `${item.structure} information for ${listed(item.parameters.map(printable), 6)}: ${reason}.`;
}

function plan(summary: Summary, options: TableOptions, paint: Paint): readonly string[] {
  const limit = Math.max(40, Math.min(options.width ?? 100, 100)) - 6;
  const { blocks, backend, bytes, flopsPerRow } = summary.plan;
  const cost = `${flopsPerRow} flops a row and ${size(bytes)} of memory, on the ${backend} backend.`;
  const lines = [...blocks.map(block), cost].flatMap((text) => wrapped(text, limit));
  return lines.map((line, row) => `${row === 0 ? paint("bold", "plan") : "    "}  ${line}`);
}

function heading(summary: Summary, paint: Paint): string {
  const rows = `${summary.rows} ${summary.rows === 1 ? "row" : "rows"}`;
  const passes = `${summary.passes} ${summary.passes === 1 ? "pass" : "passes"}`;
  const name = paint("bold", printable(summary.model.name));
  if (summary.mode === "stream") return `${name}: stream of ${rows}`;
  const ended = summary.converged ? `converged in ${passes}` : paint("red", `NOT converged after ${passes}`);
  const errors = summary.errors === "sandwich" ? ", sandwich (HC0) standard errors" : "";
  return `${name}: fit of ${rows}, ${ended}${errors}`;
}

/** Rows that policies looked at, and values that were missing, where there were any. */
function leftOut({ leftOut: { repeated, late, newLevel }, missing }: Summary): readonly (readonly [string, string])[] {
  const counts: readonly (readonly [string, number])[] = [
    ["repeated rows left out", repeated],
    ["rows that came late", late],
    ["rows of new levels left out", newLevel],
    ...Object.entries(missing).map(([name, count]) => [`${name} missing`, count] as const),
  ];
  return counts.flatMap(([label, count]) => (count === 0 ? [] : [[label, String(count)] as const]));
}

function prequentialLabel({ prequentialFrom }: Summary): string {
  const start = prequentialFrom === null || prequentialFrom === 1 ? "" : ` from row ${prequentialFrom}`;
  return `prequential log evidence${start}`;
}

function coverage({ rows, share, lower, upper }: SummaryCoverage): string {
  return `${share.toFixed(3)} (${lower.toFixed(3)} to ${upper.toFixed(3)}, ${rows} rows watched)`;
}

function figures(summary: Summary, paint: Paint): readonly string[] {
  const all: readonly (readonly [string, number | null])[] = [
    ["log-likelihood", summary.logLikelihood],
    ["log prior", summary.logPrior === 0 ? null : summary.logPrior],
    ["log evidence", summary.logEvidence],
    [prequentialLabel(summary), summary.prequential],
    ["AIC", summary.aic],
    ["BIC", summary.bic],
    ["effective parameters", summary.effectiveParameters],
    ["information gained (nats)", summary.informationGained],
    ["code length (bits)", summary.codeLength?.bayes ?? summary.codeLength?.total ?? null],
    ["PAC-Bayes bound (bits a row)", summary.pacBayes?.bound ?? null],
  ];
  const counts: readonly (readonly [string, string])[] = [
    ["rows", String(summary.rows)],
    ...(summary.skipped === 0 ? [] : [["rows skipped", String(summary.skipped)] as const]),
    ...leftOut(summary),
  ];
  const covered = summary.coverage === null ? [] : [["coverage of 95% intervals", coverage(summary.coverage)] as const];
  const measured = all.flatMap(([label, value]) => (value === null ? [] : [[label, figure(value)] as const]));
  const present = [...counts, ...measured, ...covered];
  const labels = aligned({ heading: "", cells: present.map(([label]) => label), align: "left" });
  const values = aligned({ heading: "", cells: present.map(([, value]) => value), align: "point" });
  return present.map((_, row) => `${paint("dim", labels[row + 1])}  ${values[row + 1]}`.trimEnd());
}

function messages(summary: Summary, paint: Paint): readonly string[] {
  const events = summary.events.map((event) => `${paint("yellow", event.kind)} at row ${event.row}: ${event.message}`);
  const diagnostics = summary.diagnostics.map(({ code, severity, message, span }) => {
    const title = severity === "info" ? "note" : severity;
    const place = span === null ? "" : ` ${span.file}:${span.line}:${span.column}`;
    return `${paint(severity === "error" ? "red" : "yellow", `${title} ${code}`)}${place}: ${message}`;
  });
  return [...events, ...diagnostics];
}

/** A summary as text for a terminal, with a final line break. */
export function summaryTable(summary: Summary, options: TableOptions = {}): string {
  const paint = painter(options);
  const parts = [
    [heading(summary, paint)],
    estimates("name", summary.parameters, summary, options, paint),
    summary.reports.length === 0 ? [] : estimates("report", summary.reports, summary, options, paint),
    figures(summary, paint),
    plan(summary, options, paint),
    messages(summary, paint),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}
