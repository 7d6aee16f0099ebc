// The example models with their data as a module, made when the page is built: the models' texts, and their CSV files
// read by the project's own sources.

import { readdir, readFile } from "node:fs/promises";
import type { Plugin } from "vite";
import { compile, openSource } from "../../src/index.ts";

/** An example as the page has it. */
export interface Example {
  readonly name: string;
  /** The first sentence of the model's description. */
  readonly title: string;
  readonly text: string;
  /** Name of the data's file. */
  readonly file: string;
  readonly columns: Readonly<Record<string, readonly (number | string | null)[]>>;
}

const folder = new URL("../../examples/", import.meta.url);
const id = "virtual:examples";

async function columnsOf(file: string): Promise<Example["columns"]> {
  const opened = await openSource(new URL(file, folder).pathname);
  if (opened.kind === "failure") throw new Error(`${file}: ${opened.diagnostics[0]?.message}`);
  const { source } = opened;
  const columns = new Map<string, (number | string | null)[]>(source.columns.map((name) => [name, []]));
  for await (const batch of source.read(source.columns, 1024)) {
    for (const [name, column] of batch.columns) {
      const values =
        column.kind === "text" ? column.values : Array.from(column.values, (x) => (Number.isNaN(x) ? null : x));
      columns.get(name)?.push(...values);
    }
  }
  await source.close();
  return Object.fromEntries(columns);
}

/** The models of examples/ that name their data, by name. */
export async function readExamples(): Promise<readonly Example[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".ffm")).sort();
  const examples = await Promise.all(
    files.map(async (path) => {
      const text = await readFile(new URL(path, folder), "utf8");
      const { settings, compiled } = compile(text, { file: path });
      // a model whose data are too many for the page
      if (settings.data === undefined) return [];
      const name = path.replace(/\.ffm$/, "");
      const title = /^[^:.?]*/.exec(compiled.density.doc ?? name)?.[0] ?? name;
      return [{ name, title, text, file: settings.data, columns: await columnsOf(settings.data) }];
    }),
  );
  return examples.flat();
}

/** Serves the examples as the module `virtual:examples`. */
export function exampleModule(): Plugin {
  return {
    name: "examples",
    resolveId: (wanted) => (wanted === id ? `\0${id}` : null),
    load: async (wanted) =>
      wanted === `\0${id}` ? `export const examples = ${JSON.stringify(await readExamples())};` : null,
  };
}
