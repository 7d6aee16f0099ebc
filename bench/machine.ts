// What the figures were measured on and with.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Machine, versions and commit of a run. */
export interface Provenance {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly commit: string;
  /** True where the work tree differed from the commit. */
  readonly modified: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

function git(...args: string[]): string {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** Of this machine, now. */
export function provenance(versions: ReadonlyMap<string, string>): Provenance {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string };
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    commit: git("rev-parse", "--short", "HEAD"),
    modified:
      git("status", "--porcelain", "--", "src", "grammar", "stdlib", "scripts", "bench/benches", "bench/ours") !== "",
    versions: Object.fromEntries([["fisherflow", version], ...[...versions].toSorted()]),
  };
}
