// `npm run bench -- NAME… | all`: runs benches, prints their tables, writes bench/results/NAME.json and the generated
// part of docs/performance.md. Exit codes: 0 done, 2 not understood, 77 where data a bench needs are missing.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { alternate } from "./alternate.ts";
import type { Bench, GroupResult, Settings } from "./bench.ts";
import { compileBench } from "./benches/compile.ts";
import { continualBench } from "./benches/continual.ts";
import { costBench } from "./benches/cost.ts";
import { covtypeBench } from "./benches/covtype.ts";
import { driftBench } from "./benches/drift.ts";
import { glmBench } from "./benches/glm.ts";
import { mlpBench } from "./benches/mlp.ts";
import { readBench } from "./benches/read.ts";
import { rowBench } from "./benches/row.ts";
import { scaleBench } from "./benches/scale.ts";
import { provenance } from "./machine.ts";
import { type BenchResult, writeReport } from "./report.ts";
import { plainTable } from "./table.ts";

const benches: readonly Bench[] = [
  glmBench,
  rowBench,
  compileBench,
  readBench,
  scaleBench,
  mlpBench,
  continualBench,
  covtypeBench,
  driftBench,
  costBench,
];

const usage = `npm run bench -- NAME… | all [--backend js|wasm] [--threads N] [--repeats N] [--quick]

${benches.map((b) => `  ${b.name.padEnd(9)} ${b.what}`).join("\n")}

  --backend B   what runs our updates; the product's default unless said
  --threads N   threads of every contestant (1)
  --repeats N   after a warm-up (5)
  --quick       small data and two repeats, to try the harness; writes no results

Peers are installed by: node bench/peers/setup.ts
`;

function parsed(): { readonly chosen: readonly Bench[]; readonly settings: Settings } | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        backend: { type: "string" },
        threads: { type: "string", default: "1" },
        repeats: { type: "string" },
        quick: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const names = positionals.includes("all") ? benches.map((b) => b.name) : positionals;
    const chosen = benches.filter((b) => names.includes(b.name));
    const threads = Number(values.threads);
    const repeats = Number(values.repeats ?? (values.quick ? 2 : 5));
    const sound = [threads, repeats].every((n) => Number.isInteger(n) && n >= 1);
    if (values.help || !sound || chosen.length === 0 || chosen.length !== new Set(names).size) return null;
    return { chosen, settings: { backend: values.backend ?? null, threads, repeats, quick: values.quick } };
  } catch {
    return null;
  }
}

async function runBench(bench: Bench, settings: Settings): Promise<boolean> {
  process.stderr.write(`${bench.name}: ${bench.what}\n`);
  const started = new Date().toISOString();
  const versions = new Map([["node", process.versions.node]]);
  const groups: GroupResult[] = [];
  const absent: string[] = [];
  for (const group of await bench.prepare(settings)) {
    if ("absent" in group) {
      absent.push(`${group.title}: ${group.absent}`);
      process.stdout.write(`${group.title}\nnot run: ${group.absent}\n\n`);
      continue;
    }
    process.stderr.write(` ${group.title}\n`);
    const result = await alternate(group, settings, versions);
    groups.push(result);
    process.stdout.write(`${plainTable(result)}\n`);
  }
  const { backend, threads, repeats, quick } = settings;
  if (!quick) {
    const result: BenchResult = {
      bench: bench.name,
      what: bench.what,
      started,
      backend,
      threads,
      repeats,
      ...provenance(versions),
      groups,
      absent,
    };
    const file = new URL(`results/${bench.name}.json`, import.meta.url);
    writeFileSync(fileURLToPath(file), `${JSON.stringify(result, null, 1)}\n`);
  }
  return absent.length === 0;
}

const told = parsed();
if (told === null) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  const { chosen, settings } = told;
  process.env.FFM_BENCH_THREADS = String(settings.threads);
  if (settings.backend !== null) process.env.FFM_BENCH_BACKEND = settings.backend;
  let complete = true;
  for (const bench of chosen) complete = (await runBench(bench, settings)) && complete;
  if (!settings.quick) writeReport();
  process.exitCode = complete ? 0 : 77;
}
