// `ffm predict`: what rows will be, one line a row.

import { isMisuse, isOn, misuse, type Option, value } from "../arguments.ts";
import type { Context } from "../context.ts";
import { reason } from "../files.ts";
import {
  badRows,
  foretellOptions,
  openForetelling,
  predicting,
  predictiveOptions,
  wholeNumber,
} from "../foretelling.ts";
import { type ExitCode, exit } from "../host.ts";
import { announce, usageError } from "../messages.ts";
import { columnsOf, csvLine, jsonLine } from "../prediction-columns.ts";
import { reporter } from "../progress.ts";
import { formOf, type TableFile, tableFile } from "../table-file.ts";

export const summary = "what rows will be: mean, sd and intervals, or class probabilities";
export const usage = "predict [MODEL] --state STATE --data DATA [flags]";
export const example = [
  "ffm fit coffee.ffm --data coffee.csv --save coffee.ffs",
  "ffm predict --state coffee.ffs --data new.csv",
  "ffm predict coffee.ffm --state coffee.ffs --data new.csv -o predicted.parquet",
].join("\n");
export const options: readonly Option[] = [
  ...foretellOptions,
  ...predictiveOptions,
  { name: "top", value: "K", help: "of a category, the K levels whose probability has the highest lower bound" },
  { name: "observed", help: "the rows have responses: add their log density and where they lie" },
  { name: "output", short: "o", value: "FILE", help: "a .csv, .ndjson or .parquet file instead of standard output" },
];

export async function run(context: Context): Promise<ExitCode> {
  const { given, host, format } = context;
  const said = predicting(given);
  if (isMisuse(said)) return usageError(context, said, "For example: --interval 0.9 --predictive sampled --draws 500");
  const top = wholeNumber(given, "top");
  if (typeof top === "object") return usageError(context, top, "For example: --top 3");
  const file = value(given, "output");
  const form = file === null ? (format === "json" ? "ndjson" : "csv") : formOf(file);
  if (form === null)
    return usageError(
      context,
      misuse(`I can't tell from its name how to write ${file}.`),
      "Name it .csv, .ndjson or .parquet.",
    );
  const opened = await openForetelling(context, "predict");
  if (typeof opened === "number") return opened;
  const { state, model, source } = opened;
  const progress = reporter(host, { everyRows: null, mode: "fit" });
  let target: TableFile | null = null;
  try {
    const { predict } = await import("../../index.ts");
    const observed = isOn(given, "observed");
    const predictions = predict(state, source, {
      ...said,
      ...badRows(given),
      observed,
      signal: host.signal,
      onProgress: progress.show,
      ...(model === undefined ? {} : { model }),
    });
    const columns = columnsOf(predictions, { top: top ?? null, observed });
    const names = columns.map((c) => c.name);
    try {
      target = file === null ? null : tableFile(context, file, form);
    } catch (error) {
      announce(context, { code: "usage", message: `I can't write ${file}: ${reason(error)}.`, hint: null });
      return exit.usage;
    }
    const write = target?.write ?? ((text: string) => host.stdout.write(text));
    let head = form === "ndjson" ? "" : csvLine(names);
    for await (const batch of predictions) {
      const lines: string[] = [];
      for (let row = 0; row < batch.rows; row++) {
        const cells = columns.map((c) => c.value(batch, row));
        lines.push(form === "ndjson" ? jsonLine(names, cells) : csvLine(cells));
      }
      progress.clear();
      write(head + lines.join(""));
      head = "";
    }
    host.signal.throwIfAborted();
    if (head !== "") write(head);
    await target?.finish();
    progress.clear();
    const skipped = predictions.skipped();
    if (skipped > 0)
      host.stderr.write(`${skipped} row${skipped === 1 ? " was" : "s were"} left out that could not be used.\n`);
    return exit.ok;
  } finally {
    progress.clear();
    target?.discard();
    await source.close();
  }
}
