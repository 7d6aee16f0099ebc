// A model as a JavaScript module of its own, to be read and to be run anywhere.

import { loops, printProgram } from "../emit/index.ts";
import type { Region } from "../ir/index.ts";
import type { Program } from "../runtime/index.ts";
import { startOf } from "./program.ts";

/** The text of a program, with its starting values, learnt features and `once` data inside. */
export function jsArtefact(program: Program): string {
  const { artefact, bindings, options } = program;
  const { step } = artefact;
  const { layout } = step;
  const control = new Float64Array(layout.state.control.length);
  control[layout.control.tolerance] = options.tolerance;
  control[layout.control.inner] = options.inner;
  const named = (regions: ReadonlyMap<string, Region>, values: ReadonlyMap<string, Float64Array>) =>
    [...regions].flatMap(([name, region]) => {
      const own = values.get(name);
      return own === undefined ? [] : [{ region, values: own }];
    });
  return printProgram(step, loops(step), {
    name: program.name,
    parameters: program.parameters,
    reports: program.reports,
    levels: new Map([...bindings.levels].filter(([name]) => layout.columns.has(name))),
    initial: [
      { region: layout.state.start, values: startOf(program) },
      { region: layout.state.control, values: control },
      ...named(layout.once, bindings.once),
      ...named(layout.learnt, bindings.learnt),
    ],
  });
}
