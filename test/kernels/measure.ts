// Prints the tables of docs/kernels.md: errors against references, and speed on this machine (best of many repeats).
// npx node test/kernels/measure.ts [FILE] — FILE holds more references: python reference.py 6000 > FILE.

import { plain, relaxed } from "../../src/kernels/index.ts";
import { errors, type Row, references } from "./accuracy.ts";
import { accepts, instantiate, type Kernels } from "./instance.ts";

const builds = [["plain", plain] as const, ["relaxed", relaxed] as const].filter(([, build]) => accepts(build));

/** Nanoseconds a call takes, the least of many. */
function nanoseconds(run: () => void): number {
  let repeats = 1;
  for (;;) {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) run();
    if (performance.now() - start > 3) break;
    repeats *= 2;
  }
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 15; n++) {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) run();
    least = Math.min(least, (performance.now() - start) / repeats);
  }
  return least * 1e6;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`\n| ${head.join(" | ")} |\n|${head.map(() => " --- |").join("")}`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}

function accuracyTable(path: string | undefined): void {
  const all = references(path);
  const positive = (row: Row): boolean => (row.at(-3) as number) > 0;
  const instances = builds.map(([, build]) => instantiate(build, 64));
  const rows: string[][] = [];
  for (const [name, points] of all) {
    const gamma = ["lgamma", "digamma", "trigamma", "polygamma"].includes(name);
    const parts: [string, readonly Row[]][] = gamma
      ? [
          [`${name}, x > 0`, points.filter(positive)],
          [`${name}, x < 0`, points.filter((row) => !positive(row))],
        ]
      : [[name, points]];
    for (const [label, part] of parts) {
      const found = instances.map((kernels) => errors(kernels, name, part));
      rows.push([
        label,
        String(part.length),
        ...found.map(({ worst }) => worst.toFixed(2)),
        found[0]?.where.join(", ") ?? "",
      ]);
    }
  }
  table(["function", "points", ...builds.map(([name]) => name), "worst at (plain)"], rows);
}

function rankTable(): void {
  const counts = [1, 4, 10, 56, 200];
  const rows: string[][] = [];
  for (const [name, build] of builds) {
    const { memory, at, call } = instantiate(build, 128);
    for (let i = 0; i < 4e5; i++) memory[i] = Math.sin(i);
    for (const weighted of [true, false])
      for (const size of [1, 16, 256, 1024]) {
        const stride = 1024;
        rows.push([
          name,
          weighted ? "yes" : "no",
          String(size),
          ...counts.map((count) => {
            const weight = stride * count;
            const target = weight + size;
            const work = target + count * count;
            const ns = nanoseconds(() => {
              call(
                "rankUpdate",
                at(target),
                count,
                at(0),
                8 * stride,
                count,
                weighted ? at(weight) : 0,
                size,
                at(work),
              );
            });
            const time = ns < 1000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(1)} µs`;
            return `${((count * (count + 1) * size) / ns).toFixed(1)} (${time})`;
          }),
        ]);
      }
  }
  table(["build", "weights", "rows", ...counts.map((count) => `count ${count}`)], rows);
}

function linearTable(): void {
  const instances = builds.map(([, build]) => instantiate(build, 128));
  const rows: string[][] = [];
  const row = (label: string, flops: number, run: (kernels: Kernels) => void): void => {
    rows.push([label, ...instances.map((kernels) => (flops / nanoseconds(() => run(kernels))).toFixed(1))]);
  };
  for (const { memory } of instances) for (let i = 0; i < 1e6; i++) memory[i] = Math.sin(i);
  for (const count of [10, 56]) {
    row(`axpyRows, ${count} × 1024`, 2048 * count, ({ at, call }) => {
      call("axpyRows", at(0), at(1024), 8192, count, at(500_000), 1024);
    });
    row(`dotRows, ${count} × 1024`, 2048 * count, ({ at, call }) => {
      call("dotRows", at(500_000), at(1024), 8192, count, at(0), 1024);
    });
  }
  for (const n of [10, 56, 200]) {
    const [scale, status, x, y] = [n * n, n * n + n, n * n + n + 4, n * n + 2 * n + 4];
    const matrix = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? n : Math.sin(i)));
    row(`cholesky ${n}`, n ** 3 / 3, ({ memory, at, call }) => {
      memory.set(matrix);
      call("cholesky", at(0), at(scale), at(status), n);
    });
    row(`choleskySolve ${n}`, 2 * n * n, ({ at, call }) => {
      call("choleskySolve", at(0), at(scale), at(x), at(y), n);
    });
    row(`choleskyInverseDiagonal ${n}`, n ** 3 / 3, ({ at, call }) => {
      call("choleskyInverseDiagonal", at(0), at(scale), at(x), n, at(y));
    });
    row(`symmetricMultiply ${n}`, 2 * n * n, ({ at, call }) => {
      call("symmetricMultiply", at(0), at(x), at(y), n);
    });
  }
  for (const [name, bytes] of [
    ["gemm", 8],
    ["gemmFloat", 4],
  ] as const) {
    for (const kernels of instances) {
      const cells = bytes === 8 ? kernels.memory : new Float32Array(kernels.memory.buffer, kernels.memory.byteOffset);
      for (let i = 0; i < 600_000; i++) cells[i] = Math.sin(i);
    }
    for (const [m, n, k] of [
      [256, 256, 784],
      [64, 256, 784],
      [56, 56, 256],
    ] as const)
      row(`${name} ${m} × ${n} × ${k}`, 2 * m * n * k, ({ at, call }) => {
        const place = (position: number): number => at(0) + bytes * position;
        call(name, place(500_000), n, place(0), k, 1, place(250_000), n, 1, m, n, k, at(700_000));
      });
  }
  table(["work", ...builds.map(([name]) => `${name}, GFLOP/s`)], rows);
}

function elementwiseTable(): void {
  const names =
    "exp expm1 log log1p sigmoid softplus tanh log1mexp sin cos tan atan erf Phi logPhi millsRatio lgamma digamma trigamma pow";
  const instances = builds.map(([, build]) => instantiate(build, 8));
  const n = 1024;
  const rows = names.split(" ").map((name) => {
    const point = (i: number): number => {
      const u = (i * 0.6180339887) % 1;
      if (["log", "lgamma", "digamma", "trigamma", "pow"].includes(name)) return 0.1 + 20 * u;
      if (name === "log1p") return 4 * u;
      return name === "log1mexp" ? -5 * u : 8 * u - 4;
    };
    const points = Float64Array.from({ length: n }, (_, i) => point(i));
    const ours = instances.map(({ memory, at, call }) => {
      memory.set(points);
      const args = name === "pow" ? [at(0), at(0), at(n), n] : [at(0), at(n), n];
      return (nanoseconds(() => call(`${name}_array`, ...args)) / n).toFixed(1);
    });
    const out = new Float64Array(n);
    const theirs = (Math as unknown as Record<string, ((...x: readonly number[]) => number) | undefined>)[name];
    const time =
      theirs === undefined
        ? ""
        : (
            nanoseconds(() => {
              for (let i = 0; i < n; i++)
                out[i] =
                  name === "pow" ? theirs(points[i] as number, points[i] as number) : theirs(points[i] as number);
            }) / n
          ).toFixed(1);
    return [name, ...ours, time];
  });
  table(["ns an element, 1024", ...builds.map(([name]) => name), "Math"], rows);
}

accuracyTable(process.argv[2]);
rankTable();
linearTable();
elementwiseTable();
