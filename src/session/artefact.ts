// A model as a program of its own, for a target: what `ffm compile --to` writes.

import type { Compiled } from "../compile.ts";
import type { RowSource } from "../ir/index.ts";
import { construct } from "./construct.ts";
import { jsArtefact } from "./js-artefact.ts";
import type { Resolved } from "./options.ts";
import { learnFeatures, Reader } from "./reader.ts";
import { sized } from "./stages.ts";
import { wasmArtefact } from "./wasm-artefact.ts";

export const artefactTargets = ["wasm", "js"] as const;
export type ArtefactTarget = (typeof artefactTargets)[number];

/** The artefact's file: text for js, bytes for wasm. Sizes, levels and learnt features come from `source`. */
export async function artefactOf(
  compiled: Compiled,
  target: ArtefactTarget,
  options: Resolved,
  source: RowSource | null,
): Promise<Uint8Array | string> {
  const data = await sized(compiled, source);
  const settings = { ...options, backend: target };
  const { program } = construct(compiled, data, settings, { explain: false });
  if (source !== null)
    await learnFeatures(compiled, program, new Reader(data, source, settings, program.plan.batchRows, {}));
  switch (target) {
    case "wasm":
      return wasmArtefact(program);
    case "js":
      return jsArtefact(program);
  }
}
