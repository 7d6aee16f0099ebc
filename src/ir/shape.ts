// Shapes of graph values. A dimension is a number, or a name (plus an offset, as a simplex of K has K − 1
// free coordinates) that `bind` replaces by a number once data have been seen.

export interface NamedDim {
  readonly name: string;
  readonly plus: number;
}
export type Dim = number | NamedDim;
export type Shape = readonly Dim[];

/** The symbolic dimension of that name. */
export function named(name: string, plus = 0): Dim {
  return { name, plus };
}

/** `dim + by`, symbolic or not. */
export function offset(dim: Dim, by: number): Dim {
  return typeof dim === "number" ? dim + by : { name: dim.name, plus: dim.plus + by };
}

export function sameDim(a: Dim, b: Dim): boolean {
  if (typeof a === "number" || typeof b === "number") return a === b;
  return a.name === b.name && a.plus === b.plus;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => sameDim(dim, b[axis] as Dim));
}

export function showDim(dim: Dim): string {
  if (typeof dim === "number") return String(dim);
  if (dim.plus === 0) return dim.name;
  return `${dim.name}${dim.plus < 0 ? "-" : "+"}${Math.abs(dim.plus)}`;
}

export function showShape(shape: Shape): string {
  return `[${shape.map(showDim).join(", ")}]`;
}

/** The dimension as a number; a name that has not been bound is a compiler bug. */
export function known(dim: Dim): number {
  if (typeof dim !== "number") throw new Error(`dimension ${showDim(dim)} is not bound`);
  return dim;
}

/** Number of elements of a bound shape. */
export function elements(shape: Shape): number {
  return shape.reduce<number>((product, dim) => product * known(dim), 1);
}

/** The dimension with names replaced; names that `dims` lacks stay. */
export function bindDim(dim: Dim, dims: ReadonlyMap<string, number>): Dim {
  if (typeof dim === "number") return dim;
  const size = dims.get(dim.name);
  return size === undefined ? dim : size + dim.plus;
}
