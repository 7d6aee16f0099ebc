// A batch of columns that a source lends instead of having them copied: rows in memory, which stay where they are.

import type { Batch } from "../ir/index.ts";

/** Blocks made of the columns that lie apart, once somebody asks for them. */
class Blocks implements ReadonlyMap<string, Float64Array> {
  readonly #strips: ReadonlyMap<string, readonly Float64Array[]>;
  readonly #made = new Map<string, Float64Array>();

  constructor(strips: ReadonlyMap<string, readonly Float64Array[]>) {
    this.#strips = strips;
  }
  get size(): number {
    return this.#strips.size;
  }
  has(name: string): boolean {
    return this.#strips.has(name);
  }
  get(name: string): Float64Array | undefined {
    const known = this.#made.get(name);
    const strips = this.#strips.get(name);
    if (known !== undefined || strips === undefined) return known;
    const [only] = strips;
    const block = strips.length === 1 && only !== undefined ? only : joined(strips);
    this.#made.set(name, block);
    return block;
  }
  keys(): MapIterator<string> {
    return this.#all().keys();
  }
  values(): MapIterator<Float64Array> {
    return this.#all().values();
  }
  entries(): MapIterator<[string, Float64Array]> {
    return this.#all().entries();
  }
  [Symbol.iterator](): MapIterator<[string, Float64Array]> {
    return this.entries();
  }
  forEach(each: (block: Float64Array, name: string, all: ReadonlyMap<string, Float64Array>) => void): void {
    for (const [name, block] of this) each(block, name, this);
  }
  #all(): ReadonlyMap<string, Float64Array> {
    return new Map([...this.#strips.keys()].map((name) => [name, this.get(name) as Float64Array]));
  }
}

/** The strips one after the other. */
function joined(strips: readonly Float64Array[]): Float64Array {
  const rows = strips[0]?.length ?? 0;
  const block = new Float64Array(rows * strips.length);
  for (const [k, strip] of strips.entries()) block.set(strip, k * rows);
  return block;
}

/** Some rows whose items lie in strips, one of `rows` values for each element. */
export function lentBatch(rows: number, firstRow: number, strips: ReadonlyMap<string, readonly Float64Array[]>): Batch {
  return { rows, firstRow, columns: new Blocks(strips), strips };
}
