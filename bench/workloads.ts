// The points of the cost bench: models of many kinds, each with structures and sizes of batches.

import type { Workload } from "../src/session/workload.ts";
import { networkModel, structured, workloadModels } from "../src/session/workloads.ts";

type Structure = Workload["structure"];

const [full, diagonal, scalar] = [structured("full"), structured("diagonal"), structured("scalar")];
const [arrow, kronecker, block] = [structured("arrow"), structured("kronecker"), structured("block")];
const root = structured("full", { root: true });
const lowrank = (rank: number): Structure => structured("lowrank", { rank });
const { linear, logistic, counts, effects, slopes, crossed, factors, responses } = workloadModels;

type Sized = readonly [Structure, number];

function points(
  name: string,
  source: string,
  dims: Readonly<Record<string, number>>,
  sized: readonly Sized[],
  more: Pick<Workload, "information"> = {},
): Workload[] {
  return sized.map(([structure, batch]) => {
    const called = `${structure.kind}${structure.root ? " sqrt" : ""}${structure.rank === undefined ? "" : ` ${structure.rank}`}`;
    return { name: `${name}, ${called}, ${batch}`, source, dims, structure, batch, ...more };
  });
}

const net = (inputs: number, hidden: number, sized: readonly Sized[]): Workload[] =>
  points(`network ${inputs}-${hidden}-10`, networkModel(hidden), { x: inputs, p: inputs, digit: 10 }, sized);

/** Every point, its name unique. */
export const workloads: readonly Workload[] = [
  ...points("logistic, 5", logistic, { p: 5 }, [
    [full, 1],
    [full, 4],
    [full, 16],
    [full, 256],
    [full, 1024],
    [diagonal, 1],
    [diagonal, 256],
    [scalar, 1024],
  ]),
  ...points("linear, 20", linear, { p: 20 }, [
    [full, 1],
    [full, 16],
    [full, 256],
    [lowrank(4), 256],
    [diagonal, 256],
    [root, 256],
  ]),
  ...points("logistic, 60", logistic, { p: 60 }, [
    [full, 64],
    [full, 256],
    [full, 1024],
    [diagonal, 1024],
    [lowrank(8), 256],
    [root, 256],
  ]),
  ...points("Poisson, 200", counts, { p: 200 }, [
    [full, 64],
    [full, 256],
    [full, 1024],
    [diagonal, 256],
    [lowrank(16), 256],
    [scalar, 256],
  ]),
  ...points("logistic, 500", logistic, { p: 500 }, [
    [full, 64],
    [full, 256],
    [diagonal, 256],
    [lowrank(8), 256],
  ]),
  ...points("effects, 10", effects, { site: 10 }, [
    [full, 256],
    [arrow, 16],
  ]),
  ...points("effects, 100", effects, { site: 100 }, [
    [full, 256],
    [arrow, 256],
    [diagonal, 256],
  ]),
  ...points("effects, 1,000", effects, { site: 1000 }, [
    [full, 256],
    [arrow, 256],
    [arrow, 1024],
    [diagonal, 256],
  ]),
  ...points("effects, 10,000", effects, { site: 10_000 }, [
    [arrow, 1024],
    [diagonal, 1024],
  ]),
  ...points("effects, 100,000", effects, { site: 100_000 }, [
    [arrow, 1024],
    [diagonal, 1024],
  ]),
  ...points("levels and slopes, 1,000", slopes, { site: 1000 }, [
    [arrow, 256],
    [diagonal, 256],
  ]),
  ...points("crossed, 500 × 50", crossed, { user: 500, item: 50 }, [
    [arrow, 256],
    [block, 256],
    [diagonal, 256],
  ]),
  ...net(20, 16, [
    [full, 64],
    [kronecker, 64],
    [diagonal, 256],
  ]),
  ...net(100, 64, [
    [kronecker, 256],
    [diagonal, 256],
    [scalar, 64],
  ]),
  ...net(784, 64, [
    [kronecker, 256],
    [diagonal, 256],
  ]),
  ...points("factors, 200 × 50", factors, { user: 200, item: 50 }, [
    [arrow, 256],
    [block, 64],
    [diagonal, 256],
  ]),
  ...points("four responses, 20", responses, { p: 20, x: 20 }, [
    [full, 256],
    [kronecker, 256],
    [diagonal, 256],
  ]),
];
