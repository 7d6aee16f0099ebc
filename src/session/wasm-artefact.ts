// A model as one WASM module that any host can run: no imports, a memory, and `init, update, merge, finish`. The custom
// section `ffm.layout` says, as JSON, where everything lies in bytes, and the last section, `ffm.checksum`, is the sha256
// of all before it; docs/artefact.md explains both to hosts.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import { customSection, loops, surface, validates, wasmModule, withCustomSection } from "../emit/index.ts";
import type { Region } from "../ir/index.ts";
import type { Program } from "../runtime/index.ts";
import { startOf } from "./program.ts";

export const artefactFormat = "ffm.artefact/1";
const layoutSection = "ffm.layout";
const checksumSection = "ffm.checksum";

/** Where a region lies: a byte address and a number of doubles. */
export interface Place {
  readonly address: number;
  readonly length: number;
}

/** What the custom section says. */
export interface ArtefactLayout {
  readonly format: string;
  readonly model: { readonly name: string; readonly hash: string };
  /** `plain` gives the same bits on every host; `relaxed` may fuse multiplications with additions. */
  readonly build: "plain" | "relaxed";
  /** Most rows of one call; the distance in doubles between elements of a vector column. */
  readonly capacity: number;
  readonly columns: Readonly<Record<string, Place & { readonly levels: readonly string[] | null }>>;
  /** Coordinates of each parameter in phi, and its declared values after `declared`. */
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly transform: Program["parameters"][number]["transform"];
    readonly first: number;
    readonly size: number;
    readonly declared: Place;
  }[];
  readonly state: Readonly<Record<string, Place>>;
  /** Positions in the region `control`. */
  readonly control: Readonly<Record<string, number>>;
}

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
  let layout: ArtefactLayout;
  try {
    layout = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(found.content)) as ArtefactLayout;
  } catch {
    return refuse("its layout is not JSON");
  }
  if (layout.format !== artefactFormat)
    return refuse(`it has format ${layout.format}, and this version reads ${artefactFormat}`);
  const { imports, exports } = surface(found.before);
  if (imports) return refuse("it imports something");
  const missing = ["memory", "init", "update", "merge", "finish"].find((name) => !exports.includes(name));
  if (missing !== undefined) return refuse(`it exports no ${missing}`);
  if (!validates(bytes)) return refuse("this engine does not accept it");
  return { kind: "artefact", layout };
}
