// What `report` and `plot` have in common: a saved state, the model it must be of if one is named, and rows to hold its
// predictions against.

import type { Held, LoadedState, Model } from "../index.ts";
import { isMisuse, misuse, type Option, value } from "./arguments.ts";
import { openModel } from "./carry-out.ts";
import type { Context } from "./context.ts";
import { dataOption, setOption } from "./flow-flags.ts";
import { badRowOption, badRows, openForetelling, predicting, predictiveOptions, stateOption } from "./foretelling.ts";
import type { ExitCode } from "./host.ts";
import { usageError } from "./messages.ts";
import { reporter } from "./progress.ts";
import { stateBytes } from "./state-file.ts";

/** Flags of both. */
export const reportFlags: readonly Option[] = [
  { ...stateOption, help: "the saved state" },
  { ...dataOption, help: "rows with their responses, to hold predictions against" },
  badRowOption,
  ...predictiveOptions,
  setOption,
];

/** What is to be shown. */
export interface ReportInputs {
  readonly state: LoadedState;
  readonly model?: Model;
  /** Empty where no data were given. */
  readonly held: readonly Held[];
}

/** Reads what a command names, and the rows if it names any; an exit code after saying what is wrong. */
export async function reportInputs(context: Context, verb: string): Promise<ReportInputs | ExitCode> {
  const { given } = context;
  const said = predicting(given);
  if (isMisuse(said)) return usageError(context, said, "For example: --interval 0.9");
  if (value(given, stateOption.name) === null)
    return usageError(
      context,
      misuse(`\`ffm ${verb}\` needs a saved state: --state STATE.`),
      "`ffm fit` and `ffm stream` save one with --save.",
    );
  return value(given, dataOption.name) === null ? withoutRows(context, verb) : withRows(context, verb, said);
}

async function withoutRows(context: Context, verb: string): Promise<ReportInputs | ExitCode> {
  const opened = context.given.positionals.length === 0 ? null : await openModel(context, verb);
  if (typeof opened === "number") return opened;
  const file = value(context.given, stateOption.name) ?? "";
  const bytes = stateBytes(context, file);
  if (typeof bytes === "number") return bytes;
  const { loadState } = await import("../index.ts");
  return { state: loadState(bytes, file), ...(opened === null ? {} : { model: opened.model }), held: [] };
}

async function withRows(
  context: Context,
  verb: string,
  said: Exclude<ReturnType<typeof predicting>, { readonly kind: "misuse" }>,
): Promise<ReportInputs | ExitCode> {
  const { given, host } = context;
  const opened = await openForetelling(context, verb);
  if (typeof opened === "number") return opened;
  const { state, model, source } = opened;
  const progress = reporter(host, { everyRows: null, mode: "fit" });
  const own = model === undefined ? {} : { model };
  try {
    const { heldOut } = await import("../index.ts");
    const watching = { signal: host.signal, onProgress: progress.show };
    const held = await heldOut(state, source, { ...said, ...badRows(given), ...watching, ...own });
    host.signal.throwIfAborted();
    return { state, ...own, held };
  } finally {
    progress.clear();
    await source.close();
  }
}
