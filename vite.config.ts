// How the playground is built and served. Tests have a configuration of their own.

import { defineConfig } from "vite";
import { exampleModule } from "./playground/build/examples.ts";

export default defineConfig({
  root: "playground",
  // Relative, so that the page can be served from any folder.
  base: "./",
  plugins: [exampleModule()],
  worker: {
    format: "es",
    // Reading files, and writing PNG, belong to Node. The page never asks for them, so nothing of them may be left in
    // what is built: not even these imports (test/playground looks for them).
    rolldownOptions: { external: [/^node:/, "@duckdb/node-api", "@resvg/resvg-js"] },
  },
  build: {
    outDir: "../dist/playground",
    emptyOutDir: true,
    target: "es2023",
    // The editor is one large library.
    chunkSizeWarningLimit: 4000,
    // Files stay files: the page's policy allows no scripts or fonts inside the text.
    assetsInlineLimit: 0,
  },
});
