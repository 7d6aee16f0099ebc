// What a module shows before anything of it runs: whether it asks for something or starts by itself, its memory, its table,
// and what it exports with its type. Only for modules that the engine accepts: their sections are as they should be.

import { exportsOf, readUnsigned, sectionsOf } from "./link.ts";

export interface Surface {
  readonly imports: boolean;
  /** Whether code runs when the module is instantiated. */
  readonly starts: boolean;
  /** Bytes of memory at the start; null unless there is one memory of its own, addressed by 32 bits and not shared. */
  readonly memoryBytes: number | null;
  /** Entries of all tables at the start. */
  readonly tableEntries: number;
  /** What is exported: functions with the bytes of parameter and result types, null where the type is of no function. */
  readonly exports: ReadonlyMap<string, Exported>;
}

export type Exported =
  | { readonly kind: "function"; readonly type: Signature | null }
  | { readonly kind: "memory" }
  | { readonly kind: "other" };

export interface Signature {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** The value type i32 in signatures. */
export const i32Type = 0x7f;

const pageBytes = 65536;
const empty = new Uint8Array([0]);

/** Reads a valid module from outside. */
export function surface(module: Uint8Array): Surface {
  const sections = sectionsOf(module);
  const imports = sections.has(2);
  const types = signaturesOf(sections.get(1) ?? empty);
  const functions = numbersOf(sections.get(3) ?? empty);
  const exported = exportsOf(sections.get(7)).map(({ name, kind, index }): [string, Exported] => {
    // the indices of functions count imported ones first
    if (kind === 0) return [name, { kind: "function", type: imports ? null : (types[functions[index] ?? -1] ?? null) }];
    return [name, { kind: kind === 2 ? "memory" : "other" }];
  });
  return {
    imports,
    starts: sections.has(8),
    memoryBytes: memoryOf(sections.get(5) ?? empty),
    tableEntries: tablesOf(sections.get(4) ?? empty),
    exports: new Map(exported),
  };
}

/** Signatures by type index; the list ends before the first type that is of no plain function. */
function signaturesOf(content: Uint8Array): readonly Signature[] {
  const found: Signature[] = [];
  let [count, at] = readUnsigned(content, 0);
  for (; count > 0 && content[at] === 0x60; count--) {
    const [parameters, next] = readUnsigned(content, at + 1);
    const [results, from] = readUnsigned(content, next + parameters);
    at = from + results;
    const signature = {
      parameters: [...content.subarray(next, next + parameters)],
      results: [...content.subarray(from, at)],
    };
    // a type of several bytes is no number
    if ([...signature.parameters, ...signature.results].some((type) => type < 0x7b || type > i32Type)) break;
    found.push(signature);
  }
  return found;
}

function numbersOf(content: Uint8Array): readonly number[] {
  const found: number[] = [];
  let [count, at] = readUnsigned(content, 0);
  for (; count > 0; count--) {
    const [value, next] = readUnsigned(content, at);
    found.push(value);
    at = next;
  }
  return found;
}

function memoryOf(content: Uint8Array): number | null {
  const [count, at] = readUnsigned(content, 0);
  const flags = content[at];
  if (count !== 1 || flags === undefined || flags > 1) return null;
  return pageBytes * readUnsigned(content, at + 1)[0];
}

/** Entries that the tables begin with; infinite where a table is of another kind than the one that calls go through. */
function tablesOf(content: Uint8Array): number {
  let [count, at] = readUnsigned(content, 0);
  let entries = 0;
  for (; count > 0; count--) {
    const flags = content[at + 1];
    if (content[at] !== 0x70 || flags === undefined || flags > 1) return Number.POSITIVE_INFINITY;
    const [least, next] = readUnsigned(content, at + 2);
    entries += least;
    at = flags === 1 ? readUnsigned(content, next)[1] : next;
  }
  return entries;
}
