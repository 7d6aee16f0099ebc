// Kernels and model in one module: the kernel module's types, functions, globals and data are kept as they are, so that
// its function indices stay, and the model's functions follow. The result imports nothing.

import { name, op, section, unsigned, type ValueType, vector } from "./encode.ts";

/** A kernel binary taken apart. */
export interface KernelModule {
  /** Contents of sections by number; absent sections are missing. */
  readonly sections: ReadonlyMap<number, Uint8Array>;
  /** Function index by exported name. */
  readonly functions: ReadonlyMap<string, number>;
  readonly functionCount: number;
  readonly typeCount: number;
}

export interface ModelFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** Entry of the code section. */
  readonly body: Uint8Array;
}

const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const pageBytes = 65536;

/** Reads a module that imports nothing. */
export function readKernels(bytes: Uint8Array): KernelModule {
  const sections = sectionsOf(bytes);
  if (sections.has(2)) throw new Error("the kernels import something");
  const functions = new Map<string, number>();
  for (const { name: exported, kind, index } of exportsOf(sections.get(7)))
    if (kind === 0) functions.set(exported, index);
  return { sections, functions, functionCount: lengthOf(sections.get(3)), typeCount: lengthOf(sections.get(1)) };
}

/** Contents of a module's sections but the custom ones. */
export function sectionsOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const sections = new Map<number, Uint8Array>();
  let at = magic.length;
  while (at < bytes.length) {
    const id = bytes[at] as number;
    const [size, start] = readUnsigned(bytes, at + 1);
    if (id !== 0) sections.set(id, bytes.subarray(start, start + size));
    at = start + size;
  }
  return sections;
}

/** What the export section says: kind 0 is a function, 2 a memory. */
export function exportsOf(content: Uint8Array = new Uint8Array([0])): { name: string; kind: number; index: number }[] {
  const found: { name: string; kind: number; index: number }[] = [];
  let [count, cursor] = readUnsigned(content, 0);
  for (; count > 0; count--) {
    const [length, from] = readUnsigned(content, cursor);
    const exported = new TextDecoder().decode(content.subarray(from, from + length));
    const [index, next] = readUnsigned(content, from + length + 1);
    found.push({ name: exported, kind: content[from + length] as number, index });
    cursor = next;
  }
  return found;
}

/** Bytes that are in memory when the module starts. */
export interface DataSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/**
 * One module: the kernels, the model's functions (exported by name), a memory of at least `bytes`, and data that are
 * there from the start.
 */
export function link(
  kernels: KernelModule,
  model: readonly ModelFunction[],
  bytes: number,
  data: readonly DataSegment[] = [],
): Uint8Array {
  const signatures: string[] = [];
  const types: number[][] = [];
  const typeOf = (parameters: readonly ValueType[]): number => {
    const key = parameters.join();
    const found = signatures.indexOf(key);
    if (found >= 0) return kernels.typeCount + found;
    signatures.push(key);
    types.push([0x60, ...vector(parameters.map((p) => [p])), 0]);
    return kernels.typeCount + signatures.length - 1;
  };
  const functions = model.map((f) => unsigned(typeOf(f.parameters)));
  const pages = Math.ceil(bytes / pageBytes);
  const exported = model.map((f, k) => [...name(f.name), 0x00, ...unsigned(kernels.functionCount + k)]);
  const out = new Bytes();
  out.add(magic);
  const appended = (id: number, items: readonly (readonly number[] | Uint8Array)[]): void => {
    const own = kernels.sections.get(id);
    const [count, start] = own === undefined ? [0, 0] : readUnsigned(own, 0);
    if (count + items.length === 0) return;
    const content = new Bytes();
    content.add(unsigned(count + items.length));
    if (own !== undefined) content.add(own.subarray(start));
    for (const item of items) content.add(item);
    out.section(id, content);
  };
  const kept = (id: number): void => {
    const own = kernels.sections.get(id);
    if (own !== undefined) out.section(id, new Bytes().add(own));
  };
  appended(1, types);
  appended(3, functions);
  kept(4);
  out.section(5, new Bytes().add(vector([[0x00, ...unsigned(pages)]])));
  kept(6);
  out.section(7, new Bytes().add(vector([[...name("memory"), 0x02, 0x00], ...exported])));
  kept(9);
  appended(
    10,
    model.map((f) => f.body),
  );
  const segments = data.map((d) =>
    new Bytes()
      .add([0x00, ...op.i32.const(d.address), ...op.end, ...unsigned(d.bytes.length)])
      .add(d.bytes)
      .joined(),
  );
  appended(11, segments);
  return out.joined();
}

/** Bytes in pieces, joined once. */
class Bytes {
  readonly #pieces: (readonly number[] | Uint8Array)[] = [];
  length = 0;

  add(piece: readonly number[] | Uint8Array): this {
    this.#pieces.push(piece);
    this.length += piece.length;
    return this;
  }
  section(id: number, content: Bytes): void {
    this.add([id, ...unsigned(content.length)]);
    for (const piece of content.#pieces) this.add(piece);
  }
  joined(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}

function lengthOf(content: Uint8Array | undefined): number {
  return content === undefined ? 0 : readUnsigned(content, 0)[0];
}

/** An unsigned LEB128 number and the position after it; not a number where the bytes end within it. */
export function readUnsigned(bytes: Uint8Array, start: number): [number, number] {
  let [value, factor, at] = [0, 1, start];
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined) return [Number.NaN, at];
    value += (byte & 127) * factor;
    at += 1;
    if ((byte & 128) === 0) return [value, at];
    factor *= 128;
  }
}

/** The module with a custom section at its end. */
export function withCustomSection(module: Uint8Array, title: string, content: Uint8Array): Uint8Array {
  const added = section(0, [...name(title), ...content]);
  const out = new Uint8Array(module.length + added.length);
  out.set(module);
  out.set(added, module.length);
  return out;
}

/** The last section of a module, if it is a custom one of that title: what is before it, and its content. */
export function customSection(
  module: Uint8Array,
  title: string,
): { readonly before: Uint8Array; readonly content: Uint8Array } | null {
  let at = magic.length;
  if (module.length < at || magic.some((byte, k) => module[k] !== byte)) return null;
  while (at < module.length) {
    const id = module[at] as number;
    const [size, start] = readUnsigned(module, at + 1);
    const end = start + size;
    if (!(end <= module.length)) return null;
    if (id === 0 && end === module.length) {
      const [length, from] = readUnsigned(module, start);
      const found = new TextDecoder().decode(module.subarray(from, from + length));
      return found === title ? { before: module.subarray(0, at), content: module.subarray(from + length, end) } : null;
    }
    at = end;
  }
  return null;
}
