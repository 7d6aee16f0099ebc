// Ast → Model → Density: prepare the names, elaborate every statement, look at the whole.

import { type Code, type Diagnostic, hasErrors } from "../diagnostics/index.ts";
import type { Density, FlowSetting, Term } from "../ir/index.ts";
import type { Ast } from "../syntax/index.ts";
import { attributed, report } from "./context.ts";
import { dataRequests } from "./data.ts";
import { familiesOf, familyDensity } from "./family-density.ts";
import { flowOptions, flowSettings } from "./flow.ts";
import { placeIn, structureOf } from "./flow-names.ts";
import { checkFunctions } from "./functions.ts";
import { warnOfUnidentified } from "./identify.ts";
import { checkLayers } from "./layers.ts";
import { dimensionsOf, type Model, summarise, titleOf } from "./model.ts";
import { evaluateAll } from "./order.ts";
import { densityParameters } from "./parameters.ts";
import { type CheckOptions, type Prepared, prepare } from "./prepare.ts";
import { startDraws } from "./starts.ts";
import { factor, prior, reported, statement } from "./statements.ts";

export interface Checked {
  /** What was understood, as far as it was; null where the model has errors. */
  readonly model: Model | null;
  readonly density: Density | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a model: every independent mistake is in the diagnostics, in the order of the text. */
export function check(ast: Ast, options: CheckOptions = {}): Checked {
  const prepared = prepare(ast, options);
  const { c, items, declared } = prepared;
  evaluateAll(declared, items);
  checkFunctions(c, prepared.callables.own.functions, declared.scope);
  checkLayers(c, prepared.callables.own.layers, declared.scope);
  const parameters = densityParameters(c, declared);
  const terms = allTerms(prepared);
  const starts = startDraws(c, declared, prepared.callables.families);
  const reports = items.flatMap((item) => (item.kind === "report" ? (reported(c, item, declared) ?? []) : []));
  const flow = settingsOf(prepared, [...declared.parameters.keys()]);
  if (!terms.some((t) => t.kind !== "prior") && statesNothing(prepared)) {
    if (items.some((item) => item.kind === "data" || item.kind === "param"))
      report(c, "FF401", { file: ast.file, start: 0, end: 0 }, {});
  }
  if (!hasErrors(c.diagnostics))
    warnOfUnidentified(c, declared, parameters, terms, flowOptions(flow).options.target ?? "likelihood");
  const found = [...prepared.parsed, ...c.diagnostics, ...familyDiagnostics({ ...ast, items }, options)];
  const diagnostics = inOrder(ast, options.incomplete ? found.filter((d) => !echoes.has(d.code)) : found);
  if (hasErrors(found)) return { model: null, density: null, diagnostics };
  const density: Density = {
    kind: "density",
    ...titleOf(items, ast.file),
    graph: c.g,
    data: dataRequests(c, declared),
    dimensions: dimensionsOf(c, declared),
    learnt: [...c.learnt.values()],
    parameters,
    starts,
    terms,
    reports,
    flow,
  };
  return { model: summarise(c, items, ast.file, declared, terms, flow), density, diagnostics };
}

function allTerms({ c, items, declared, callables }: Prepared): readonly Term[] {
  const terms: (Term | null)[] = [];
  for (const parameter of declared.parameters.values()) {
    const call = parameter.item.prior;
    if (call === null) continue;
    const own = { ...declared, scope: parameter.scope };
    const place = parameter.item.span;
    terms.push(
      attributed(c, place, () => prior(c, parameter, parameter.value, call, call.span, callables.families, own)),
    );
  }
  for (const item of items) {
    if (item.kind === "likelihood") terms.push(statement(c, item, callables.families, declared));
    if (item.kind === "factor") terms.push(factor(c, item, declared));
  }
  return terms.filter((term) => term !== null);
}

/** Whether a file that declares something states no likelihood; one of functions and families alone is a library. */
function statesNothing({ items }: Prepared): boolean {
  return !items.some((item) => item.kind === "likelihood" || item.kind === "factor");
}

function settingsOf({ c, items }: Prepared, parameters: readonly string[]): readonly FlowSetting[] {
  const blocks = items.flatMap((item) => (item.kind === "flow" ? [item.entries] : []));
  const { settings, diagnostics } = flowSettings(blocks);
  c.diagnostics.push(...diagnostics);
  const { structure, drift } = flowOptions(settings).options;
  c.diagnostics.push(...structureOf(drift ?? [], parameters, placeIn(blocks.flat(), "drift")).diagnostics);
  if (structure !== undefined && typeof structure !== "string")
    c.diagnostics.push(...structureOf(structure, parameters, placeIn(blocks.flat(), "structure")).diagnostics);
  return settings;
}

/** Mistakes in the model's own families, whether a statement uses them or not; used files are in `ast` by now. */
function familyDiagnostics(ast: Ast, options: CheckOptions): readonly Diagnostic[] {
  return familiesOf(ast, options).flatMap((family) => familyDensity(family).diagnostics);
}

/** What is said because of a line that the parser left out, and would be noise beside its own message. */
const echoes: ReadonlySet<Code> = new Set([
  "FF201",
  "FF202",
  "FF203",
  "FF213",
  "FF310",
  "FF401",
  "FF402",
  "FF404",
  "FF418",
  "FF423",
]);

/** Each message once, the model's own file first, by place. */
function inOrder(ast: Ast, all: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const d of all) {
    const key = `${d.code} ${d.span?.file} ${d.span?.start} ${d.message}`;
    if (!seen.has(key)) seen.set(key, d);
  }
  const rank = (d: Diagnostic): number => (d.span === null ? -1 : d.span.file === ast.file ? 0 : 1);
  return [...seen.values()].sort((a, b) => rank(a) - rank(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0));
}
