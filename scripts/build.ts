// Builds dist/: the command and the library as bundles that share chunks (Chevrotain loads in 15 ms bundled and
// 300 ms from its own files; the script part of DuckDB's binding, 180 files, in 5 ms instead of 40), and the type
// declarations.

import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * DuckDB's binding: its script is bundled, its native part is looked for where the package asks for it itself, when it is
 * first needed.
 */
const duckdb: Plugin = {
  name: "duckdb",
  setup(plan) {
    const texts: Readonly<Record<string, string>> = {
      "@duckdb/node-bindings": [
        'import { createRequire } from "node:module";',
        "const own = createRequire(import.meta.url);",
        'export default createRequire(own.resolve("@duckdb/node-api"))("@duckdb/node-bindings");',
      ].join("\n"),
      os: 'export * from "node:os";\nexport { default } from "node:os";',
    };
    plan.onResolve({ filter: /^(os|@duckdb\/node-bindings)$/ }, ({ path, importer }) =>
      importer.includes("/@duckdb/node-api/") ? { path, namespace: "duckdb" } : undefined,
    );
    plan.onLoad({ filter: /.*/, namespace: "duckdb" }, ({ path }) => ({ contents: texts[path] ?? "", loader: "js" }));
  },
};

rmSync(`${root}/dist`, { recursive: true, force: true });

const result = await build({
  absWorkingDir: root,
  entryPoints: {
    cli: "src/cli/bin.ts",
    member: "src/cli/member.ts",
    threads: "src/cli/threads.ts",
    index: "src/index.ts",
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  chunkNames: "chunks/[name]-[hash]",
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: true,
  keepNames: true,
  legalComments: "linked",
  // Native code can't be bundled; it is loaded when the first file is read or the first picture is drawn.
  external: ["@resvg/resvg-js"],
  plugins: [duckdb],
  logLevel: "warning",
  metafile: true,
});

const cli = `${root}/dist/cli.js`;
if (!readFileSync(cli, "utf8").startsWith("#!/usr/bin/env node\n")) {
  throw new Error("dist/cli.js has no line that names its interpreter");
}
chmodSync(cli, 0o755);

const types = spawnSync("tsc", ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (types.error) throw types.error;
if (types.status !== 0) process.exit(types.status ?? 1);

const bytes = Object.values(result.metafile.outputs).reduce((sum, { bytes: size }) => sum + size, 0);
console.log(`dist: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(bytes / 1024)} kB of JavaScript`);
