// Where instructions and regions are put while a step is written.

import type { GraphBuilder, Instruction, Precision, Region } from "../ir/index.ts";
import type { StepSink } from "../structures/index.ts";

/** Hands out the linear memory, region after region. */
export class Memory {
  #length = 0;
  readonly #scratch = new Map<string, Region>();

  get length(): number {
    return this.#length;
  }
  /** Regions begin at even positions, so that pairs of doubles are aligned. */
  region(name: string, length: number): Region {
    const region = { name, offset: this.#length, length };
    this.#length += length + (length % 2);
    return region;
  }
  /** Memory that procedures share: the same name gives the same region. */
  scratch(name: string, length: number): Region {
    const key = `${name} ${length}`;
    const region = this.#scratch.get(key) ?? this.region(name, length);
    this.#scratch.set(key, region);
    return region;
  }
}

/** Collects the instructions of one procedure. */
export class ProcedureSink implements StepSink {
  readonly instructions: Instruction[] = [];
  readonly graph: GraphBuilder;
  readonly capacity: number;
  readonly precision: Precision;
  readonly #memory: Memory;
  constructor(graph: GraphBuilder, capacity: number, memory: Memory, precision: Precision) {
    this.graph = graph;
    this.capacity = capacity;
    this.#memory = memory;
    this.precision = precision;
  }
  emit(instruction: Instruction): void {
    if (instruction.kind !== "compute" || instruction.outputs.length > 0) this.instructions.push(instruction);
  }
  emitAll(instructions: readonly Instruction[]): void {
    for (const instruction of instructions) this.emit(instruction);
  }
  scratch(name: string, length: number): Region {
    return this.#memory.scratch(name, length);
  }
  /** Instructions once a lane. */
  lanes(count: number, write: (body: ProcedureSink) => void): void {
    this.emit({ kind: "lanes", count, body: this.body(write) });
  }
  /** Instructions that run within others. */
  body(write: (body: ProcedureSink) => void): readonly Instruction[] {
    const body = new ProcedureSink(this.graph, this.capacity, this.#memory, this.precision);
    write(body);
    return body.instructions;
  }
}
