// Names of parameters in settings, which mean something only beside a model: its own parameters, or an instance of
// a layer for all of that.

import { type Diagnostic, diagnose, type Span } from "../diagnostics/index.ts";
import type { StructureRequest } from "../ir/index.ts";
import type { FlowEntry } from "../syntax/index.ts";
import { suggestion } from "./names.ts";

/** The requests with every name a parameter's, and what is wrong with the others. */
export function structureOf<R extends Pick<StructureRequest, "parameters">>(
  requests: readonly R[],
  parameters: readonly string[],
  place: (name: string) => Span | null = () => null,
): { readonly requests: readonly R[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const taken = new Set<string>();
  const found = requests.map((request) => {
    if (request.parameters === null) return request;
    const names = request.parameters.flatMap((name) => {
      const meant = parameters.filter((p) => p === name || p.startsWith(`${name}.`));
      const [twice] = meant.filter((p) => taken.has(p));
      if (meant.length === 0)
        diagnostics.push(diagnose("FF423", place(name), { name }, suggestion(name, candidates(parameters))));
      else if (twice !== undefined) diagnostics.push(diagnose("FF117", place(name), { what: twice }));
      for (const p of meant) taken.add(p);
      return meant;
    });
    return { ...request, parameters: names };
  });
  return { requests: found, diagnostics };
}

/** Parameters, and instances of layers for all of their own. */
function candidates(parameters: readonly string[]): readonly string[] {
  const whole = parameters.flatMap((p) => [...p.matchAll(/\./g)].map(({ index }) => p.slice(0, index)));
  return [...new Set([...parameters, ...whole])];
}

/** Where a name stands in the value of a setting. */
export function placeIn(entries: readonly FlowEntry[], key: string): (name: string) => Span | null {
  const atoms = entries.filter((e) => e.key.text === key).flatMap((e) => e.phrases.flat());
  return (name) => atoms.find((a) => a.text === name)?.span ?? null;
}
