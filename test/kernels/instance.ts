// An instance of a kernel module for tests: its functions, and its memory as doubles from the first free address on.

import type { KernelBuild } from "../../src/kernels/index.ts";

interface Engine {
  readonly Module: (new (bytes: Uint8Array) => object) & { imports(module: object): readonly object[] };
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

export interface Kernels {
  readonly names: readonly string[];
  /** The memory beyond the module's own data. */
  readonly memory: Float64Array;
  /** Byte address of a position of `memory`. */
  at(position: number): number;
  /** Calls a kernel by name. */
  call(name: string, ...args: readonly number[]): number | undefined;
}

/** How many things a module imports. */
export function importsOf({ bytes }: KernelBuild): number {
  return engine.Module.imports(new engine.Module(bytes)).length;
}

/** A fresh instance with room for `pages` × 64 KiB. */
export function instantiate({ bytes, dataEnd }: KernelBuild, pages = 64): Kernels {
  const { exports } = new engine.Instance(new engine.Module(bytes));
  const memory = exports.memory as { readonly buffer: ArrayBuffer; grow(pages: number): void };
  memory.grow(pages);
  const base = Math.ceil(dataEnd / 64) * 64;
  return {
    names: Object.keys(exports),
    memory: new Float64Array(memory.buffer, base),
    at: (position) => base + 8 * position,
    call: (name, ...args) => (exports[name] as (...args: readonly number[]) => number | undefined)(...args),
  };
}

/** Whether this engine has relaxed SIMD; without it only the plain build is tested. */
export function accepts({ bytes }: KernelBuild): boolean {
  try {
    new engine.Module(bytes);
    return true;
  } catch {
    return false;
  }
}
