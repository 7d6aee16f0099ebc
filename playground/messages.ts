// What the page and its worker say to each other. Everything is plain data that can be posted.

import type { Plan, Progress, Summary } from "../src/index.ts";
import type { Completion, Hover } from "../src/service/index.ts";

/** Data as columns of one length; null is missing. */
export type Columns = Readonly<Record<string, readonly (number | string | null)[]>>;

/** What is wrong, or worth knowing, at a place of the model: lines and columns from 1, the end exclusive. */
export interface Problem {
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly hint: string | null;
  /** Null for what concerns no line. */
  readonly place: {
    readonly start: { readonly line: number; readonly column: number };
    readonly end: { readonly line: number; readonly column: number };
  } | null;
}

/** What a finished run shows. */
export interface Run {
  readonly summary: Summary;
  readonly plan: Plan;
  /** The update loop as JavaScript. */
  readonly code: string;
  /** The model as a WebAssembly module of its own; null where there is none. */
  readonly module: Uint8Array<ArrayBuffer> | null;
  /** Why the run was not compiled to WebAssembly, where it was not. */
  readonly interpreted: string | null;
}

/** What each question carries and what it is answered with. */
export interface Questions {
  readonly diagnose: { readonly asked: { readonly text: string }; readonly answer: readonly Problem[] };
  readonly hover: { readonly asked: { readonly text: string; readonly offset: number }; readonly answer: Hover | null };
  readonly complete: {
    readonly asked: { readonly text: string; readonly offset: number };
    readonly answer: readonly Completion[];
  };
  /** The text in the one layout; null where it has errors. */
  readonly format: { readonly asked: { readonly text: string }; readonly answer: string | null };
  readonly run: {
    readonly asked: { readonly text: string; readonly columns: Columns };
    readonly answer: { readonly run: Run | null; readonly problems: readonly Problem[] };
  };
}

export type Kind = keyof Questions;

/** A question to the worker. */
export type Question = {
  readonly [K in Kind]: { readonly kind: K; readonly id: number } & Questions[K]["asked"];
}[Kind];

/** What the worker posts. */
export type Answer =
  | { readonly kind: "answer"; readonly id: number; readonly value: Questions[Kind]["answer"] }
  | { readonly kind: "progress"; readonly id: number; readonly progress: Progress }
  /** A fault of the compiler or a want of memory, not a mistake of the model. */
  | { readonly kind: "fault"; readonly id: number; readonly message: string };
