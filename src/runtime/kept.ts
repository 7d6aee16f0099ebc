// What a plan keeps, in the words of the setting `structure`: for messages about what it does not.

import type { Plan, PlanBlock } from "../ir/index.ts";

/** What a plan keeps, as it would be asked for: `block`, or `full for a b, full for u v`. */
export function keptAs({ blocks }: Plan): string {
  const sets = new Map<PlanBlock["candidates"], PlanBlock[]>();
  for (const block of blocks) sets.set(block.candidates, [...(sets.get(block.candidates) ?? []), block]);
  const kept = [...sets].map(([candidates, own]) => ({
    structure: candidates.find((c) => c.verdict === "chosen")?.structure ?? own[0]?.structure ?? "",
    names: own.flatMap((b) => b.parameters),
  }));
  const [only, ...more] = kept;
  if (only === undefined || more.length === 0) return only?.structure ?? "";
  return kept.map(({ structure, names }) => `${structure} for ${names.join(" ")}`).join(", ");
}
