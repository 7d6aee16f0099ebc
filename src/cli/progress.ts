// One line that says how far a run is: rewritten in place on a terminal, printed every so many rows on request.

import type { Progress } from "../index.ts";
import type { Host } from "./host.ts";

/** What to show of the progress. */
export interface ProgressOptions {
  /** Print a line at least this many rows apart, also where no terminal is; null for none. */
  readonly everyRows: number | null;
  /** In a stream, rows are told of when they are read and again when they are learnt from. */
  readonly mode: "fit" | "stream";
}

/** Shows progress on stderr. */
export interface Reporter {
  readonly show: (progress: Progress) => void;
  /** Takes the line away, before anything else is printed. */
  readonly clear: () => void;
}

const frameMs = 100;
/** Short runs show nothing. */
const patienceMs = 300;

function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** The figures of a moment as one line. */
export function progressLine(progress: Progress, elapsedMs: number): string {
  const { rows, total, pass, logLikelihood, decrement, prequential } = progress;
  const whole = total === rows;
  const speed = elapsedMs > 0 && !whole ? (1000 * rows) / elapsedMs : 0;
  const share = total !== null && total > 0 ? rows / total : 1;
  return [
    ...(pass === 0 ? [] : [`pass ${pass}`]),
    total === null || whole ? `${thousands(rows)} rows` : `${thousands(rows)} of ${thousands(total)} rows`,
    ...(speed > 0 ? [`${thousands(speed)} rows/s`] : []),
    ...(logLikelihood === null ? [] : [`log-likelihood ${logLikelihood.toPrecision(7)}`]),
    ...(typeof prequential === "number" ? [`log evidence ${prequential.toPrecision(7)}`] : []),
    ...(decrement === null ? [] : [`decrement ${decrement.toExponential(1)}`]),
    ...(share > 0 && share < 1 ? [`${duration((elapsedMs * (1 - share)) / share)} left`] : []),
  ].join("  ");
}

/** A reporter for a run that starts now. */
export function reporter(host: Host, { everyRows, mode }: ProgressOptions): Reporter {
  const started = host.now();
  let shownAt = started + patienceMs - frameMs;
  let nextRows = everyRows ?? Number.POSITIVE_INFINITY;
  let visible = false;
  let learning = false;
  let pass = 0;
  const clear = (): void => {
    if (visible) host.stderr.write("\r\u001b[K");
    visible = false;
  };
  const show = (progress: Progress): void => {
    if (progress.pass > 0) learning = true;
    else if (mode === "stream" && learning) return;
    const now = host.now();
    // Each pass counts its rows anew.
    if (progress.pass !== pass) nextRows = everyRows ?? Number.POSITIVE_INFINITY;
    pass = progress.pass;
    const counts = progress.pass > 0 || mode === "fit";
    if (counts && progress.rows >= nextRows && everyRows !== null) {
      clear();
      host.stderr.write(`${progressLine(progress, now - started)}\n`);
      nextRows = (Math.floor(progress.rows / everyRows) + 1) * everyRows;
    }
    if (!host.stderr.terminal || now - shownAt < frameMs) return;
    const line = progressLine(progress, now - started).slice(0, Math.max(20, host.stderr.columns - 1));
    host.stderr.write(`\r\u001b[K${line}`);
    visible = true;
    shownAt = now;
  };
  return { show, clear };
}
