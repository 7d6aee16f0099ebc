// The worker: the language service and the compiler, away from the page, so that neither a long check nor a long fit
// can stop it; the page ends the worker when its time is up.

import {
  CompileError,
  type CompileOptions,
  compile,
  DataError,
  type Diagnostic,
  fit,
  format,
  type Model,
  NumericalError,
  position,
  type Summary,
  stream,
} from "../src/index.ts";
import { complete, diagnose, hover } from "../src/service/index.ts";
import type { Answer, Columns, Problem, Question, Questions, Run } from "./messages.ts";

/** A worker's own scope, as much of it as is used. */
interface WorkerScope {
  postMessage(message: Answer): void;
  addEventListener(kind: "message", take: (event: MessageEvent<Question>) => void): void;
}

const scope = self as unknown as WorkerScope;
const options: CompileOptions = { file: "model.ffm" };

function problem(text: string, { code, severity, message, hint, span }: Diagnostic): Problem {
  const place = span === null ? null : { start: position(text, span.start), end: position(text, span.end) };
  return { code, severity, message, hint, place };
}

/** Warnings of a finished run; those of the compiler are among them, with their hints. */
function warnings(text: string, model: Model, { diagnostics }: Summary): readonly Problem[] {
  return diagnostics.map(({ code, severity, message, span }) => {
    const own = model.diagnostics.find((d) => d.code === code && d.message === message);
    if (own !== undefined) return problem(text, own);
    const place = span === null ? null : { start: span, end: { line: span.line, column: span.column + 1 } };
    return { code, severity, message, hint: null, place };
  });
}

/** The diagnostics that an error carries; null where it is not the model or the data that are wrong. */
function diagnosticsOf(error: unknown): readonly Diagnostic[] | null {
  if (error instanceof CompileError || error instanceof DataError || error instanceof NumericalError)
    return error.diagnostics;
  return null;
}

/** Fits or streams as the model says: compiled to WebAssembly, or interpreted where that can't be had. */
async function summary(model: Model, columns: Columns, id: number): Promise<[Summary, string | null]> {
  const go = (backend: "wasm" | "interpret"): Promise<Summary> =>
    (model.settings.mode === "stream" ? stream : fit)(model, columns, {
      backend,
      now: () => performance.now(),
      onProgress: (progress) => scope.postMessage({ kind: "progress", id, progress }),
    });
  if (model.settings.backend === "interpret") return [await go("interpret"), "the model asks for it"];
  try {
    return [await go("wasm"), null];
  } catch (error) {
    if (diagnosticsOf(error) !== null || error instanceof RangeError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return [await go("interpret"), reason];
  }
}

/** The module that runs the model on any host, with what these data teach. */
async function moduleOf(model: Model, columns: Columns): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await model.artefact("wasm", {}, columns);
  if (typeof bytes === "string") throw new Error("a module of text");
  return Uint8Array.from(bytes);
}

async function run(text: string, columns: Columns, id: number): Promise<Questions["run"]["answer"]> {
  try {
    const model = compile(text, options);
    const [found, interpreted] = await summary(model, columns, id);
    // Printing needs no generated code to be run, which the page's policy forbids.
    const settings = { backend: "interpret" } as const;
    const plan = await model.plan(settings, columns);
    const code = await model.print("js", settings, columns);
    const module = interpreted === null ? await moduleOf(model, columns) : null;
    const result: Run = { summary: found, plan, code, module, interpreted };
    return { run: result, problems: warnings(text, model, found) };
  } catch (error) {
    const diagnostics = diagnosticsOf(error);
    if (diagnostics === null) throw error;
    return { run: null, problems: diagnostics.map((d) => problem(text, d)) };
  }
}

function answer(question: Question): Questions[Question["kind"]]["answer"] | Promise<Questions["run"]["answer"]> {
  switch (question.kind) {
    case "diagnose":
      return diagnose(question.text, options).map((d) => problem(question.text, d));
    case "hover":
      return hover(question.text, question.offset, options);
    case "complete":
      return complete(question.text, question.offset, options);
    case "format": {
      const { text, diagnostics } = format({ path: "model.ffm", text: question.text });
      return diagnostics.some((d) => d.severity === "error") ? null : text;
    }
    case "run":
      return run(question.text, question.columns, question.id);
  }
}

scope.addEventListener("message", async ({ data }) => {
  try {
    scope.postMessage({ kind: "answer", id: data.id, value: await answer(data) });
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    scope.postMessage({ kind: "fault", id: data.id, message });
  }
});
