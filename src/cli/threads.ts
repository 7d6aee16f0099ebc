// Threads for fits in Node: those that share rows are started once, kept warm, and used by one fit after the other; one
// that keeps parts reads its own, and lives as long as the fit. The package exports them as `fisherflow/threads`.

import { Worker } from "node:worker_threads";
import type { PartAnswer, PartWorker, SpawnMember } from "../index.ts";

export interface Threads {
  /** Hands orders to the threads in turn; what `fit` wants as `spawn`. */
  readonly spawn: SpawnMember;
  /** Ends them. They do not keep the process alive. */
  readonly close: () => Promise<void>;
}

function started(): Worker {
  // Beside this file in the sources, beside the bundle once built.
  const name = import.meta.url.endsWith(".ts") ? "./member.ts" : "./member.js";
  return new Worker(new URL(name, import.meta.url));
}

/** Starts the threads that a fit with `threads: count` needs besides the calling one. */
export function threads(count: number): Threads {
  const workers = Array.from({ length: Math.max(1, count - 1) }, () => {
    const worker = started();
    worker.unref();
    return worker;
  });
  let next = 0;
  return {
    spawn(orders) {
      workers[next % workers.length]?.postMessage(orders);
      next += 1;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Starts a thread for parts; what `fitParts` wants as `hire`. */
export function hirePart(): PartWorker {
  const worker = started();
  let waiting: ((answer: PartAnswer) => void) | null = null;
  // what was said before anybody asked is the answer to the next question
  const said: PartAnswer[] = [];
  const hear = (answer: PartAnswer): void => {
    const next = waiting;
    waiting = null;
    if (next === null) said.push(answer);
    else next(answer);
  };
  worker.on("message", hear);
  worker.on("error", (error) => hear({ kind: "failed", diagnostics: [], message: String(error) }));
  return {
    tell: (order) => worker.postMessage(order),
    ask(order) {
      worker.postMessage(order);
      return new Promise((resolve) => {
        const before = said.shift();
        if (before !== undefined) resolve(before);
        else waiting = resolve;
      });
    },
    close: () => {
      void worker.terminate();
    },
  };
}
