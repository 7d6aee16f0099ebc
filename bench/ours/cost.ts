// What the planner predicts of a workload, and what its updates take. Time is that of this thread on the processor, so
// that what else the machine does stays out of it.

import { measure } from "../../src/session/workload.ts";
import { workloads } from "../workloads.ts";
import { serve } from "./serve.ts";

const begin = process.threadCpuUsage();
const now = (): number => {
  const { user, system } = process.threadCpuUsage(begin);
  return (user + system) / 1000;
};

await serve(async (task) => {
  const workload = workloads.find(({ name }) => name === task.name);
  if (workload === undefined) throw new Error(`there is no workload ${String(task.name)}`);
  const backend = task.backend === "js" || task.backend === "interpret" ? task.backend : "wasm";
  const found = measure(workload, backend, now, Number(task.seconds));
  const figures = {
    predictedMs: 1000 * found.predictedSeconds,
    predictedBytes: found.predictedBytes,
    bytes: found.bytes,
    steps: found.steps,
  };
  return { ms: 1000 * found.seconds, figures };
});
