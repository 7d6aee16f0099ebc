// The binary format of WebAssembly, as much of it as the emitter writes (WebAssembly Core Specification 2.0, chapter 5;
// fixed-width SIMD; relaxed SIMD). Code is a list of bytes and of locals that get their index when the function ends.

export const i32 = 0x7f;
export const f64 = 0x7c;
export const v128 = 0x7b;
export type ValueType = typeof i32 | typeof f64 | typeof v128;

/** A local of a function under construction. */
export interface Local {
  readonly type: ValueType;
  readonly order: number;
}
/** Bytes, and locals in the place of their index. */
export type Code = (number | Local)[];

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  if (value < 128) return [value];
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? byte | 128 : byte);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 127;
    rest >>= 7;
    const done = (rest === 0 && (byte & 64) === 0) || (rest === -1 && (byte & 64) !== 0);
    bytes.push(done ? byte : byte | 128);
    if (done) return bytes;
  }
}

/** The eight little-endian bytes of a double. */
export function double(value: number): readonly number[] {
  if (Object.is(value, 0)) return zero;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return positions.map((k) => view.getUint8(k));
}

const zero = [0, 0, 0, 0, 0, 0, 0, 0] as const;
const positions = [0, 1, 2, 3, 4, 5, 6, 7] as const;

export function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...unsigned(bytes.length), ...bytes];
}

/** A vector: its length, then its items. */
export function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

/** A section: its number, its size, its content. */
export function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

const simd = (code: number): number[] => [0xfd, ...unsigned(code)];

/** Instructions by their names in the specification. */
export const op = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  else: [0x05],
  end: [0x0b],
  branch: (depth: number): number[] => [0x0c, ...unsigned(depth)],
  branchIf: (depth: number): number[] => [0x0d, ...unsigned(depth)],
  call: (index: number): number[] => [0x10, ...unsigned(index)],
  select: [0x1b],
  i32: {
    const: (value: number): number[] => [0x41, ...signed(value)],
    isZero: [0x45],
    add: [0x6a],
    sub: [0x6b],
    mul: [0x6c],
    and: [0x71],
    shl: [0x74],
    ge: [0x4e],
    lt: [0x48],
    below: [0x49],
    truncate: [0xfc, 0x02],
  },
  f64: {
    const: (value: number): number[] => [0x44, ...double(value)],
    load: (offset: number): number[] => [0x2b, 3, ...unsigned(offset)],
    store: (offset: number): number[] => [0x39, 3, ...unsigned(offset)],
    eq: [0x61],
    ne: [0x62],
    lt: [0x63],
    gt: [0x64],
    le: [0x65],
    abs: [0x99],
    neg: [0x9a],
    floor: [0x9c],
    sqrt: [0x9f],
    add: [0xa0],
    sub: [0xa1],
    mul: [0xa2],
    div: [0xa3],
    min: [0xa4],
    max: [0xa5],
    fromInt: [0xb7],
    fromBoolean: [0xb8],
  },
  v128: {
    load: (offset: number): number[] => [...simd(0x00), 3, ...unsigned(offset)],
    store: (offset: number): number[] => [...simd(0x0b), 3, ...unsigned(offset)],
    /** One double in the first lane, the other zero. */
    loadOne: (offset: number): number[] => [...simd(0x5d), 3, ...unsigned(offset)],
    /** The first lane alone. */
    storeOne: (offset: number): number[] => [...simd(0x5b), 3, ...unsigned(offset), 0],
    const: (value: number): number[] => [...simd(0x0c), ...double(value), ...double(value)],
    splat: simd(0x14),
    extract: (lane: number): number[] => [...simd(0x21), lane],
    replace: (lane: number): number[] => [...simd(0x22), lane],
    eq: simd(0x47),
    ne: simd(0x48),
    lt: simd(0x49),
    gt: simd(0x4a),
    le: simd(0x4b),
    and: simd(0x4e),
    or: simd(0x50),
    select: simd(0x52),
    abs: simd(0xec),
    neg: simd(0xed),
    sqrt: simd(0xef),
    add: simd(0xf0),
    sub: simd(0xf1),
    mul: simd(0xf2),
    div: simd(0xf3),
    min: simd(0xf4),
    max: simd(0xf5),
    floor: simd(0x75),
    /** a · b + c, fused or not as the engine likes. */
    madd: simd(0x107),
    /** −(a · b) + c */
    nmadd: simd(0x108),
  },
  /** Fills with a byte: address, byte, length on the stack. */
  fill: [0xfc, 0x0b, 0x00],
  /** Copies: target, source, length on the stack. */
  copy: [0xfc, 0x0a, 0x00, 0x00],
} as const;

const orderOfTypes: readonly ValueType[] = [i32, f64, v128];

/** A function under construction: its locals and its code. Parameters are the first locals of their type. */
export class FunctionWriter {
  readonly #counts = new Map<ValueType, number>(orderOfTypes.map((t) => [t, 0]));
  readonly #parameters: readonly ValueType[];
  readonly code: Code = [];

  constructor(parameters: readonly ValueType[]) {
    this.#parameters = parameters;
    for (const type of parameters) this.local(type);
  }

  local(type: ValueType): Local {
    const order = this.#counts.get(type) ?? 0;
    this.#counts.set(type, order + 1);
    return { type, order };
  }
  emit(...parts: readonly (readonly (number | Local)[])[]): void {
    for (const part of parts) this.code.push(...part);
  }

  /** The function's entry of the code section. */
  finish(): Uint8Array {
    // parameters are of one type here, so that locals of that type follow them without a gap
    const declared = orderOfTypes.map((type) => {
      const own = this.#parameters.filter((p) => p === type).length;
      return { type, own, count: (this.#counts.get(type) ?? 0) - own };
    });
    const starts = new Map<ValueType, number>();
    let next = this.#parameters.length;
    for (const { type, own, count } of declared) {
      starts.set(type, next - own);
      next += count;
    }
    const own = new Map(
      orderOfTypes.map((type) => [type, [...this.#parameters.keys()].filter((k) => this.#parameters[k] === type)]),
    );
    const indexOf = ({ type, order }: Local): number => own.get(type)?.[order] ?? (starts.get(type) as number) + order;
    const groups = declared.filter(({ count }) => count > 0).map(({ type, count }) => [...unsigned(count), type]);
    const bytes = vector(groups);
    for (const part of this.code)
      if (typeof part === "number") bytes.push(part);
      else {
        const index = indexOf(part);
        if (index < 128) bytes.push(index);
        else bytes.push(...unsigned(index));
      }
    bytes.push(...op.end);
    const size = unsigned(bytes.length);
    const entry = new Uint8Array(size.length + bytes.length);
    entry.set(size);
    entry.set(bytes, size.length);
    return entry;
  }
}

export function get(local: Local): (number | Local)[] {
  return [0x20, local];
}
export function set(local: Local): (number | Local)[] {
  return [0x21, local];
}
export function tee(local: Local): (number | Local)[] {
  return [0x22, local];
}
