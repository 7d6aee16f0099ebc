// A fit on several threads: how a host starts them, and what each is told. A member instantiates the compiled program that
// the leader has — or, on a target whose programs can't be posted, compiles the model again —; its rows come in shared
// memory.

import { among, type Compiled, compileSource } from "../compile.ts";
import { type Artefact, join, type SharedProgram } from "../emit/index.ts";
import type { Batch, Bindings, Plan, PlanBlock, Step } from "../ir/index.ts";
import { Crew, fail, lineOf, openLine, type Program, type Recruit, serve } from "../runtime/index.ts";
import { nothingSelected } from "./bind.ts";
import { construct } from "./construct.ts";
import type { Resolved } from "./options.ts";
import { setFixed } from "./program.ts";

/** What a member is told; plain data and shared memory, fit to be posted to a worker. */
export interface MemberOrders {
  readonly kind: "ffm.member";
  /** The compiled program and where its regions lie; null where the model must be compiled again. */
  readonly program: { readonly shared: SharedProgram; readonly step: Pick<Step, "layout" | "size"> } | null;
  readonly file: string;
  readonly source: string;
  readonly used: Readonly<Record<string, string>>;
  readonly constants: Readonly<Record<string, number>>;
  readonly options: Resolved;
  /** The leader's plan, which a pilot may have had a say in. */
  readonly plan: Pick<Plan, "batchRows"> & { readonly blocks: readonly Pick<PlanBlock, "parameters" | "form">[] };
  readonly bindings: Bindings;
  readonly line: SharedArrayBuffer;
  readonly batches: readonly Batch[];
}

/** Starts a thread that calls `member(orders)`: given by the host, because only it knows how. */
export type SpawnMember = (orders: MemberOrders) => void;

/** The body of a member's thread; returns when the fit is over. */
export function member(orders: MemberOrders): void {
  const artefact = artefactOf(orders);
  const line = lineOf(orders.line, artefact.step.size);
  try {
    serve(artefact, line, orders.batches);
  } catch (error) {
    fail(line);
    throw error;
  }
}

function artefactOf(orders: MemberOrders): Artefact {
  const { bindings, program } = orders;
  if (program !== null) {
    const artefact = join(program.shared, { ...empty, ...program.step });
    setFixed(artefact, bindings);
    return artefact;
  }
  const { compiled } = compileSource(orders.source, {
    file: orders.file,
    set: orders.constants,
    resolve: among(orders.used),
  });
  if (compiled === null) throw new Error("a member got a model with errors");
  const { blocks: given, batchRows } = orders.plan;
  const data = { selection: nothingSelected, bindings };
  return construct(compiled, data, orders.options, { given, batchRows, explain: false }).program.artefact;
}

/** A step of which only layout and size are known: what passing over rows needs. */
const empty: Step = {
  kind: "step",
  graph: { nodes: [] },
  layout: {} as Step["layout"],
  size: 0,
  parameters: [],
  blocks: [],
  components: [],
  procedures: [],
};

/** Shares of about equal rows among `options.threads` threads; null where there is but one, or too little to share. */
export function recruiter(
  compiled: Compiled,
  program: Program,
  options: Resolved,
  spawn: SpawnMember | undefined,
): Recruit | null {
  if (spawn === undefined || options.threads < 2) return null;
  const { shared, step } = program.artefact;
  const { batchRows } = program.plan;
  const blocks = program.plan.blocks.map(({ parameters, form }) => ({ parameters, form }));
  return (batches) => {
    const count = Math.min(options.threads, batches.length);
    const share = (k: number): readonly Batch[] =>
      batches.slice(Math.floor((k * batches.length) / count), Math.floor(((k + 1) * batches.length) / count));
    const shares = Array.from({ length: count - 1 }, (_, k) => share(k + 1));
    const lines = shares.map((own) => {
      const { buffer, line } = openLine(program.artefact);
      spawn({
        kind: "ffm.member",
        program: shared === null ? null : { shared, step: { layout: step.layout, size: step.size } },
        file: compiled.source.path,
        source: compiled.source.text,
        used: compiled.used,
        constants: compiled.constants,
        options,
        plan: { batchRows, blocks },
        bindings: program.bindings,
        line: buffer,
        batches: own.map(inSharedMemory),
      });
      return line;
    });
    return { own: share(0), crew: new Crew(lines, shares) };
  };
}

/** The batch with its columns in memory that threads share. */
function inSharedMemory(batch: Batch): Batch {
  const columns = new Map<string, Float64Array>();
  for (const [name, values] of batch.columns) {
    if (values.buffer instanceof SharedArrayBuffer) {
      columns.set(name, values);
      continue;
    }
    const own = new Float64Array(new SharedArrayBuffer(8 * values.length));
    own.set(values);
    columns.set(name, own);
  }
  return { ...batch, columns };
}
