// TensorFlow.js with its gradients: what the package gives Node leaves them out, so its modules are bundled here.

import { createRequire } from "node:module";
import { buildSync } from "esbuild";

const entry = `
  export * from "@tensorflow/tfjs-core";
  import "@tensorflow/tfjs-core/dist/register_all_gradients";
  import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
  import "@tensorflow/tfjs-backend-cpu";
`;

/** Bundles and loads it. */
export function loadTensorflow(): typeof import("@tensorflow/tfjs-core") {
  const { outputFiles } = buildSync({
    stdin: { contents: entry, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    mainFields: ["module", "main"],
    logLevel: "silent",
  });
  const module = { exports: {} as typeof import("@tensorflow/tfjs-core") };
  new Function("module", "exports", "require", outputFiles[0].text)(
    module,
    module.exports,
    createRequire(import.meta.url),
  );
  module.exports.env().set("IS_TEST", true); // no advice on the console
  return module.exports;
}
