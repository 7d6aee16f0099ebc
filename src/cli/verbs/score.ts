// `ffm score`: how well predictions meet rows that were held out.

import type { ScoreReport } from "../../index.ts";
import { isMisuse, type Option } from "../arguments.ts";
import type { Context } from "../context.ts";
import { foretellOptions, predicting, predictiveOptions, reported } from "../foretelling.ts";
import type { ExitCode } from "../host.ts";
import { usageError } from "../messages.ts";

export const summary = "how well predictions meet rows that were held out";
export const usage = "score [MODEL] --state STATE --data DATA [flags]";
export const example =
  "ffm fit coffee.ffm --data train.csv --save coffee.ffs\nffm score --state coffee.ffs --data test.csv";
export const options: readonly Option[] = [...foretellOptions, ...predictiveOptions];

export async function run(context: Context): Promise<ExitCode> {
  const { given } = context;
  const said = predicting(given);
  if (isMisuse(said)) return usageError(context, said, "For example: --interval 0.9");
  const { score } = await import("../../index.ts");
  return reported(context, "score", ({ state, source }, asking) => score(state, source, { ...said, ...asking }), table);
}

function table(report: ScoreReport): string {
  const { model, rows, skipped, predictive, interval, statements } = report;
  const lines = [
    `${model.name}: ${rows} rows${skipped > 0 ? `, ${skipped} left out` : ""}, ${predictive} predictions`,
    "",
  ];
  for (const s of statements) {
    const share = `${100 * interval}% intervals cover`;
    const figures: readonly (readonly [string, string | null])[] = [
      ["log score, mean", shown(s.logScore.mean)],
      ["  at the estimate alone", shown(s.plugin.mean)],
      ["log score, sum", shown(s.logScore.sum)],
      ["RMSE", s.accuracy === null ? shown(s.rmse) : null],
      ["MAE", s.accuracy === null ? shown(s.mae) : null],
      ["accuracy", shown(s.accuracy)],
      ["Brier score", shown(s.brier)],
      ["calibration error (ECE)", shown(s.ece)],
      ["  at the estimate alone", shown(s.pluginEce)],
      [share, s.coverage === null ? null : `${(100 * s.coverage).toFixed(1)}%`],
    ];
    lines.push(`${s.statement}   (${s.count} responses)`);
    for (const [name, figure] of figures) if (figure !== null) lines.push(`  ${name.padEnd(26)} ${figure}`);
    lines.push("");
  }
  return `${lines.join("\n")}`;
}

function shown(value: number | null): string | null {
  return value === null ? null : value.toPrecision(5);
}
