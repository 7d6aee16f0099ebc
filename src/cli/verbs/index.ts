// The verbs of `ffm`, in the order of its help.

import type { Verb } from "../context.ts";
import * as check from "./check.ts";
import * as compare from "./compare.ts";
import * as compile from "./compile.ts";
import * as design from "./design.ts";
import * as fit from "./fit.ts";
import * as fmt from "./fmt.ts";
import * as merge from "./merge.ts";
import * as create from "./new.ts";
import * as plan from "./plan.ts";
import * as plot from "./plot.ts";
import * as predict from "./predict.ts";
import * as report from "./report.ts";
import * as run from "./run.ts";
import * as score from "./score.ts";
import * as show from "./show.ts";
import * as stream from "./stream.ts";
import * as verify from "./verify.ts";

/** Every verb by its name. */
export const verbs: Readonly<Record<string, Verb>> = {
  new: create,
  check,
  fmt,
  run,
  fit,
  stream,
  show,
  compare,
  predict,
  score,
  design,
  merge,
  plan,
  report,
  plot,
  compile,
  verify,
};

/** Verbs that belong to the command and are not built yet. */
export const later: readonly string[] = ["simulate", "lsp", "playground"];
