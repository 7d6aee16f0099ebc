// The kernels: linear algebra and elementary functions as WebAssembly modules without imports, which the wasm target
// links with a model's own loops. docs/kernels.md lists what is in them; assembly/ holds the sources.

import * as plainModule from "./plain.ts";
import { type PortableName, portable } from "./portable/index.ts";
import * as relaxedModule from "./relaxed.ts";

/** A kernel module. */
export interface KernelBuild {
  readonly bytes: Uint8Array;
  /** First address beyond the module's static data: from there on the memory is the caller's. */
  readonly dataEnd: number;
}

/** SIMD as every engine has it: the same bits everywhere. */
export const plain: KernelBuild = build(plainModule);

/** SIMD with fused multiply–add, where the engine has relaxed SIMD. */
export const relaxed: KernelBuild = build(relaxedModule);

function build({ base64, dataEnd }: { readonly base64: string; readonly dataEnd: number }): KernelBuild {
  let bytes: Uint8Array | null = null;
  return {
    get bytes() {
      bytes ??= decoded(base64);
      return bytes;
    },
    dataEnd,
  };
}

function decoded(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  // a loop, since a function a byte takes a cold process milliseconds
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}

type PortableKernel = (memory: Float64Array, ...numbers: readonly number[]) => void;

/** A portable kernel as it runs in JavaScript; the compiled one has the same name. */
export function portableKernel(name: string): PortableKernel {
  if (!Object.hasOwn(portable, name)) throw new Error(`there is no kernel ${name}`);
  return portable[name as PortableName] as PortableKernel;
}
