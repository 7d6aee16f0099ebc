// Threads for fits in Node: started once, kept warm, used by one fit after the other. The package exports them as
// `fisherflow/threads`.

import { Worker } from "node:worker_threads";
import type { SpawnMember } from "../index.ts";

export interface Threads {
  /** Hands orders to the threads in turn; what `fit` wants as `spawn`. */
  readonly spawn: SpawnMember;
  /** Ends them. They do not keep the process alive. */
  readonly close: () => Promise<void>;
}

/** Starts the threads that a fit with `threads: count` needs besides the calling one. */
export function threads(count: number): Threads {
  // Beside this file in the sources, beside the bundle once built.
  const name = import.meta.url.endsWith(".ts") ? "./member.ts" : "./member.js";
  const workers = Array.from({ length: Math.max(1, count - 1) }, () => {
    const worker = new Worker(new URL(name, import.meta.url));
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
