// The wasm target: kernels and model linked into one module that imports nothing and works in its own memory.

import type { Region, Step } from "../../ir/index.ts";
import { type KernelBuild, plain, relaxed } from "../../kernels/index.ts";
import type { Artefact, SharedProgram } from "../artefact.ts";
import type { LoopProgram, Statement } from "../loops/loop.ts";
import { i32 } from "./encode.ts";
import { compiled, instantiate, validates } from "./engine.ts";
import { Generator } from "./generate.ts";
import { type KernelModule, link, type ModelFunction, readKernels } from "./link.ts";
import { workOf } from "./products.ts";
import { writeRoutine } from "./routines.ts";

/** A linked module and where its memory's doubles begin. */
export interface WasmModule {
  readonly bytes: Uint8Array;
  /** Byte address of the first double of the layout. */
  readonly base: number;
  readonly build: "plain" | "relaxed";
}

/** A module that only a build with fused multiply–add accepts: f64x2.relaxed_madd of three zeros, dropped. */
const probe = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 20, 1, 18, 0],
  ...[65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 135, 2, 26, 11],
]);

/** Whether this engine has relaxed SIMD. */
export function hasRelaxedSimd(): boolean {
  return validates(probe);
}

const taken = new Map<KernelBuild, KernelModule>();

/** Doubles that are in a region when the module starts. */
export interface InitialValues {
  readonly region: Region;
  readonly values: Float64Array;
}

/**
 * Encodes a loop program and links it with the kernels. `exact` uses no fused instructions: the same bits everywhere.
 * Regions of `initial` hold their values from the start.
 */
export function wasmModule(
  step: Step,
  program: LoopProgram,
  exact: boolean,
  initial: readonly InitialValues[] = [],
): WasmModule {
  const build = !exact && hasRelaxedSimd() ? relaxed : plain;
  const kernels = taken.get(build) ?? readKernels(build.bytes);
  taken.set(build, kernels);
  const work = align(build.dataEnd);
  const stride = 8 * step.layout.capacity;
  const base = align(work + Math.max(workBytes(step), ...program.procedures.map((p) => productWork(p.body, step))));
  const made = generated.get(program) ?? new Map<KernelBuild, readonly ModelFunction[]>();
  const functions = made.get(build) ?? generate(step, program, build, kernels, { base, work, stride });
  generated.set(program, made.set(build, functions));
  const data = initial.map(({ region, values }) => ({
    address: base + 8 * region.offset,
    bytes: littleEndian(values),
  }));
  const bytes = link(kernels, functions, base + 8 * program.length, data);
  return { bytes, base, build: build === relaxed ? "relaxed" : "plain" };
}

/** Functions of programs: one that runs may be written to a file as well. */
const generated = new WeakMap<LoopProgram, Map<KernelBuild, readonly ModelFunction[]>>();

/** The code of a program's procedures. */
function generate(
  step: Step,
  program: LoopProgram,
  build: KernelBuild,
  kernels: KernelModule,
  space: Parameters<typeof writeRoutine>[2],
): readonly ModelFunction[] {
  const kernel = (name: string): number => {
    const index = kernels.functions.get(name);
    if (index === undefined) throw new Error(`the kernels have no ${name}`);
    return index;
  };
  return program.procedures.map((procedure) => {
    const generator: Generator = new Generator({
      base: space.base,
      kernel,
      procedure: (name) => kernels.functionCount + program.procedures.findIndex((p) => p.name === name),
      relaxed: build === relaxed,
      capacity: step.layout.capacity,
      routine: (routine, into) => writeRoutine(routine, into, space),
    });
    generator.statements(procedure.body);
    return { name: procedure.name, parameters: [i32] as const, body: generator.writer.finish() };
  });
}

/** Bytes in which any kernel but products may work. */
function workBytes({ layout, size }: Step): number {
  return 64 * 1024 + 8 * Math.max(layout.capacity, size);
}

/** Bytes that the products among statements work in. */
function productWork(body: readonly Statement[], step: Step): number {
  const each = body.map((statement) => {
    if (statement.kind === "routine") return workOf(statement.routine, step.layout.capacity);
    return "body" in statement ? productWork(statement.body, step) : 0;
  });
  return each.reduce((most, bytes) => Math.max(most, bytes), 0);
}

/** Instantiates the program as WASM. */
export function wasm(step: Step, program: LoopProgram, exact: boolean): Artefact {
  const { bytes, base } = wasmModule(step, program, exact);
  return join({ module: compiled(bytes), base, length: program.length }, step);
}

/** Another instance of a compiled program, with a memory of its own. */
export function join(shared: SharedProgram, step: Step): Artefact {
  const { base, length } = shared;
  const instance = instantiate(shared.module);
  const memory = new Float64Array(instance.memory.buffer, base, length);
  const procedures = new Map<string, (rows: number) => void>();
  return {
    backend: "wasm",
    step,
    memory,
    shared,
    run(name, rows) {
      const known = procedures.get(name);
      if (known !== undefined) return known(rows);
      const procedure = instance.procedure(name);
      if (procedure === undefined) throw new Error(`the module has no ${name}`);
      procedures.set(name, procedure);
      procedure(rows);
    },
  };
}

function littleEndian(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setFloat64(8 * i, value, true);
  return bytes;
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

export { validates } from "./engine.ts";
export { customSection, withCustomSection } from "./link.ts";
export { i32Type, type Surface, surface } from "./surface.ts";
