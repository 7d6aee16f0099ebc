// Every leaf of docs/family-tree.md runs as it stands.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Summary } from "../../src/index.ts";
import { ffm, folder } from "./host.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/family-tree.md"), "utf8");
const leaves = [...page.matchAll(/^```ffm\n(model (\w+)\n[\s\S]*?)^```$/gm)].map(([, text, name]) => ({ name, text }));

test.each(leaves)("$name", async ({ name, text }) => {
  const cwd = folder();
  for (const file of ["iris.csv", "mtcars.csv"]) copyFileSync(join(root, "examples", file), join(cwd, file));
  writeFileSync(join(cwd, `${name}.ffm`), text);
  const { code, stdout, stderr } = await ffm(["run", `${name}.ffm`, "--format", "json"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const { parameters, plan } = JSON.parse(stdout) as Summary;
  for (const { estimate, se } of parameters) {
    expect(Number.isFinite(estimate)).toBe(true);
    expect(se).toBeGreaterThan(0);
  }
  const asked = /structure (\w+(?: sqrt| \d+)?)/.exec(text)?.[1] ?? "";
  expect(plan.blocks[0].structure).toBe(asked === "block" ? "full" : asked);
});

test("every structure has a leaf", () => {
  const all = leaves.map(({ text }) => text).join("\n");
  for (const kind of ["scalar", "diagonal", "block", "kronecker", "lowrank 8", "arrow", "full", "full sqrt"])
    expect(all).toContain(`structure ${kind}\n`);
});
