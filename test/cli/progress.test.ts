// The line of progress: what it says, when it is shown, and that it is gone before anything else is printed.

import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Host } from "../../src/cli/host.ts";
import { type ProgressOptions, progressLine, reporter } from "../../src/cli/progress.ts";

const reading = { rows: 50_000, total: 200_000, pass: 0, logLikelihood: null, decrement: null };
const fitting = { rows: 731, total: 731, pass: 3, logLikelihood: -2310.41234, decrement: 0.00012 };

test("rows, speed and time left while reading", () => {
  expect(progressLine(reading, 2000)).toBe("50,000 of 200,000 rows  25,000 rows/s  6 s left");
  expect(progressLine({ ...reading, total: null }, 2000)).toBe("50,000 rows  25,000 rows/s");
  expect(progressLine({ ...reading, rows: 1, total: 1_000_000 }, 10_000)).toContain("2777 h");
});

test("pass, log-likelihood and decrement while fitting", () => {
  expect(progressLine(fitting, 2000)).toBe("pass 3  731 rows  log-likelihood -2310.412  decrement 1.2e-4");
});

/** A reporter on a fake terminal whose clock is set by hand. */
function watched(options: ProgressOptions, terminal: boolean) {
  let clock = 0;
  let printed = "";
  const output = {
    write: (text: string | Uint8Array) => {
      printed += text;
    },
    terminal,
    columns: 40,
  };
  const host: Host = {
    argv: [],
    cwd: "/",
    env: {},
    stdin: Readable.from([]),
    stdout: output,
    stderr: output,
    signal: new AbortController().signal,
    now: () => clock,
  };
  const { show, clear } = reporter(host, options);
  return {
    show,
    clear,
    wait: (ms: number) => {
      clock += ms;
    },
    printed: () => printed,
  };
}

test("a terminal sees one line, at most ten times a second, and only of runs that take a while", () => {
  const { show, clear, wait, printed } = watched({ everyRows: null, mode: "fit" }, true);
  wait(50);
  show(reading);
  expect(printed()).toBe("");
  wait(400);
  show(reading);
  const once = printed();
  expect(once.startsWith("\r\u001b[K50,000 of 200,000 rows")).toBe(true);
  wait(50);
  show(reading);
  expect(printed()).toBe(once);
  clear();
  expect(printed()).toBe(`${once}\r\u001b[K`);
  clear();
  expect(printed()).toBe(`${once}\r\u001b[K`);
  expect(once.length).toBeLessThanOrEqual(40 + 4);
});

test("without a terminal nothing is shown", () => {
  const { show, clear, wait, printed } = watched({ everyRows: null, mode: "fit" }, false);
  wait(10_000);
  show(reading);
  clear();
  expect(printed()).toBe("");
});

test("lines on request, one each so many rows; in a stream of rows learnt from", () => {
  const { show, wait, printed } = watched({ everyRows: 1000, mode: "stream" }, false);
  for (let rows = 500; rows <= 3000; rows += 500) {
    wait(100);
    show({ rows, total: 3000, pass: 0, logLikelihood: null, decrement: null });
    show({ rows, total: 3000, pass: 1, logLikelihood: -rows, decrement: null });
  }
  const lines = printed().trimEnd().split("\n");
  expect(lines.map((line) => /([\d,]+) (of|rows)/.exec(line)?.[1])).toEqual(["1,000", "2,000", "3,000"]);
});

test("lines on request in a fit: while reading, and one each pass", () => {
  const { show, wait, printed } = watched({ everyRows: 500, mode: "fit" }, false);
  for (const [pass, rows] of [
    [0, 300],
    [0, 600],
    [0, 731],
    [1, 731],
    [2, 731],
  ]) {
    wait(100);
    show({ ...fitting, pass, rows });
  }
  const lines = printed().trimEnd().split("\n");
  expect(lines.map((line) => line.slice(0, 6))).toEqual(["600 of", "pass 1", "pass 2"]);
});
