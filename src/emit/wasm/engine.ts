// The engine's WebAssembly interface, as much of it as is used, typed here because neither Node's types nor the plain
// library of the language declare it, and the browser's would bring the whole document model into the compiler.

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
type Procedure = (rows: number) => void;

interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

/** Whether the engine accepts a module. */
export function validates(bytes: Uint8Array): boolean {
  return engine.validate(bytes);
}

/** Compiles a module. */
export function compiled(bytes: Uint8Array): object {
  return new engine.Module(bytes);
}

/** Instantiates a module that imports nothing: its memory and its functions by name. */
export function instantiate(module: object): {
  readonly memory: WasmMemory;
  readonly procedure: (name: string) => Procedure | undefined;
} {
  const { exports } = new engine.Instance(module);
  return { memory: exports.memory as WasmMemory, procedure: (name) => exports[name] as Procedure | undefined };
}
