// Makes bench/.venv and installs the peers, each by its own pinned requirement file, from the Python package index.
// A peer that can't be installed is named and left out; the benches then list it as missing.
// Run: node bench/peers/setup.ts [NAME…]   R is the system's: apt-get install r-base-core

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { python } from "../contestant.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const venv = fileURLToPath(new URL("../.venv", import.meta.url));

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

if (!existsSync(python) && !run("python3", ["-m", "venv", venv])) {
  process.stderr.write("python3 can't make a virtual environment here\n");
  process.exit(1);
}
const asked = process.argv.slice(2);
const files = readdirSync(here).filter((name) => name.endsWith(".txt"));
const wanted = files.filter((name) => asked.length === 0 || asked.includes(name.slice(0, -".txt".length)));
const failed = wanted.filter((name) => {
  process.stderr.write(`${name}\n`);
  return !run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", `${here}${name}`]);
});
if (failed.length > 0) process.stderr.write(`not installed: ${failed.join(", ")}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
