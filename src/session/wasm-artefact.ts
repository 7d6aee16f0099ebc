// A model as one WASM module that any host can run: no imports, a memory, and `init, update, merge, finish`. The custom
// section `ffm.layout` says, as JSON, where everything lies in bytes, and the last section, `ffm.checksum`, is the sha256
// of all before it; docs/artefact.md explains both to hosts.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import {
  customSection,
  i32Type,
  loops,
  type Surface,
  surface,
  validates,
  wasmModule,
  withCustomSection,
} from "../emit/index.ts";
import type { Region } from "../ir/index.ts";
import type { Program } from "../runtime/index.ts";
import { type ArtefactLayout, layoutFault, type Place } from "./artefact-layout.ts";
import { startOf } from "./program.ts";

export const artefactFormat = "ffm.artefact/1";
const layoutSection = "ffm.layout";
const checksumSection = "ffm.checksum";
/** What every artefact does, each for a number of rows. */
const procedures = ["init", "update", "merge", "finish", "declared"] as const;
/** A module's memory is at most so much more than what its layout names: so many times it, and so many bytes. */
const [slackTimes, slackBytes] = [4, 256 * 1024 * 1024];
/** Entries of the tables that functions are called through; our own modules have none. */
const mostEntries = 10_000;

/** The module of a program, with its starting values, learnt features and `once` data inside. */
export function wasmArtefact(program: Program): Uint8Array {
  const { artefact, bindings, options } = program;
  const { step } = artefact;
  const { layout } = step;
  const control = new Float64Array(layout.state.control.length);
  control[layout.control.tolerance] = options.tolerance;
  control[layout.control.inner] = options.inner;
  const named = (regions: ReadonlyMap<string, Region>, values: ReadonlyMap<string, Float64Array>) =>
    [...regions].flatMap(([name, region]) => {
      const own = values.get(name);
      return own === undefined ? [] : [{ region, values: own }];
    });
  const initial = [
    { region: layout.state.start, values: startOf(program) },
    { region: layout.state.control, values: control },
    ...named(layout.once, bindings.once),
    ...named(layout.learnt, bindings.learnt),
  ];
  const { bytes, base, build } = wasmModule(step, loops(step), options.exact, initial);
  const place = ({ offset, length }: Region): Place => ({ address: base + 8 * offset, length });
  const description: ArtefactLayout = {
    format: artefactFormat,
    model: { name: program.name, hash: program.hash },
    build,
    capacity: layout.capacity,
    columns: Object.fromEntries(
      [...layout.columns].map(([name, region]) => [
        name,
        { ...place(region), levels: bindings.levels.get(name) ?? null },
      ]),
    ),
    parameters: program.parameters.map(({ name, shape, transform, first, size }) => ({
      name,
      shape,
      transform,
      first,
      size,
      declared: place(layout.declared.get(name) as Region),
    })),
    state: Object.fromEntries(Object.entries(layout.state).map(([name, region]) => [name, place(region)])),
    control: layout.control,
  };
  const described = withCustomSection(bytes, layoutSection, new TextEncoder().encode(JSON.stringify(description)));
  return withCustomSection(described, checksumSection, sha256(described));
}

export type ReadArtefact =
  | { readonly kind: "artefact"; readonly layout: ArtefactLayout }
  | { readonly kind: "failure"; readonly diagnostics: readonly Diagnostic[] };

/** Looks at a module before anything of it runs: refuses what was altered, imports something, or is no artefact. */
export function readArtefact(bytes: Uint8Array, file = "the artefact"): ReadArtefact {
  const refuse = (reason: string): ReadArtefact => ({
    kind: "failure",
    diagnostics: [diagnose("FF533", null, { file, reason })],
  });
  const sealed = customSection(bytes, checksumSection);
  if (sealed === null) return refuse("it does not end with a checksum, or it was cut short");
  if (bytesToHex(sealed.content) !== bytesToHex(sha256(sealed.before)))
    return refuse("its checksum does not match: it was altered");
  const found = customSection(sealed.before, layoutSection);
  if (found === null) return refuse("it has no layout");
  // the sections are looked into only where they are as they should be; this runs nothing
  if (!validates(bytes)) return refuse("this engine does not accept it");
  let layout: unknown;
  try {
    layout = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(found.content));
  } catch {
    return refuse("its layout is not JSON");
  }
  const format = typeof layout === "object" && layout !== null && "format" in layout ? layout.format : null;
  if (format !== artefactFormat)
    return refuse(
      typeof format === "string"
        ? `it has format ${format}, and this version reads ${artefactFormat}`
        : "its layout is none",
    );
  const shown = surface(found.before);
  const fault = moduleFault(shown);
  if (fault !== null) return refuse(fault);
  const memoryBytes = shown.memoryBytes ?? 0;
  const read = layoutFault(layout, memoryBytes);
  if (read.kind === "fault") return refuse(read.reason);
  if (memoryBytes > Math.max(slackTimes * read.end, read.end + slackBytes))
    return refuse(`it takes ${memoryBytes} bytes of memory, and its layout names ${read.end} of them`);
  return { kind: "artefact", layout: read.layout };
}

/** Why a module is none that a host may instantiate; null where it is one. */
function moduleFault({ imports, starts, memoryBytes, tableEntries, exports }: Surface): string | null {
  if (imports) return "it imports something";
  if (starts) return "it starts by itself";
  if (memoryBytes === null) return "it has no memory of its own, or not one";
  if (tableEntries > mostEntries) return "it has a table that no artefact has";
  const memory = exports.get("memory");
  if (memory === undefined) return "it exports no memory";
  if (memory.kind !== "memory") return "its export `memory` is no memory";
  for (const name of procedures) {
    const exported = exports.get(name);
    if (exported === undefined) return `it exports no ${name}`;
    if (exported.kind !== "function") return `its export \`${name}\` is no function`;
    const { parameters = [], results = [] } = exported.type ?? {};
    if (parameters.length !== 1 || parameters[0] !== i32Type || results.length > 0)
      return `its \`${name}\` is no function of a number of rows`;
  }
  return null;
}
