// What the documentation shows is true: its models check, its program runs, its flags and codes exist.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { flowKeys } from "../../src/check/index.ts";
import { flowFlags } from "../../src/cli/flow-flags.ts";
import { verbs } from "../../src/cli/verbs/index.ts";
import { check } from "../../src/index.ts";
import { ffm, folder } from "./host.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith(".md"),
);

interface Block {
  readonly page: string;
  readonly line: number;
  readonly text: string;
}

function blocks(language: string): readonly Block[] {
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    const found = [...text.matchAll(new RegExp(`^ *\`\`\`${language}\n([\\s\\S]*?)^ *\`\`\`$`, "gm"))];
    return found.map((match) => ({ page, line: text.slice(0, match.index).split("\n").length, text: match[1] }));
  });
}

test.each(blocks("ffm"))("the model at $page:$line has no errors", ({ page, line, text }) => {
  const { diagnostics } = check(text, { file: `${page}:${line}` });
  // A page may show a few lines of a model; that no likelihood is among them is no mistake.
  expect(diagnostics.filter(({ severity, code }) => severity === "error" && code !== "FF401")).toEqual([]);
});

test.each(blocks("ts").filter(({ page }) => page === "docs/api.md"))("the program at $page:$line runs", ({ text }) => {
  const file = join(folder(), "program.ts");
  writeFileSync(file, text.replace('"fisherflow"', JSON.stringify(join(root, "src/index.ts"))));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toMatch(/slope 2\.0\d+ ± 0\.0\d+/);
});

test("the flags of the flow are the keys of the flow", () => {
  const keys = flowKeys.map(({ key }) => key.replaceAll("_", "-")).filter((key) => key !== "data");
  const flags = flowFlags.filter(({ help }) => !help.includes("not built yet")).map(({ name }) => name);
  expect([...flags].sort()).toEqual([...keys].sort());
});

test("docs/cli.md names every verb and every flag of the flow that is built", () => {
  const page = readFileSync(join(root, "docs/cli.md"), "utf8");
  for (const verb of Object.keys(verbs)) expect(page).toContain(`\`ffm ${verb}`);
  for (const { name, help } of flowFlags) if (!help.includes("not built yet")) expect(page).toContain(`--${name}`);
});

test("the README shows what comes out", async () => {
  const page = readFileSync(join(root, "README.md"), "utf8");
  const cwd = folder();
  await ffm(["new", "coffee"], { cwd });
  const { stdout } = await ffm(["run", "coffee.ffm"], { cwd });
  const rows = stdout.split("\n").filter((line) => /^(name|day|slope|report|typical|warmer|log|AIC|BIC)/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(page).toContain(`${row}\n`);
  const model = readFileSync(join(cwd, "coffee.ffm"), "utf8").replace(/ *\/\/.*/g, "");
  const words = (text: string): string => text.split(/\s+/).filter(Boolean).join(" ");
  expect(words(page)).toContain(words(model));
});

test("the index names every page", () => {
  const index = readFileSync(join(root, "docs/README.md"), "utf8");
  for (const page of pages)
    if (page.startsWith("docs/") && page !== "docs/README.md") expect(index).toContain(`](${page.slice(5)})`);
});

test("docs/dependencies.md says why of every dependency", () => {
  const page = readFileSync(join(root, "docs/dependencies.md"), "utf8");
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) expect(page).toContain(`\`${name}\``);
});

test("links between pages lead somewhere", () => {
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].flatMap(([, target]) => {
      const path = join(root, page, "..", target);
      try {
        if (target.endsWith("/")) readdirSync(path);
        else readFileSync(path);
        return [];
      } catch {
        return [`${page} → ${target}`];
      }
    });
  });
  expect(broken).toEqual([]);
});
