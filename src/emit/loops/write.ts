// Step → loops. Every compute instruction becomes loop nests, one a group: over the positions of the group's shape
// outside, over rows inside, so that the innermost loop runs along contiguous columns.

import {
  elements,
  type Graph,
  type Instruction,
  type Node,
  type NodeId,
  type Op,
  type Output,
  type Scalar,
  type Step,
} from "../../ir/index.ts";
import { analyse, classOf, reach } from "./analyse.ts";
import {
  apply,
  type Float,
  index,
  int,
  type LoopProcedure,
  type LoopProgram,
  load,
  number,
  plus,
  type Statement,
} from "./loop.ts";
import { Nests, outputStart } from "./nests.ts";
import { sinksOf } from "./sinks.ts";
import { Values } from "./values.ts";

/** Lowers all procedures of a step; scratch is laid out behind the step's own memory and shared by procedures. */
export function loops(step: Step): LoopProgram {
  let length = step.layout.length;
  const procedures = step.procedures.map((procedure): LoopProcedure => {
    const values = new Values(step);
    const body: Statement[] = [];
    new Writer(values).instructions(procedure.instructions, body, []);
    length = Math.max(length, values.end);
    return { name: procedure.name, body };
  });
  return { kind: "loops", length, procedures };
}

class Writer {
  readonly #values: Values;
  readonly #nests: Nests;

  constructor(values: Values) {
    this.#values = values;
    this.#nests = new Nests(values);
  }

  /** Writes instructions; `later` are the instructions that follow elsewhere and may share values with them. */
  instructions(list: readonly Instruction[], into: Statement[], later: readonly Instruction[]): void {
    for (const [k, instruction] of list.entries()) {
      const after = [...list.slice(k + 1), ...later];
      switch (instruction.kind) {
        case "routine":
          into.push({ kind: "routine", routine: instruction.routine });
          break;
        case "call":
          into.push({ kind: "call", procedure: instruction.procedure });
          break;
        case "assign": {
          const at = int(instruction.region.offset + instruction.at);
          into.push({ kind: "store", at, value: scalar(instruction.value), add: false });
          break;
        }
        case "if":
        case "while": {
          const body = this.#body(instruction.body);
          into.push({ kind: instruction.kind, condition: scalar(instruction.condition), body });
          break;
        }
        case "compute": {
          // what follows a direction is other for the next one
          const turning = this.#following(this.#needs([instruction]), ["tangent"]);
          this.#compute(instruction.outputs, this.#sharedWith(instruction, after, turning), into);
          this.#values.forget(turning);
          break;
        }
        case "lanes": {
          this.#compute([], this.#laneFree(instruction.body), into);
          const body = this.#body(instruction.body);
          into.push({ kind: "for", index: "lane", count: instruction.count, body });
          break;
        }
      }
    }
  }

  /** Instructions that run under a condition or once a lane: what they compute is not there afterwards. */
  #body(list: readonly Instruction[]): Statement[] {
    const body: Statement[] = [];
    this.#values.within(() => this.instructions(list, body, []));
    return body;
  }

  #available = (id: NodeId): boolean => this.#values.available(id);

  /** Nodes of this instruction that later ones need: kept, instead of computed again. */
  #sharedWith(instruction: Instruction, later: readonly Instruction[], turning: ReadonlySet<NodeId>): NodeId[] {
    const own = this.#needs([instruction]);
    const shared = new Set<NodeId>();
    for (const other of later) {
      const visit = rootsOf(this.#values.graph, [other]);
      const seen = new Set<NodeId>();
      while (visit.length > 0) {
        const id = visit.pop() as NodeId;
        if (seen.has(id) || this.#available(id)) continue;
        seen.add(id);
        if (own.has(id) && this.#worthKeeping(id) && !turning.has(id)) shared.add(id);
        else visit.push(...this.#values.node(id).args);
      }
    }
    return [...shared].sort((a, b) => a - b);
  }

  /** What a lane loop's body needs that is the same in all lanes, at the border to what is not. */
  #laneFree(body: readonly Instruction[]): NodeId[] {
    const varies = this.#following(this.#needs(body), ["lane", "tangent", "noise"]);
    const border = new Set<NodeId>();
    const note = (id: NodeId): void => {
      if (!varies.has(id) && this.#worthKeeping(id) && !this.#available(id)) border.add(id);
      else if (!varies.has(id) && classOf(this.#values.node(id)) === "view") this.#values.node(id).args.forEach(note);
    };
    for (const id of varies) this.#values.node(id).args.forEach(note);
    for (const id of rootsOf(this.#values.graph, body)) note(id);
    return [...border].sort((a, b) => a - b);
  }

  /** Those of some nodes that are, or depend on, leaves of these kinds. */
  #following(nodes: ReadonlySet<NodeId>, leaves: readonly Op[]): Set<NodeId> {
    const found = new Set<NodeId>();
    for (const id of [...nodes].sort((a, b) => a - b)) {
      const node = this.#values.node(id);
      if (leaves.includes(node.op) || node.args.some((a) => found.has(a))) found.add(id);
    }
    return found;
  }

  #needs(list: readonly Instruction[]): Set<NodeId> {
    return reach(this.#values.graph, rootsOf(this.#values.graph, list), this.#available);
  }

  #worthKeeping(id: NodeId): boolean {
    const kind = classOf(this.#values.node(id));
    return (kind === "elementwise" || kind === "whole") && this.#values.node(id).op !== "sumRows";
  }

  #compute(outputs: readonly Output[], wanted: readonly NodeId[], into: Statement[]): void {
    const { sinks, zeroed } = sinksOf(this.#values.graph, outputs);
    for (const output of zeroed) this.#zero(output, into);
    const segment = analyse(this.#values.graph, sinks, wanted, this.#available);
    for (const group of segment.groups)
      if (group.whole !== null) this.#nests.whole(group.whole, into);
      else this.#nests.nest(group, segment.stored, into);
  }

  #zero(output: Output, into: Statement[]): void {
    const node = this.#values.node(output.node);
    const count = elements(node.shape) * (node.row ? this.#values.capacity : 1);
    const at = plus(outputStart(output.region, output.at, output.laneStride), index("z"));
    into.push({ kind: "for", index: "z", count, body: [{ kind: "store", at, value: number(0), add: false }] });
  }
}

function rootsOf(graph: Graph, list: readonly Instruction[]): NodeId[] {
  return list.flatMap((instruction) => {
    if (instruction.kind === "lanes" || instruction.kind === "if" || instruction.kind === "while")
      return rootsOf(graph, instruction.body);
    if (instruction.kind !== "compute") return [];
    return instruction.outputs.map((o) => {
      const node = graph.nodes[o.node] as Node;
      return node.op === "sumRows" ? (node.args[0] as NodeId) : o.node;
    });
  });
}

/** A scalar of the step as an expression of the loops. */
export function scalar(value: Scalar): Float {
  switch (value.kind) {
    case "number":
      return number(value.value);
    case "read":
      return load(int(value.region.offset + value.at));
    case "rows":
      return { kind: "rows" };
    case "apply":
      return apply(value.op, value.args.map(scalar));
  }
}
