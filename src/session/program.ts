// A built step with what the runtime must know of its parameters and data: a Program.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Built, Compiled } from "../compile.ts";
import type { Diagnostic } from "../diagnostics/index.ts";
import type { Artefact } from "../emit/index.ts";
import {
  type Bindings,
  type Density,
  elements,
  evaluate,
  free,
  GraphBuilder,
  known,
  type Parameter,
  random,
  rewrite,
  type Shape,
  type Term,
} from "../ir/index.ts";
import type { Program, ProgramParameter } from "../runtime/index.ts";
import { responsesOf } from "./bind.ts";
import type { Resolved } from "./options.ts";

/** `sha256:…` of a model's text, by which states know their model. */
export function hashOf(text: string): string {
  return `sha256:${bytesToHex(sha256(utf8ToBytes(text)))}`;
}

/** Joins what was built with its bindings; `once` values are put where the artefact reads them. */
export function programOf(
  compiled: Compiled,
  built: Built,
  bindings: Bindings,
  options: Resolved,
  diagnostics: readonly Diagnostic[],
): Program {
  const { artefact, bound, plan, step } = built;
  setFixed(artefact, bindings);
  const declared = compiled.density.parameters;
  const parameters = bound.parameters.map((p, k): ProgramParameter => {
    const place = step.parameters.find((q) => q.name === p.name);
    const alone = step.components.some((c) => c.length === 1 && c[0] === p.name);
    return {
      name: p.name,
      span: p.span,
      transform: p.transform,
      shape: p.shape.map(known),
      freeShape: p.freeShape.map(known),
      first: place?.first ?? 0,
      size: place?.size ?? 0,
      start: startDraw(compiled.density, p.name, bindings, options.seed),
      labels: labelsOf((declared[k] as Parameter).shape, (declared[k] as Parameter).axes, bindings),
      proper: isProper(compiled.density, declared[k] as Parameter),
      scale: p.transform.kind === "lower" && p.transform.lower === 0 && alone,
    };
  });
  const reports = compiled.density.reports.map((report, k) => ({
    name: report.name,
    shape: bound.graph.shape((bound.reports[k] as (typeof bound.reports)[number]).value).map(known),
    labels: labelsOf(compiled.density.graph.nodes[report.value]?.shape ?? [], report.axes, bindings),
    support: report.support,
  }));
  const statements = compiled.density.terms.flatMap((t) =>
    t.kind === "likelihood" ? [{ text: t.text, span: t.span }] : [],
  );
  return {
    name: compiled.density.name,
    hash: hashOf(compiled.source.text),
    source: compiled.source.text,
    artefact,
    plan,
    bindings,
    parameters,
    reports,
    responses: responsesOf(compiled.density),
    discrete: compiled.density.terms.every(isDiscrete),
    statements,
    options,
    diagnostics,
  };
}

/** Whether a term is a prior, or a probability of a response. */
function isDiscrete(term: Term): boolean {
  if (term.kind !== "likelihood") return term.kind === "prior";
  const { anyone, weight } = term;
  return weight === null && anyone !== null && (anyone.support.integer || anyone.levels !== null);
}

/** A prior is stated, or every value is as likely between 0 and 1. */
function isProper({ terms }: Density, { name, transform }: Parameter): boolean {
  if (terms.some((t) => t.kind === "prior" && t.parameter === name)) return true;
  return transform.kind === "interval" && transform.upper - transform.lower === 1;
}

/** Puts `once` values and learnt features where the artefact reads them. */
export function setFixed(artefact: Artefact, bindings: Bindings): void {
  const { layout } = artefact.step;
  for (const [regions, values] of [
    [layout.once, bindings.once],
    [layout.learnt, bindings.learnt],
  ] as const)
    for (const [name, region] of regions) artefact.memory.set(values.get(name) ?? [], region.offset);
}

/** How a parameter's start is drawn: the same for a seed whatever the target and the other parameters. */
function startDraw(density: Density, name: string, { dims }: Bindings, seed: number): (() => Float64Array) | null {
  const start = density.starts.find((s) => s.parameter === name);
  if (start === undefined) return null;
  return () => {
    const g = new GraphBuilder();
    const roots = rewrite(density.graph, [start.value], g, () => null, dims);
    const draw = random(seed, name)[start.from];
    const [drawn] = evaluate(g, roots, (leaf) => {
      const shape = leaf.shape.map(known);
      return { shape, values: Array.from({ length: elements(shape) }, draw) };
    });
    return Float64Array.from(drawn?.values ?? []);
  };
}

/** The starting point in φ: what `init` says or what was drawn, else 0. */
export function startOf(program: Program): Float64Array {
  const { artefact } = program;
  const { layout, size } = artefact.step;
  const phi = new Float64Array(size);
  artefact.memory.fill(0, layout.state.phi.offset, layout.state.phi.offset + size);
  artefact.run("starts", 0);
  for (const p of program.parameters) {
    const region = layout.starts.get(p.name);
    const said = region && artefact.memory.slice(region.offset, region.offset + region.length);
    const values = p.start?.() ?? said;
    if (values === undefined) continue;
    phi.set(free(p.transform, values, p.shape), p.first);
  }
  return phi;
}

/** Labels of each axis: levels of the category it is declared by, else those of its dimension; null where numbered. */
function labelsOf(shape: Shape, axes: Parameter["axes"], bindings: Bindings): (readonly string[] | null)[] {
  return shape.map((dim, k) => {
    const category = axes?.[k] ?? null;
    if (category !== null) return bindings.levels.get(category) ?? null;
    return typeof dim === "number" || dim.plus !== 0 ? null : (bindings.labels.get(dim.name) ?? null);
  });
}
