// The js artefact is a program of its own: written to a file and run by a process that knows nothing of us, it finds what
// our fit finds.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { compile, fit } from "../../src/index.ts";
import { readTable } from "../reference/table.ts";

const example = (name: string): URL => new URL(`../../examples/${name}`, import.meta.url);

it.each([
  ["cars", "mtcars.csv", { mpg: "mpg", weight: "wt", horsepower: "hp" }],
  ["birthweight", "birthwt.csv", null],
] as const)("%s runs stand-alone", async (name, file, renamed) => {
  const model = compile(readFileSync(example(`${name}.ffm`), "utf8"), { file: `${name}.ffm` });
  const table = readTable(example(file));
  const text = await model.artefact("js", {}, table);
  const summary = await fit(model, table);
  const wanted = renamed ?? Object.fromEntries(Object.keys(table).map((column) => [column, column]));
  const sources = Object.fromEntries(
    model.compiled.density.data.map((d) => [d.name, d.source.kind === "column" ? d.source.column : d.name]),
  );
  const batch = Object.fromEntries(
    Object.entries(sources).map(([own, column]) => [
      own,
      table[column] ?? table[(wanted as Record<string, string>)[own]],
    ]),
  );
  const folder = mkdtempSync(join(tmpdir(), "ffm-js-"));
  try {
    writeFileSync(join(folder, "model.mjs"), text);
    writeFileSync(join(folder, "batch.json"), JSON.stringify(batch));
    writeFileSync(
      join(folder, "main.mjs"),
      `import { readFileSync } from "node:fs";
import { run } from "./model.mjs";
const batch = JSON.parse(readFileSync(new URL("batch.json", import.meta.url), "utf8"));
console.log(JSON.stringify(run([batch])));
`,
    );
    const found = JSON.parse(
      execFileSync(process.execPath, [fileURLToPath(`file://${folder}/main.mjs`)], { encoding: "utf8" }),
    );
    for (const p of summary.parameters) {
      if (p.index.length > 0) continue;
      expect(Math.abs(found[p.name].estimate / p.estimate - 1), p.name).toBeLessThan(1e-5);
      expect(Math.abs(found[p.name].se / p.se - 1), p.name).toBeLessThan(1e-4);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
