// Online logistic regression by the product, each row once, with the structure that the task names.

import { compile, type FlowOptions, type Summary, stream } from "../../src/index.ts";
import { columnNames } from "../covtype.ts";
import { readNpy } from "../tables.ts";
import { serve, timed } from "./serve.ts";
import { settings, unobserved } from "./settings.ts";

// Measurements, areas and soils are parameters of their own: they are the blocks of `structure block`.
const source = `
  data land : real[p] from "land*"
  data area : real[q] from "area*"
  data soil : real[r] from "soil*"
  data y    : binary

  param base    : real
  param by_land : real[p]
  param by_area : real[q]
  param by_soil : real[r]

  y ~ Bernoulli(logit: base + by_land @ land + by_area @ area + by_soil @ soil)
`;

const [folder] = process.argv.slice(2);
const names = columnNames(folder);
const kinds = names.map((name) => /^(Wilderness|Soil)/.exec(name)?.[1] ?? "land");
const groups = ["land", "Wilderness", "Soil"].map((kind) => kinds.flatMap((k, place) => (k === kind ? [place] : [])));
const x = readNpy(`${folder}/x.npy`);
const columns: Record<string, Float64Array> = { y: readNpy(`${folder}/y.npy`)[0] };
groups.forEach((places, g) => {
  places.forEach((place, k) => {
    columns[`${["land", "area", "soil"][g]}${k + 1}`] = x[place];
  });
});
// Where each estimate goes, the intercept first, in the order of the table's columns.
const order = [0, ...groups.flat().map((place) => place + 1)];
const model = compile(source);
const now = (): number => performance.now();

function placed(values: readonly number[]): number[] {
  const found = new Array<number>(values.length).fill(Number.NaN);
  values.forEach((value, k) => {
    found[order[k]] = value;
  });
  return found;
}

await serve(async (task) => {
  const structure = task.structure as NonNullable<FlowOptions["structure"]>;
  const { ms, value } = await timed<Summary>(() =>
    stream(model, columns, { ...settings(), ...unobserved, now, structure }),
  );
  const { parameters, passes, timing, plan } = value;
  const se = parameters.map((p) => p.se);
  return {
    ms,
    passes,
    estimates: placed(parameters.map((p) => p.estimate)),
    ...(se.every(Number.isFinite) ? { se: placed(se) } : {}),
    figures: { updateMs: timing.updateMs, bytes: plan.bytes },
  };
});
