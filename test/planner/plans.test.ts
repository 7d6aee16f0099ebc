// The plans of thirteen models of different kinds: what is chosen for each, defended in a sentence, and the whole table in
// plans.txt beside this file, which `npm run golden` rewrites; read the difference.

import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { planTable } from "../../src/cli/plan-table.ts";
import { plannedModels } from "./models.ts";
import { planned } from "./planned.ts";

const file = new URL("plans.txt", import.meta.url);

test("the tables of all plans", () => {
  const tables = plannedModels.map(({ name, source, dims, because }) => {
    const { plan } = planned(source, dims);
    if (plan === null) throw new Error(`no plan for ${name}`);
    return `${planTable(name, plan, "wasm", 100)}  defence: ${because}\n`;
  });
  const text = tables.join("\n");
  if (process.env.GOLDEN === "1") writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
});

test.each(plannedModels)("$name: $because", ({ source, dims, chosen }) => {
  const { plan } = planned(source, dims);
  expect(plan?.blocks.map(({ structure }) => structure)).toEqual(chosen);
});
