// Prints the tables of docs/kernels.md: errors against references, and speed on this machine (best of many repeats).
// npx node test/kernels/measure.ts [FILE] — FILE holds more references: python reference.py 6000 > FILE.

import { plain, relaxed } from "../../src/kernels/index.ts";
import { errors, type Row, references } from "./accuracy.ts";
import { accepts, instantiate, type Kernels } from "./instance.ts";

const builds = [["plain", plain] as const, ["relaxed", relaxed] as const].filter(([, build]) => accepts(build));

/** Nanoseconds a call takes, the least of many; of the processor's time where it takes long enough to be interrupted. */
function nanoseconds(run: () => void): number {
  let repeats = 1;
  const first = performance.now();
  run();
  run();
  if (performance.now() - first > 4) return processor(run);
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

/** Processor time of a call, the least of three means. */
function processor(run: () => void): number {
  const means = [0, 1, 2].map(() => {
    const start = process.cpuUsage();
    for (let calls = 1; ; calls++) {
      run();
      const { user, system } = process.cpuUsage(start);
      if (user + system > 400_000) return (user + system) / calls;
    }
  });
  return 1000 * Math.min(...means);
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
  table(["work", ...builds.map(([name]) => `${name}, GFLOP/s`)], rows);
}

/** Work on matrices of a neural model's size; columns 8 KiB apart. */
function productTable(): void {
  const instances = builds.map(([, build]) => instantiate(build, 640));
  for (const { memory } of instances) for (let i = 0; i < 4e6; i++) memory[i] = Math.sin(i);
  const rows: string[][] = [];
  const row = (label: string, flops: number, run: (kernels: Kernels) => void): void => {
    rows.push([label, ...instances.map((kernels) => (flops / nanoseconds(() => run(kernels))).toFixed(1))]);
  };
  const [b, c, work] = [1_000_000, 2_000_000, 3_500_000];
  for (const name of ["gemm", "gemmSingle"]) {
    for (const [m, n, k] of [
      [256, 256, 784],
      [256, 784, 784],
      [56, 56, 256],
    ] as const)
      row(`${name}, ${m} × ${n} × ${k}`, 2 * m * n * k, ({ at, call }) => {
        call(name, at(c), n, at(0), k, 1, at(b), n, 1, m, n, k, 1, 0, 0, at(work));
      });
    for (const [m, k] of [
      [256, 784],
      [10, 256],
    ] as const) {
      row(`${name}, ${m} × ${k} times 1024 rows`, 2 * m * k * 1024, ({ at, call }) => {
        call(name, at(c), 1024, at(0), k, 1, at(b), 1024, 1, m, 1024, k, 1, 0, 0, at(work));
      });
      row(`${name}, transposed, ${k} × ${m} times 1024 rows`, 2 * m * k * 1024, ({ at, call }) => {
        call(name, at(c), 1024, at(0), 1, k, at(b), 1024, 1, k, 1024, m, 1, 0, 0, at(work));
      });
      row(`${name}, ${m} × ${k} over 1024 rows`, 2 * m * k * 1024, ({ at, call }) => {
        call(name, at(c), k, at(0), 1024, 1, at(b), 1, 1024, m, k, 1024, 1, 0, 1, at(work));
      });
    }
  }
  row("crossUpdate, 10 × 256 over 1024 rows", 2 * 2560 * 1024, ({ at, call }) => {
    call("crossUpdate", at(c), 256, at(0), 10, at(b), 256, 8192, 0, 1, 1024, at(work));
  });
  for (const count of [784, 2000])
    for (const size of [256, 1024]) {
      const stride = count === 2000 ? 256 : 1024;
      if (size > stride) continue;
      const flops = count * (count + 1) * size;
      row(`rankUpdate, ${count} over ${size} rows`, flops, ({ at, call }) => {
        call("rankUpdate", at(900_000), count, at(0), 8 * stride, count, 0, size, at(5_000_000));
      });
      row(`gemmSingle, lower triangle, ${count} over ${size} rows`, flops, ({ at, call }) => {
        const factors = [at(0), stride, 1, at(0), 1, stride];
        call("gemmSingle", at(900_000), count, ...factors, count, count, size, 1, 0, 3, at(5_000_000));
      });
    }
  for (const n of [784, 2000]) {
    const matrix = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? n : Math.sin(i)));
    const [scale, status] = [4_000_000, 4_003_000];
    row(`cholesky ${n}`, n ** 3 / 3, ({ memory, at, call }) => {
      memory.set(matrix);
      call("cholesky", at(0), at(scale), at(status), n);
    });
    row(`choleskyInverse ${n}`, (2 * n ** 3) / 3, ({ memory, at, call }) => {
      memory.set(matrix);
      call("choleskyInverse", at(0), at(scale), at(0), n, at(status + 1000));
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
productTable();
elementwiseTable();
