// What a page or a plot shows of a saved state: its summary, its information, the path of its estimates, and how its
// predictions fare on data.

import {
  csvOf,
  drawing,
  type Held,
  type Information,
  type Path,
  type Plot,
  type PlotKind,
  page,
  plotOf,
  printed,
  rasterised,
  type Shown,
  type Trace,
} from "../plots/index.ts";
import { declaredScalar, normalQuantile, type Summary } from "../reports/index.ts";
import {
  baggageIn,
  blockInformation,
  type Flow,
  factorWhole,
  nameOf,
  type PathRecord,
  type Program,
  pathName,
  pathOf,
} from "../runtime/index.ts";
import { nothingSelected } from "./bind.ts";
import { construct } from "./construct.ts";
import { CompileError } from "./errors.ts";
import type { State } from "./foretell.ts";
import type { Model } from "./model.ts";
import { finishedFlow, type LoadedState, loadState, summaryOf } from "./saved.ts";

/** How a plot may be written. */
export const plotFormats = ["svg", "png", "json", "csv"] as const;
export type PlotFormat = (typeof plotFormats)[number];

/** What a report is made from besides the state. */
export interface ReportOptions {
  /** The model that the state must be of. */
  readonly model?: Model;
  /** How predictions fared on data. */
  readonly held?: readonly Held[];
  /** Which of their responses a plot shows, from 0. */
  readonly response?: number;
}

/** Pixels of a plot, and how many of a PNG are one of them; null leaves them to the plot. */
export interface PlotSize {
  readonly width: number | null;
  readonly height: number | null;
  readonly scale: number;
}

/** Coordinates up to which the information is shown cell by cell. */
const denseMost = 300;
/** Widths of plots for print where nothing is said. */
const usual = { half: 420, whole: 720 } as const;

/** The page of a saved state as text: one file of HTML that needs nothing else. Throws DataError where it can't be read. */
export async function reportPage(state: State, options: ReportOptions = {}): Promise<string> {
  return page(shownOf(state, options), await drawing());
}

/** A plot of a saved state as a file; `absent` with the reason where the state, or the machine, has none. */
export async function plotFile(
  kind: PlotKind,
  format: PlotFormat,
  size: PlotSize,
  state: State,
  options: ReportOptions = {},
): Promise<
  | { readonly kind: "file"; readonly content: string | Uint8Array }
  | { readonly kind: "absent"; readonly reason: string }
> {
  const plot = plotOf(kind, shownOf(state, options), options.response);
  if (plot === null) return { kind: "absent", reason: absences[kind] };
  if (format === "csv") return { kind: "file", content: csvOf(plot.table) };
  const { width, height, scale } = size;
  const spec = plot.spec({ width: width ?? (plot.half ? usual.half : usual.whole), height, palette: printed });
  if (format === "json") return { kind: "file", content: `${JSON.stringify(spec, null, 1)}\n` };
  const svg = described(await (await drawing())(spec), plot);
  if (format === "svg") return { kind: "file", content: svg };
  const pixels = await rasterised(svg, scale, "#ffffff");
  if (pixels === null)
    return { kind: "absent", reason: "this machine has no font to write its labels with: write SVG" };
  return { kind: "file", content: pixels };
}

/** Why a plot may be missing. */
const absences: Readonly<Record<PlotKind, string>> = {
  estimates: "the model has no parameters",
  path: "the state holds no path of the estimates; streams record one",
  events: "nothing happened on the way",
  information: "the model has no parameters",
  spectrum: "no block is small enough for its eigenvalues",
  calibration: "there are no predictions of classes, and no intervals, to compare with data",
  pit: "no predictive distribution has been compared with data",
  predictions: "no predictions have been compared with data",
};

/** A drawing with its title and what it shows, for those who do not see it. */
function described(svg: string, { title, alternative }: Plot): string {
  const text = (words: string): string => words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const head = `<title>${text(title)}</title><desc>${text(alternative)}</desc>`;
  return svg.replace(/^<svg[^>]*>/, (open) => `${open.slice(0, -1)} role="img">${head}`);
}

function shownOf(state: State, { model, held = [] }: ReportOptions): Shown {
  const loaded = state instanceof Uint8Array ? loadState(state) : state;
  const { flow } = finishedFlow(loaded, model?.compiled);
  const found = summaryOf(loaded, flow);
  factorWhole(flow.program.artefact, true);
  const summary = { ...found, plan: { ...found.plan, blocks: reasoned(loaded, found.plan.blocks) } };
  const { file: named, source } = loaded.state;
  return {
    summary,
    file: named,
    source,
    information: informationOf(flow.program),
    path: pathOfState(loaded, flow, summary),
    held,
  };
}

/** The plan's blocks with the reasons that planning them again gives; a state keeps what was chosen, not why. */
function reasoned(
  { compiled, bindings, options }: LoadedState,
  blocks: Summary["plan"]["blocks"],
): Summary["plan"]["blocks"] {
  try {
    const { plan } = construct(compiled, { selection: nothingSelected, bindings }, options).program;
    return blocks.map((block) => {
      const names = block.parameters.join();
      const same = plan.blocks.find((b) => b.structure === block.structure && b.parameters.join() === names);
      return same === undefined ? block : { ...block, reason: same.reason };
    });
  } catch (error) {
    // nothing fits the budget any more: what was chosen stands without its reason
    if (error instanceof CompileError) return blocks;
    throw error;
  }
}

/** The information of all rows and of the prior, where `factorWhole` left it. */
function informationOf(program: Program): Information {
  const { artefact, parameters, plan } = program;
  const { step, memory } = artefact;
  artefact.run("diagonal", 0);
  const { offset, length } = step.layout.state.diagonal;
  const dense = step.size <= denseMost;
  return {
    names: Array.from({ length: step.size }, (_, i) => nameOf(program, i)),
    parameters: [...parameters].filter(({ size }) => size > 0).sort((a, b) => a.first - b.first),
    diagonal: memory.slice(offset, offset + length),
    blocks: step.blocks.map(({ first, size, parameters: own }, k) => ({
      structure: plan.blocks[k]?.structure ?? "full",
      parameters: own,
      first,
      size,
      dense: dense ? blockInformation(artefact, k) : null,
    })),
  };
}

/** The recorded path and where it ended, in the space of the parameters; null where nothing was recorded. */
function pathOfState({ state, options }: LoadedState, flow: Flow, summary: Summary): Path | null {
  const baggage = baggageIn(state, pathName);
  const record = baggage === null ? null : pathOf(baggage);
  if (record === null || record.coordinates.some((i) => i >= flow.phi.length)) return null;
  const ended = flow.rows > (record.rows.at(-1) ?? 0);
  const z = normalQuantile(0.5 + options.interval / 2);
  return {
    rows: ended ? [...record.rows, flow.rows] : [...record.rows],
    traces: record.coordinates.map((i, k) => traceOf(flow, record, i, k, ended, z)),
    interval: summary.interval,
    others: flow.phi.length - record.coordinates.length,
  };
}

function traceOf({ program, phi }: Flow, record: PathRecord, i: number, k: number, ended: boolean, z: number): Trace {
  const { artefact, parameters, options } = program;
  const width = record.coordinates.length;
  const varying = record.variance.length > 0;
  const parameter = parameters.find(({ first, size }) => i >= first && i < first + size);
  const transform = parameter?.transform ?? { kind: "identity" };
  const whole = transform.kind === "simplex" || transform.kind === "ordered";
  const points = Array.from(record.rows, (_, at): readonly [number, number] => [
    record.phi[at * width + k] as number,
    varying ? (record.variance[at * width + k] as number) : 0,
  ]);
  const { variance } = artefact.step.layout.state;
  if (ended) points.push([phi[i] as number, artefact.memory[variance.offset + i] as number]);
  const posterior = options.target === "posterior";
  const declared = points.map(([value, square]) => {
    if (whole) return { estimate: value, lower: value - z * Math.sqrt(square), upper: value + z * Math.sqrt(square) };
    return declaredScalar(transform, value, Math.sqrt(square), z, posterior && varying);
  });
  return {
    name: whole ? `${nameOf(program, i)} (free scale)` : nameOf(program, i),
    estimate: declared.map(({ estimate }) => estimate),
    lower: varying ? declared.map(({ lower }) => lower) : null,
    upper: varying ? declared.map(({ upper }) => upper) : null,
  };
}
