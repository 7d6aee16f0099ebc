// Fails where a generated file is not what its generator would write now: the grammars, the embedded standard
// library, the pages about errors, the kernels, the library of the js target.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["grammar", "stdlib", "docs/errors", "src/kernels", "src/emit/js"];

function contents(): ReadonlyMap<string, string> {
  const files = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
  return new Map(files.map((file) => [file.slice(root.length), readFileSync(file, "utf8")]));
}

const before = contents();
const { status } = spawnSync("npm", ["run", "--silent", "generate"], { cwd: root, stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
const after = contents();

const stale = [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));
for (const file of stale) console.error(`${file} was not up to date; it is now: commit it.`);
process.exit(stale.length === 0 ? 0 : 1);
