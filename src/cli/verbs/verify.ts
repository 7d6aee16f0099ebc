// `ffm verify`: families held against quadrature and summation, those of a model or the standard library's.

import type { VerifyReport } from "../../index.ts";
import { misuse, type Option } from "../arguments.ts";
import type { Context } from "../context.ts";
import { readModel, resolver } from "../files.ts";
import { type ExitCode, exit } from "../host.ts";
import { complain, usageError } from "../messages.ts";

export const summary = "families held against quadrature and summation";
export const usage = "verify [MODEL]";
export const example = "ffm verify\nffm verify my-families.ffm";
export const options: readonly Option[] = [];

export async function run(context: Context): Promise<ExitCode> {
  const { positionals } = context.given;
  const [file] = positionals;
  if (positionals.length > 1) {
    const message = `\`ffm verify\` takes one model, not ${positionals.length}.`;
    return usageError(context, misuse(message), "Without one it verifies the standard library.");
  }
  const { verifyFamilies, verifyLibrary } = await import("../../index.ts");
  if (file === undefined) {
    const report = verifyLibrary();
    write(context, report, "the standard library");
    return complain(context, report.diagnostics);
  }
  const source = await readModel(context, file);
  if (source === null) return exit.model;
  const { report, diagnostics } = verifyFamilies(source, { file, resolve: resolver(context) });
  if (report !== null) write(context, report, file);
  return complain(context, diagnostics);
}

function write({ host, format, color }: Context, report: VerifyReport, what: string): void {
  if (format === "json") {
    const { diagnostics: _, ...rest } = report;
    host.stdout.write(`${JSON.stringify(rest, null, 2)}\n`);
  } else host.stdout.write(table(report, what, color.stdout));
}

/** A row for each form of a family, with the worst relative error of each check. */
function table(report: VerifyReport, what: string, color: boolean): string {
  const { families } = report;
  if (families.length === 0) return `${what} defines no family.\n`;
  const checks = [...new Set(families.flatMap((family) => family.checks.map(({ check }) => check)))];
  const paint = (code: number, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const rows = families.map(({ form, checks: made }) => {
    const cells = checks.map((name) => {
      const found = made.find(({ check }) => check === name);
      if (found === undefined || found.verdict === "skipped" || found.error === null) return "–";
      if (found.verdict === "failed") return "WRONG";
      return found.error === 0 ? "0" : found.error.toExponential(0);
    });
    return [form, ...cells];
  });
  const all = [["family", ...checks], ...rows];
  const widths = all[0].map((_, place) => Math.max(...all.map((row) => row[place].length)));
  const lines = all.map((row, at) => {
    const cells = row.map((cell, place) => (place === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[place])));
    const line = cells.join("  ");
    return at === 0 ? paint(1, line) : line.replaceAll("WRONG", paint(31, "WRONG"));
  });
  const held = families.filter(({ passed }) => passed).length;
  const verdict = `${held} of ${families.length} hold; the figures are the worst relative errors.`;
  return `${lines.join("\n")}\n\n${verdict}\n`;
}
