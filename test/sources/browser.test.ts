// The room must load where there are neither files nor DuckDB: both come in only when a file is opened.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

it("what the door loads at once needs no module of Node and no DuckDB", async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL("../../src/sources/index.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    splitting: true,
    outdir: "dist",
    write: false,
    metafile: true,
    external: ["node:*", "@duckdb/node-api"],
  });
  const outputs = new Map(Object.entries(metafile.outputs));
  const door = [...outputs].find(([, { entryPoint }]) => entryPoint?.endsWith("src/sources/index.ts"));
  const seen = new Set<string>();
  const later = new Set<string>();
  const follow = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind } of outputs.get(path)?.imports ?? []) {
      if (kind === "dynamic-import") later.add(next);
      else follow(next);
    }
  };
  follow(door?.[0] ?? "");
  expect([...seen].filter((path) => path.startsWith("node:") || path.startsWith("@duckdb"))).toEqual([]);
  expect(seen.size).toBeGreaterThan(0);
  expect(later.size).toBeGreaterThan(0);
});
