// What the section `ffm.layout` of an artefact says, and whether it may be believed: a host reads and writes at the
// addresses it names, so each of them must lie in the module's memory before anything runs.

import type { Program } from "../runtime/index.ts";

/** Where a region lies: a byte address and a number of doubles. */
export interface Place {
  readonly address: number;
  readonly length: number;
}

/** What the custom section says. */
export interface ArtefactLayout {
  readonly format: string;
  readonly model: { readonly name: string; readonly hash: string };
  /** `plain` gives the same bits on every host; `relaxed` may fuse multiplications with additions. */
  readonly build: "plain" | "relaxed";
  /** Most rows of one call; the distance in doubles between elements of a vector column. */
  readonly capacity: number;
  readonly columns: Readonly<Record<string, Place & { readonly levels: readonly string[] | null }>>;
  /** Coordinates of each parameter in phi, and its declared values after `declared`. */
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly transform: Program["parameters"][number]["transform"];
    readonly first: number;
    readonly size: number;
    readonly declared: Place;
  }[];
  readonly state: Readonly<Record<string, Place>>;
  /** Positions in the region `control`. */
  readonly control: Readonly<Record<string, number>>;
}

export type LayoutFault =
  | { readonly kind: "fault"; readonly reason: string }
  /** `end`: the first byte beyond all that is named. */
  | { readonly kind: "layout"; readonly layout: ArtefactLayout; readonly end: number };

/** What a host needs of the state. */
const needed = [
  "phi",
  "gradient",
  "memory",
  "variance",
  "control",
  "incomingPhi",
  "incomingGradient",
  "incomingMemory",
];

/** The layout, if it is one for a memory of so many bytes; otherwise what is wrong with it. */
export function layoutFault(value: unknown, memoryBytes: number): LayoutFault {
  const fault = (reason: string): LayoutFault => ({ kind: "fault", reason });
  if (!isRecord(value)) return fault("its layout is none");
  const { model, build, capacity, columns, parameters, state, control } = value;
  if (!isRecord(model) || typeof model.name !== "string" || typeof model.hash !== "string")
    return fault("its layout names no model");
  if (build !== "plain" && build !== "relaxed") return fault("its layout names no build");
  if (!isCount(capacity) || capacity === 0) return fault("its layout has no `capacity` that is a number of rows");
  if (!isRecord(columns)) return fault("its layout has no `columns`");
  if (!Array.isArray(parameters) || !parameters.every(isRecord)) return fault("its layout has no `parameters`");
  if (!isRecord(state)) return fault("its layout has no `state`");
  if (!isRecord(control)) return fault("its layout has no `control`");
  const places: [string, unknown][] = [
    ...Object.entries(columns),
    ...Object.entries(state),
    ...parameters.map((p): [string, unknown] => [String(p.name), p.declared]),
  ];
  let end = 0;
  for (const [name, place] of places) {
    if (!isPlace(place)) return fault(`its layout has no place of \`${name}\``);
    const last = place.address + 8 * place.length;
    if (last > memoryBytes) return fault(`the place of \`${name}\` lies outside its memory`);
    end = Math.max(end, last);
  }
  for (const [name, column] of Object.entries(columns)) {
    const { length, levels } = column as Place & { readonly levels: unknown };
    if (length % capacity !== 0) return fault(`the column \`${name}\` is not as long as ${capacity} rows`);
    if (levels !== null && !(Array.isArray(levels) && levels.every((level) => typeof level === "string")))
      return fault(`the column \`${name}\` has no levels that are text`);
  }
  const lacking = needed.find((name) => state[name] === undefined);
  if (lacking !== undefined) return fault(`its layout has no place of \`${lacking}\``);
  const lengthOf = (name: string): number => (state[name] as Place).length;
  let coordinates = 0;
  for (const { name, shape, transform, first, size, declared } of parameters) {
    if (typeof name !== "string" || !isRecord(transform) || typeof transform.kind !== "string")
      return fault("its layout has a parameter without a name or a transform");
    if (!Array.isArray(shape) || !shape.every(isCount)) return fault(`the parameter \`${name}\` has no shape`);
    const elements = shape.reduce((product, extent) => product * extent, 1);
    if (elements !== (declared as Place).length)
      return fault(`the values of \`${name}\` are not as many as its shape says`);
    if (!isCount(first) || !isCount(size) || first + size > lengthOf("phi"))
      return fault(`the coordinates of \`${name}\` lie outside \`phi\``);
    coordinates += size;
  }
  if (coordinates !== lengthOf("phi")) return fault("the coordinates of its parameters are not those of `phi`");
  const slot = Object.entries(control).find(
    ([name, at]) => !isCount(at) || (name !== "length" && at >= lengthOf("control")),
  );
  if (slot !== undefined) return fault(`the position of \`${slot[0]}\` lies outside \`control\``);
  return { kind: "layout", layout: value as unknown as ArtefactLayout, end };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
function isPlace(value: unknown): value is Place {
  return isRecord(value) && isCount(value.address) && value.address % 8 === 0 && isCount(value.length);
}
