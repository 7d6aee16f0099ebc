// A model with made-up rows whose updates can be timed: what the cost bench measures, and what `ffm plan --calibrate` fits
// the planner's rates to.

import { structureOf } from "../check/index.ts";
import { type Built, build, compileSource } from "../compile.ts";
import { type DataRequest, elements, known, random } from "../ir/index.ts";
import type { Work } from "../planner/index.ts";
import type { Resolved } from "./options.ts";

/** A model of known sizes, a structure, and rows of a batch. */
export interface Workload {
  readonly name: string;
  readonly source: string;
  /** Sizes of its open dimensions, by data name. */
  readonly dims: Readonly<Record<string, number>>;
  readonly structure: Resolved["structure"][number];
  readonly information?: Resolved["information"];
  readonly batch: number;
}

/** What a workload was predicted to cost, and what it cost. */
export interface Measured {
  /** What the plan counted of a batch. */
  readonly work: Work;
  readonly predictedSeconds: number;
  readonly predictedBytes: number;
  /** Of a batch, the median. */
  readonly seconds: number;
  /** Of the linear memory. */
  readonly bytes: number;
  /** Steps that an update takes in the mean, where it may take as many as it wants; the time is that of one. */
  readonly steps: number;
  /** Share of the updates that ended well. */
  readonly well: number;
}

/** Different batches that are taken in turn. */
const variety = 8;
const stretches = 7;

/** Builds a workload and times its updates for about `seconds`; `now` gives milliseconds. */
export function measure(
  workload: Workload,
  backend: Resolved["backend"],
  now: () => number,
  seconds: number,
): Measured {
  const built = builtOf(workload, backend);
  const { artefact, plan, work } = built;
  const { layout } = artefact.step;
  const steering = layout.state.control.offset;
  const { control } = layout;
  const put = (slot: keyof typeof control, value: number): void => {
    artefact.memory[steering + control[slot]] = value;
  };
  const read = (slot: keyof typeof control): number => artefact.memory[steering + control[slot]] as number;
  put("tolerance", 1e-8);
  put("inner", 1);
  put("seed", 1);
  const { normal } = random(1, "start");
  const { start } = layout.state;
  for (let k = 0; k < start.length; k++) artefact.memory[start.offset + k] = 0.1 * normal();
  artefact.run("init", 0);
  const { compiled } = compileSource(workload.source);
  const batches = Array.from({ length: variety }, (_, k) => rowsOf(compiled?.density.data ?? [], workload, k));
  const regions = [...layout.columns];
  let next = 0;
  const load = (): void => {
    const batch = batches[next % variety] as ReadonlyMap<string, Float64Array>;
    next += 1;
    for (const [name, { offset }] of regions) artefact.memory.set(batch.get(name) as Float64Array, offset);
  };
  let [steps, well, updates] = [0, 0, 0];
  const update = (): void => {
    load();
    artefact.run("update", workload.batch);
  };
  const timed = (what: () => void, count: number): number => {
    const start = now();
    for (let k = 0; k < count; k++) what();
    return (now() - start) / 1000;
  };
  // until the memory outweighs a batch, and the engine has compiled what it will
  const warm = now() + 200 * seconds;
  for (let k = 0; k < 8 || (now() < warm && k < 100_000); k++) update();
  let count = 1;
  while (count < 1 << 20) {
    const took = timed(update, count);
    if (took > (0.5 * seconds) / stretches) break;
    count = took < (0.05 * seconds) / stretches ? 4 * count : Math.ceil((count * 0.6 * seconds) / stretches / took);
  }
  const samples = Array.from({ length: stretches }, () => {
    const took = timed(update, count);
    return (took - timed(load, count)) / count;
  });
  put("inner", 20);
  for (let k = 0; k < Math.min(20, Math.max(4, count)); k++) {
    update();
    steps += read("steps");
    well += read("outcome") === 0 ? 1 : 0;
    updates += 1;
  }
  return {
    work,
    predictedSeconds: plan.secondsPerRow * plan.batchRows,
    predictedBytes: plan.bytes,
    seconds: samples.toSorted((a, b) => a - b)[stretches >> 1] as number,
    bytes: 8 * artefact.memory.length,
    steps: steps / updates,
    well: well / updates,
  };
}

function builtOf({ source, dims, structure, information, batch }: Workload, backend: Resolved["backend"]): Built {
  const { compiled } = compileSource(source);
  if (compiled === null) throw new Error("a workload's model does not compile");
  const names = compiled.density.parameters.map((p) => p.name);
  const { built } = build(
    compiled,
    { dims: new Map(Object.entries(dims)) },
    {
      structure: structureOf([structure], names).requests,
      information: information ?? "expected",
      draws: 1,
      budget: { bytes: Number.POSITIVE_INFINITY, secondsPerRow: Number.POSITIVE_INFINITY },
      batchRows: batch,
      precision: "auto",
      backend,
      target: "likelihood",
      exact: false,
    },
  );
  if (built === null) throw new Error("a workload has no plan");
  return built;
}

/** Made-up values for each data item: standard normals, coins, counts, codes of levels. */
function rowsOf(data: readonly DataRequest[], workload: Workload, seed: number): ReadonlyMap<string, Float64Array> {
  const { dims, batch } = workload;
  return new Map(
    data.map(({ name, domain, shape }) => {
      const { normal, uniform } = random(seed + 1, name);
      const width = elements(shape.map((d) => (typeof d === "number" ? d : known((dims[d.name] ?? 0) + d.plus))));
      const levels = dims[name] ?? 2;
      const value = (): number => {
        if (domain.kind === "category") return Math.floor(levels * uniform());
        if (domain.kind === "int")
          return Math.floor((Number.isFinite(domain.upper) ? domain.upper + 1 : 3) * uniform());
        return domain.lower === 0 ? Math.exp(normal()) : normal();
      };
      return [name, Float64Array.from({ length: width * batch }, value)];
    }),
  );
}
