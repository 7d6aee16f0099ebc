// The page's side of a worker: questions with a time limit. A worker that does not answer in time is ended and a new
// one takes its place.

import type { Answer, Kind, Question, Questions } from "./messages.ts";

/** How a question ended. */
export type Outcome<K extends Kind> =
  | { readonly kind: "answer"; readonly value: Questions[K]["answer"] }
  | { readonly kind: "timeout" }
  | { readonly kind: "stopped" }
  | { readonly kind: "fault"; readonly message: string };

type Progress = (Answer & { readonly kind: "progress" })["progress"];

/** A worker to ask. */
export interface Client {
  ask<K extends Kind>(
    kind: K,
    asked: Questions[K]["asked"],
    limitMs: number,
    onProgress?: (progress: Progress) => void,
  ): Promise<Outcome<K>>;
  /** Ends the worker; what was asked of it ends as stopped. */
  stop(): void;
}

interface Open {
  readonly end: (outcome: Outcome<Kind>) => void;
  readonly progress: (progress: Progress) => void;
}

/** Starts a worker. */
export function openClient(): Client {
  const open = new Map<number, Open>();
  let last = 0;

  const start = (): Worker => {
    const made = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    made.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      const waiting = open.get(data.id);
      if (data.kind === "progress") waiting?.progress(data.progress);
      else waiting?.end(data.kind === "answer" ? { kind: "answer", value: data.value } : data);
    });
    made.addEventListener("error", (event) => {
      for (const waiting of [...open.values()]) waiting.end({ kind: "fault", message: event.message });
    });
    return made;
  };

  let worker = start();
  const restart = (): void => {
    worker.terminate();
    worker = start();
    for (const waiting of [...open.values()]) waiting.end({ kind: "stopped" });
  };

  return {
    ask: (kind, asked, limitMs, onProgress = () => {}) =>
      new Promise((resolve) => {
        const id = ++last;
        const timer = setTimeout(() => {
          open.get(id)?.end({ kind: "timeout" });
          restart();
        }, limitMs);
        open.set(id, {
          end: (outcome) => {
            clearTimeout(timer);
            open.delete(id);
            // The id belongs to this question, so the answer is of its kind.
            resolve(outcome as Parameters<typeof resolve>[0]);
          },
          progress: onProgress,
        });
        worker.postMessage({ kind, id, ...asked } as Question);
      }),
    stop: restart,
  };
}
