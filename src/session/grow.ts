// New levels in the middle of a stream: the program is made again with room for them, and the flow goes on with what it
// knows of the old ones. Of a new level it knows what the prior says.

import type { Compiled } from "../compile.ts";
import { diagnose } from "../diagnostics/index.ts";
import type { Bindings } from "../ir/index.ts";
import { carried, type Flow, noPlace, type Program } from "../runtime/index.ts";
import { nothingSelected } from "./bind.ts";
import { construct } from "./construct.ts";
import { DataError } from "./errors.ts";
import { blocksFor, placesOf, sizesOf, united } from "./merge-levels.ts";
import type { Resolved } from "./options.ts";
import { startOf } from "./program.ts";

/** Lets a flow go on with more levels of its categories, the old ones first; throws DataError where that can't be had. */
export function grow(
  compiled: Compiled,
  flow: Flow,
  options: Resolved,
  levels: ReadonlyMap<string, readonly string[]>,
): Bindings {
  const before = flow.program;
  const refuse = (reason: string): DataError => new DataError([diagnose("FF537", null, { reason })]);
  const found = united(compiled, [before.bindings, { ...before.bindings, levels }]);
  if (found.kind === "refused") throw refuse(found.reason.replace(/; start all parts .*$/, ""));
  const { bindings } = found;
  const chosen = blocksFor(sizesOf(compiled, bindings), [before.plan.blocks]);
  if (chosen.kind === "refused") throw refuse(chosen.reason.replace(/; start all parts .*$/, ""));
  const data = { selection: nothingSelected, bindings };
  const { batchRows } = before.plan;
  const { program } = construct(compiled, data, options, { given: chosen.blocks, batchRows, explain: false });
  const places = placesOf(compiled, program, before, program.artefact.step.size);
  const carry = (memory: Float64Array): Float64Array => {
    const taken = carried(before.artefact, memory, program.artefact, places);
    if (taken.kind === "lost") throw refuse(taken.reason);
    return taken.memory;
  };
  const memory = carry(flow.state("memory").slice());
  const own = Uint32Array.from(places, (place) => (place < 0 ? noPlace : place));
  flow.adopt(program, own, memory, eventOf(flow, before, bindings), carry, startOf(program));
  return bindings;
}

function eventOf(flow: Flow, { bindings: { levels: old } }: Program, { levels }: Bindings): Flow["events"][number] {
  const fresh = [...levels].flatMap(([name, list]) => {
    const added = list.slice(old.get(name)?.length ?? 0);
    return added.length === 0 ? [] : [{ name, added }];
  });
  const told = fresh.map(({ name, added }) => {
    const shown = added.slice(0, 5).map((level) => JSON.stringify(level));
    const more = added.length - shown.length;
    return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""} of \`${name}\``;
  });
  const count = fresh.reduce((sum, { added }) => sum + added.length, 0);
  return {
    kind: "levels",
    row: flow.rows + flow.heldRows,
    message: `${count === 1 ? "A new level" : `${count} new levels`}: ${told.join("; ")}.`,
    details: { categories: fresh.map(({ name }) => name), added: count },
  };
}
