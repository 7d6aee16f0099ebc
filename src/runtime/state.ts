// A flow on disk (cli.md, "Saved state"): the safetensors layout — eight bytes of header length, a JSON header, and
// little-endian tensors — so that other languages read it without us. What is not a tensor is JSON text in the header's
// `__metadata__`. A header has one spelling only, and its checksum covers the tensors' places, that text and the
// tensors, so that no byte of the file can differ unseen.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { type Diagnostic, diagnose } from "../diagnostics/index.ts";
import type { Form } from "../ir/index.ts";
import type { FlowEvent } from "./event.ts";

export const stateFormat = "ffm.state/1";

/** Everything a flow needs to go on, as plain data. */
export interface SavedState {
  /** Name and text of the model file, and of the files it uses. */
  readonly file: string;
  readonly source: string;
  readonly used: Readonly<Record<string, string>>;
  readonly hash: string;
  readonly constants: Readonly<Record<string, number>>;
  readonly dims: Readonly<Record<string, number>>;
  readonly levels: Readonly<Record<string, readonly string[]>>;
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Every flow setting as resolved. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** The plan's blocks, in the order of φ. */
  readonly blocks: readonly {
    readonly parameters: readonly string[];
    readonly form: Form;
    readonly size: number;
  }[];
  readonly rows: number;
  readonly skipped: number;
  readonly passes: number;
  readonly converged: boolean;
  readonly logLikelihood: number;
  /** Largest absolute value of a response so far. */
  readonly largest: number;
  /** First rows that were still held, for a fit of more; their columns are the tensors `held x`. */
  readonly heldRows: number;
  /** Passes in which the first rows, or a batch, did not converge; 0 where all did. */
  readonly unfinished: number;
  /** What goes along with the flow, by name; their tensors are `name: x`. */
  readonly companions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Warnings of the run, as they were when the state was saved. */
  readonly diagnostics: readonly Diagnostic[];
  readonly events: readonly FlowEvent[];
  /** phi, gradient, memory, progress; `learnt x` and `once x` for each learnt feature and `once` value; those above. */
  readonly tensors: ReadonlyMap<string, Float64Array>;
}

interface Place {
  readonly dtype: "F64";
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The bytes of a state file. */
export function encodeState(state: SavedState): Uint8Array {
  const { tensors, ...rest } = state;
  const places: Record<string, Place> = {};
  let offset = 0;
  for (const [name, values] of tensors) {
    const end = offset + 8 * values.length;
    places[name] = { dtype: "F64", shape: [values.length], data_offsets: [offset, end] };
    offset = end;
  }
  const body = concatBytes(...[...tensors.values()].map(littleEndian));
  const text = JSON.stringify(rest);
  const header = headerOf(stateFormat, checksumOf(text, places, body), text, places);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return concatBytes(length, header, body);
}

/** sha256 of the description, the tensors' places as the header spells them, and the tensors. */
function checksumOf(text: string, places: Readonly<Record<string, Place>>, body: Uint8Array): string {
  return bytesToHex(sha256(concatBytes(utf8ToBytes(text), utf8ToBytes(JSON.stringify(places)), body)));
}

/** The header in its one spelling, padded with spaces to eight bytes. */
function headerOf(
  format: string,
  checksum: string,
  state: string,
  places: Readonly<Record<string, Place>>,
): Uint8Array {
  const bytes = utf8ToBytes(JSON.stringify({ __metadata__: { format, checksum, state }, ...places }));
  return concatBytes(bytes, utf8ToBytes(" ".repeat((8 - (bytes.length % 8)) % 8)));
}

/** What states of earlier days do not tell. */
const later = { events: [], heldRows: 0, unfinished: 0, companions: {} };

export type Decoded =
  | { readonly kind: "state"; readonly state: SavedState }
  | { readonly kind: "failure"; readonly diagnostics: readonly Diagnostic[] };

/** Reads a state file; whatever is wrong with it is a diagnostic. `file` is its name in messages. */
export function decodeState(bytes: Uint8Array, file: string): Decoded {
  const refuse = (reason: string): Decoded => ({
    kind: "failure",
    diagnostics: [diagnose("FF531", null, { file, reason })],
  });
  if (bytes.length < 10) return refuse("it is too short to be one");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (!(length > 2 && length <= bytes.length - 8)) return refuse("it does not begin as one, or it was cut short");
  const [written, body] = [bytes.subarray(8, 8 + length), bytes.subarray(8 + length)];
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(written));
  } catch {
    return refuse("its header is not JSON");
  }
  if (typeof header !== "object" || header === null) return refuse("its header is not JSON");
  const { __metadata__: metadata, ...rest } = header as Record<string, unknown>;
  const meta = metadata as { format?: unknown; checksum?: unknown; state?: unknown } | undefined | null;
  if (typeof meta?.format !== "string" || typeof meta.state !== "string" || !meta.format.startsWith("ffm.state/"))
    return refuse("it is a safetensors file of something else");
  if (meta.format !== stateFormat) return refuse(`it has format ${meta.format}, and this version reads ${stateFormat}`);
  const places = rest as Readonly<Record<string, Place>>;
  if (
    meta.checksum !== checksumOf(meta.state, places, body) ||
    !same(written, headerOf(meta.format, meta.checksum, meta.state, places))
  )
    return refuse("its checksum does not match: it was cut short or altered");
  const tensors = new Map<string, Float64Array>();
  let end = 0;
  for (const [name, place] of Object.entries(places)) {
    const [from, to] = Array.isArray(place?.data_offsets) ? (place.data_offsets as unknown[]) : [];
    if (
      place?.dtype !== "F64" ||
      from !== end ||
      typeof to !== "number" ||
      !(to >= end && to <= body.length) ||
      (to - end) % 8
    )
      return refuse(`its tensor ${name} lies outside the file`);
    tensors.set(name, doubles(body.subarray(end, to)));
    end = to;
  }
  let description: unknown;
  try {
    const written: unknown = JSON.parse(meta.state);
    description = typeof written === "object" && written !== null ? { ...later, ...written } : written;
  } catch {
    return refuse("its description is not JSON");
  }
  const lacking = lacks(description);
  if (lacking !== null) return refuse(`its description has no \`${lacking}\` as it should be`);
  return { kind: "state", state: { ...(description as Omit<SavedState, "tensors">), tensors } };
}

/** The flow's own numbers, of which each is one: rows that are held, and what companions keep, may lack some. */
const own = ["phi", "gradient", "memory", "progress", "bend", "velocity", "escape", "scores", "scored"];

/** The first number among a flow's own that is none, as a reason; null where there is no such. */
export function brokenNumber({ tensors }: SavedState): string | null {
  for (const [name, values] of tensors) {
    if (!own.includes(name) && !name.startsWith("anchor ") && !name.startsWith("learnt ")) continue;
    const at = values.findIndex((x) => !Number.isFinite(x));
    if (at >= 0) return `number ${at + 1} of its tensor ${name} is ${values[at]}`;
  }
  return null;
}

/** The kind of value that each entry of the description has; `of` is that of its own values. */
const described: Readonly<Record<Exclude<keyof SavedState, "tensors">, (value: unknown) => boolean>> = {
  file: isText,
  source: isText,
  used: (v) => isRecord(v, isText),
  hash: isText,
  constants: (v) => isRecord(v, Number.isFinite),
  dims: (v) => isRecord(v, isCount),
  levels: (v) => isRecord(v, isTexts),
  labels: (v) => isRecord(v, isTexts),
  configuration: (v) => isRecord(v, () => true),
  blocks: (v) => Array.isArray(v) && v.every((block) => isRecord(block, () => true)),
  rows: isCount,
  skipped: isCount,
  passes: isCount,
  converged: (v) => typeof v === "boolean",
  logLikelihood: Number.isFinite,
  largest: Number.isFinite,
  heldRows: isCount,
  unfinished: isCount,
  companions: (v) => isRecord(v, (own) => isRecord(own, () => true)),
  diagnostics: (v) => Array.isArray(v) && v.every((d) => isRecord(d, () => true)),
  events: (v) => Array.isArray(v) && v.every((e) => isRecord(e, () => true)),
};

/** The first entry of a description that is missing or of another kind; null where there is none. */
function lacks(value: unknown): string | null {
  if (!isRecord(value, () => true)) return "file";
  return Object.entries(described).find(([name, fits]) => !fits(value[name]))?.[0] ?? null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}
function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
function isRecord(value: unknown, fits: (inner: unknown) => boolean): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(fits);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

function littleEndian(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i] as number, true);
  return bytes;
}

function doubles(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}
