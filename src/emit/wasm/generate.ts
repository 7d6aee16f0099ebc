// One procedure of a loop program as a WASM function of the number of rows. Loops over rows run two rows at a time on
// f64x2, with the odd last row on its own; what does not vary by row is put on both lanes before the loop. All addresses
// are bytes: the part without the row is computed outside, the row adds eight times itself.

import type { Op } from "../../ir/index.ts";
import type { Float, Int, Statement } from "../loops/loop.ts";
import { parts, scattered, usesRow } from "./address.ts";
import { type Code, FunctionWriter, f64, get, i32, type Local, op, set, tee, v128 } from "./encode.ts";
import { logisticOf, wantedTwice } from "./logistic.ts";
import { loweredOf } from "./ops.ts";

export interface Surroundings {
  /** Byte address of the memory's first double. */
  readonly base: number;
  /** Index of a kernel function. */
  readonly kernel: (name: string) => number;
  /** Index of a procedure of the program. */
  readonly procedure: (name: string) => number;
  /** Fused multiply–add instructions may be used. */
  readonly relaxed: boolean;
  /** Most rows of a batch. */
  readonly capacity: number;
  /** Code of a routine. */
  readonly routine: (statement: Extract<Statement, { kind: "routine" }>["routine"], generator: Generator) => void;
}

/** How many rows an expression is evaluated for. */
type Width = 1 | 2;

/** Where a loop over rows is: its byte offset local, and splats of outer values made before it. */
interface RowLoop {
  /** 8 · r */
  readonly offset: Local;
  /** Locals of the body, by name, for each width. */
  readonly inner: Map<string, Local>;
  readonly splats: Map<string, Local>;
  readonly bases: Map<string, Local>;
  /** Code that runs before the loop. */
  readonly before: Code;
  readonly sums: Map<string, Local>;
  /** exp(−|x|) of the body's locals that more than one function of the logistic family is taken of; null until it is. */
  readonly decays: Map<string, Local | null>;
}

export class Generator {
  readonly writer: FunctionWriter;
  readonly rows: Local;
  readonly surroundings: Surroundings;
  readonly #indices = new Map<string, Local>();
  readonly #floats = new Map<string, Local>();
  #code: Code;
  #row: RowLoop | null = null;
  /** The loop over rows is being written for two of them. */
  #paired = false;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    this.writer = new FunctionWriter([i32]);
    this.rows = { type: i32, order: 0 };
    this.#code = this.writer.code;
  }

  emit(...parts: readonly (readonly (number | Local)[])[]): void {
    for (const part of parts) this.#code.push(...part);
  }

  statements(body: readonly Statement[]): void {
    for (const statement of body) this.#statement(statement);
  }

  /** The local of a loop variable. */
  index(name: string): Local {
    const found = this.#indices.get(name) ?? this.writer.local(i32);
    this.#indices.set(name, found);
    return found;
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case "for":
        if (statement.count === "rows") this.#rowLoop(statement.body);
        else this.#loop(statement.index, statement.count, () => this.statements(statement.body));
        return;
      case "let": {
        const local = this.writer.local(f64);
        this.#floats.set(statement.name, local);
        this.#float(statement.value, 1);
        this.emit(set(local));
        return;
      }
      case "assign":
        this.#float(statement.value, 1);
        this.emit(set(this.#outer(statement.name)));
        return;
      case "store":
        this.#store(statement, 1);
        return;
      case "routine":
        this.surroundings.routine(statement.routine, this);
        return;
      case "call":
        this.emit(get(this.rows), op.call(this.surroundings.procedure(statement.procedure)));
        return;
      case "if":
        this.#truth(statement.condition, 1);
        this.emit(op.if);
        this.statements(statement.body);
        this.emit(op.end);
        return;
      case "while":
        this.emit(op.block, op.loop);
        this.#truth(statement.condition, 1);
        this.emit(op.i32.isZero, op.branchIf(1));
        this.statements(statement.body);
        this.emit(op.branch(0), op.end, op.end);
        return;
    }
  }

  /** A counted loop; `count` ≥ 1 iterations, or none. */
  #loop(name: string, count: number, body: () => void): void {
    if (count === 0) return;
    const counter = this.index(name);
    this.emit(op.i32.const(0), set(counter), op.loop);
    body();
    this.emit(
      get(counter),
      op.i32.const(1),
      op.i32.add,
      tee(counter),
      op.i32.const(count),
      op.i32.lt,
      op.branchIf(0),
      op.end,
    );
  }

  // ------------------------------------------------------------ loops over rows

  #rowLoop(body: readonly Statement[]): void {
    const enclosing = this.#code;
    const offset = this.writer.local(i32);
    const limit = this.writer.local(i32);
    const row: RowLoop = {
      offset,
      inner: new Map(),
      splats: new Map(),
      bases: new Map(),
      before: [],
      sums: new Map(),
      decays: new Map(),
    };
    this.#row = row;
    const single = this.surroundings.capacity === 1;
    const pairs = single ? [] : this.#captured(() => this.#rowBody(body, 2));
    const { sums } = row;
    this.#row = { ...row, inner: new Map(), sums: new Map(), decays: new Map() };
    const last = this.#captured(() => this.#rowBody(body, 1));
    this.#row = null;
    this.#code = enclosing;
    for (const sum of sums.values()) row.before.push(...op.v128.const(0), ...set(sum));
    this.emit(row.before);
    if (single) {
      this.emit(op.i32.const(0), set(offset), get(this.rows), op.if, last, op.end);
      return;
    }
    // 8 · (rows rounded down to even)
    this.emit(get(this.rows), op.i32.const(-2), op.i32.and, op.i32.const(3), op.i32.shl, set(limit));
    this.emit(op.i32.const(0), set(offset));
    this.emit(get(limit), op.if, op.loop, pairs);
    this.emit(
      get(offset),
      op.i32.const(16),
      op.i32.add,
      tee(offset),
      get(limit),
      op.i32.lt,
      op.branchIf(0),
      op.end,
      op.end,
    );
    for (const [name, sum] of sums) {
      const outer = this.#outer(name);
      this.emit(
        get(outer),
        get(sum),
        op.v128.extract(0),
        get(sum),
        op.v128.extract(1),
        op.f64.add,
        op.f64.add,
        set(outer),
      );
    }
    this.emit(get(this.rows), op.i32.const(1), op.i32.and, op.if, last, op.end);
  }

  #captured(work: () => void): Code {
    const before = this.#code;
    this.#code = [];
    work();
    const captured = this.#code;
    this.#code = before;
    return captured;
  }

  #rowBody(body: readonly Statement[], width: Width): void {
    this.#paired = width === 2;
    const row = this.#row as RowLoop;
    for (const name of wantedTwice(body)) row.decays.set(name, null);
    for (const statement of body) {
      switch (statement.kind) {
        case "let": {
          this.#float(statement.value, width);
          const local = this.writer.local(width === 2 ? v128 : f64);
          row.inner.set(statement.name, local);
          this.emit(set(local));
          break;
        }
        case "assign":
          this.#sum(statement, width);
          break;
        case "store":
          this.#store(statement, width);
          break;
        default:
          throw new Error(`a loop over rows holds a ${statement.kind}`);
      }
    }
  }

  /** s ← s + value: on two lanes in a local of its own, added up after the loop. */
  #sum(statement: Extract<Statement, { kind: "assign" }>, width: Width): void {
    const { name, value } = statement;
    const own = value.kind === "apply" && value.op === "add" ? value.args : null;
    const first = own?.[0];
    if (own === null || first?.kind !== "local" || first.name !== name) throw new Error("rows are only added up");
    const added = own[1] as Float;
    if (width === 1) {
      const outer = this.#outer(name);
      this.emit(get(outer));
      this.#float(added, 1);
      this.emit(op.f64.add, set(outer));
      return;
    }
    const row = this.#row as RowLoop;
    const sum = row.sums.get(name) ?? this.writer.local(v128);
    row.sums.set(name, sum);
    this.#product(added, width, () => this.emit(get(sum)));
    this.emit(set(sum));
  }

  /** addend + value, fused where value is a product and the build allows it. */
  #product(value: Float, width: Width, addend: () => void): void {
    if (this.surroundings.relaxed && width === 2 && value.kind === "apply" && value.op === "mul") {
      this.#float(value.args[0] as Float, width);
      this.#float(value.args[1] as Float, width);
      addend();
      this.emit(op.v128.madd);
      return;
    }
    addend();
    this.#float(value, width);
    this.emit(width === 2 ? op.v128.add : op.f64.add);
  }

  // ------------------------------------------------------------ memory

  #store(statement: Extract<Statement, { kind: "store" }>, width: Width): void {
    const { at, value, add } = statement;
    if (width === 2 && (scattered(at) || !usesRow(at))) {
      // the lanes go to places of their own
      const held = this.writer.local(v128);
      this.#float(value, 2);
      this.emit(set(held));
      for (const lane of [0, 1]) {
        const position = this.writer.local(i32);
        const constant = this.#address(at, lane);
        this.emit(set(position), get(position));
        if (add) this.emit(get(position), op.f64.load(constant));
        this.emit(get(held), op.v128.extract(lane));
        if (add) this.emit(op.f64.add);
        this.emit(op.f64.store(constant));
      }
      return;
    }
    const constant = this.#address(at, 0);
    if (add) {
      const position = this.writer.local(i32);
      this.emit(tee(position));
      this.#product(value, width, () =>
        this.emit(get(position), width === 2 ? op.v128.load(constant) : op.f64.load(constant)),
      );
    } else this.#float(value, width);
    this.emit(width === 2 ? op.v128.store(constant) : op.f64.store(constant));
  }

  /** Puts a byte address on the stack; returns the constant to go with the memory instruction. */
  #address(at: Int, lane: number): number {
    const { constant, rest, row, computed } = parts(at);
    const offset = this.surroundings.base + 8 * constant + (row ? 8 * lane : 0);
    const inRow = this.#row;
    let pushed = 0;
    if (rest.length > 0) {
      if (inRow === null) this.#bytes(rest);
      else this.emit(get(this.#hoistedBase(rest, inRow)));
      pushed += 1;
    }
    if (row) {
      if (inRow === null) throw new Error("a row outside a loop over rows");
      this.emit(get(inRow.offset));
      pushed += 1;
    }
    for (const { by, of } of computed) {
      this.#lane(of, lane);
      this.emit(op.i32.truncate, op.i32.const(8 * by), op.i32.mul);
      pushed += 1;
    }
    if (pushed === 0) this.emit(op.i32.const(0));
    for (; pushed > 1; pushed--) this.emit(op.i32.add);
    return offset;
  }

  /** Σ by · index, in bytes. */
  #bytes(rest: readonly { readonly by: number; readonly name: string }[]): void {
    for (const [k, { by, name }] of rest.entries()) {
      this.emit(get(this.index(name)), op.i32.const(8 * by), op.i32.mul);
      if (k > 0) this.emit(op.i32.add);
    }
  }

  #hoistedBase(rest: readonly { readonly by: number; readonly name: string }[], row: RowLoop): Local {
    const key = JSON.stringify(rest);
    const found = row.bases.get(key);
    if (found !== undefined) return found;
    const local = this.writer.local(i32);
    row.bases.set(key, local);
    row.before.push(...this.#captured(() => this.#bytes(rest)), ...set(local));
    return local;
  }

  /** One lane of a value, as a double. */
  #lane(value: Float, lane: number): void {
    const row = this.#row;
    const paired = row !== null && this.#paired && variesIn(value, row);
    this.#float(value, paired ? 2 : 1);
    if (paired) this.emit(op.v128.extract(lane));
  }

  // ------------------------------------------------------------ values

  #outer(name: string): Local {
    const local = this.#floats.get(name);
    if (local === undefined) throw new Error(`no local ${name}`);
    return local;
  }

  /** Leaves a double on the stack. */
  scalar(value: Float): void {
    this.#float(value, 1);
  }

  /** Leaves a double, or two, on the stack. */
  #float(value: Float, width: Width): void {
    const row = this.#row;
    switch (value.kind) {
      case "number":
        this.emit(width === 2 ? op.v128.const(value.value) : op.f64.const(value.value));
        return;
      case "local": {
        const own = row?.inner.get(value.name);
        if (own !== undefined) this.emit(get(own));
        else if (width === 2 && row !== null) this.emit(get(this.#splat(value, row)));
        else this.emit(get(this.#outer(value.name)));
        return;
      }
      case "fromInt":
        if (width === 2 && row !== null) this.emit(get(this.#splat(value, row)));
        else {
          this.#int(value.of);
          this.emit(op.f64.fromInt);
        }
        return;
      case "rows":
        if (width === 2 && row !== null) this.emit(get(this.#splat(value, row)));
        else this.emit(get(this.rows), op.f64.fromInt);
        return;
      case "load":
        this.#load(value, width);
        return;
      case "apply":
        this.#apply(value.op, value.order, value.args, width);
        return;
    }
  }

  #load(value: Extract<Float, { kind: "load" }>, width: Width): void {
    const row = this.#row;
    if (width === 1 || row === null) {
      const constant = this.#address(value.at, 0);
      this.emit(op.f64.load(constant));
      return;
    }
    if (scattered(value.at)) {
      const first = this.#address(value.at, 0);
      this.emit(op.f64.load(first), op.v128.splat);
      const second = this.#address(value.at, 1);
      this.emit(op.f64.load(second), op.v128.replace(1));
      return;
    }
    if (!usesRow(value.at)) {
      this.emit(get(this.#splat(value, row)));
      return;
    }
    const constant = this.#address(value.at, 0);
    this.emit(op.v128.load(constant));
  }

  /** A value that is the same for all rows, on both lanes, made before the loop. */
  #splat(value: Float, row: RowLoop): Local {
    const key = JSON.stringify(value);
    const found = row.splats.get(key);
    if (found !== undefined) return found;
    const local = this.writer.local(v128);
    row.splats.set(key, local);
    this.#row = null;
    const code = this.#captured(() => this.#float(value, 1));
    this.#row = row;
    row.before.push(...code, ...op.v128.splat, ...set(local));
    return local;
  }

  #int(value: Int): void {
    const { constant, rest, row, computed } = parts(value);
    if (row || computed.length > 0) throw new Error("an index that varies by row is not a number of its own");
    this.emit(op.i32.const(constant));
    for (const { by, name } of rest) this.emit(get(this.index(name)), op.i32.const(by), op.i32.mul, op.i32.add);
  }

  #apply(name: Op, order: number, args: readonly Float[], width: Width): void {
    const way = loweredOf(name)[width - 1] as ReturnType<typeof loweredOf>[0];
    if (name === "add" && this.#fused(args, width)) return;
    if (this.#decayed(name, args[0], width)) return;
    switch (way.kind) {
      case "special":
        this.#special(name, order, args, width);
        return;
      case "kernel":
        for (const a of args) this.#float(a, width);
        this.emit(op.call(this.surroundings.kernel(way.name)));
        return;
      case "test":
        this.#test(name, args, width);
        if (width === 2) this.emit(op.v128.const(1), op.v128.and);
        else this.emit(op.f64.fromBoolean);
        return;
      case "instruction":
        for (const a of args) this.#float(a, width);
        this.emit(way.code);
        return;
    }
  }

  #fused(args: readonly Float[], width: Width): boolean {
    if (!this.surroundings.relaxed || width !== 2) return false;
    const k = args.findIndex((a) => a.kind === "apply" && a.op === "mul");
    if (k < 0) return false;
    this.#product(args[k] as Float, width, () => this.#float(args[1 - k] as Float, width));
    return true;
  }

  /** A function of the logistic family by the exp(−|x|) that others of the body are made of, too. */
  #decayed(name: Op, argument: Float | undefined, width: Width): boolean {
    const of = logisticOf(name, argument);
    const row = this.#row;
    if (of === null || argument === undefined || row === null) return false;
    const found = row.decays.get(of.name);
    if (found === undefined) return false;
    const [suffix, type] = width === 2 ? (["v", v128] as const) : (["s", f64] as const);
    const decay = found ?? this.writer.local(type);
    row.decays.set(of.name, decay);
    if (found === null) {
      this.#float(of, width);
      this.emit(op.call(this.surroundings.kernel(`decay_${suffix}`)), set(decay));
    }
    this.#float(argument, width);
    this.emit(get(decay), op.call(this.surroundings.kernel(`${name}Of_${suffix}`)));
    return true;
  }

  /** A condition as a mask, or as an i32. */
  #test(name: Op, args: readonly Float[], width: Width): void {
    const way = loweredOf(name)[width - 1] as ReturnType<typeof loweredOf>[0];
    if (way.kind !== "test") throw new Error(`${name} is no test`);
    for (const a of args) this.#float(a, width);
    this.emit(way.code);
  }

  /** Whether a value is not zero: its own mask where it is a comparison. */
  #truth(value: Float, width: Width): void {
    if (value.kind === "apply" && loweredOf(value.op)[width - 1]?.kind === "test") {
      this.#test(value.op, value.args, width);
      return;
    }
    this.#float(value, width);
    this.emit(width === 2 ? op.v128.const(0) : op.f64.const(0), width === 2 ? op.v128.ne : op.f64.ne);
  }

  #special(name: Op, order: number, args: readonly Float[], width: Width): void {
    const [a, b, c] = args as [Float, Float, Float];
    const zero: Float = { kind: "number", value: 0 };
    const one: Float = { kind: "number", value: 1 };
    const test = (wanted: Op, left: Float, right: Float): Float => ({
      kind: "apply",
      op: wanted,
      order: 0,
      args: [left, right],
    });
    const choose = (condition: Float, yes: Float, no: Float): void =>
      this.#apply("select", 0, [condition, yes, no], width);
    switch (name) {
      case "select":
        this.#float(b, width);
        this.#float(c, width);
        this.#truth(a, width);
        this.emit(width === 2 ? op.v128.select : op.select);
        return;
      case "not":
        choose(a, zero, one);
        return;
      case "and":
        choose(a, test("ne", b, zero), zero);
        return;
      case "or":
        choose(a, one, test("ne", b, zero));
        return;
      case "sign":
        choose(test("lt", zero, a), one, {
          kind: "apply",
          op: "select",
          order: 0,
          args: [test("lt", a, zero), { kind: "number", value: -1 }, a],
        });
        return;
      case "xdivy":
        choose(test("eq", a, zero), zero, { kind: "apply", op: "div", order: 0, args: [a, b] });
        return;
      case "polygamma":
        if (order <= 1) {
          this.#float(a, width);
          this.emit(
            op.call(this.surroundings.kernel(`${order === 0 ? "digamma" : "trigamma"}_${width === 2 ? "v" : "s"}`)),
          );
        } else this.#byLanes("polygamma_s", order, [a], width);
        return;
      case "risingPolygamma":
        this.#byLanes("risingPolygamma_s", order, [a, b], width);
        return;
      default:
        throw new Error(`${name} has no code of its own`);
    }
  }

  /** A kernel of an order and doubles, one lane after the other. */
  #byLanes(kernel: string, order: number, args: readonly Float[], width: Width): void {
    const index = this.surroundings.kernel(kernel);
    if (width === 1) {
      this.emit(op.i32.const(order));
      for (const a of args) this.#float(a, 1);
      this.emit(op.call(index));
      return;
    }
    const held = args.map((a) => {
      this.#float(a, 2);
      const local = this.writer.local(v128);
      this.emit(set(local));
      return local;
    });
    for (const lane of [0, 1]) {
      this.emit(op.i32.const(order));
      for (const local of held) this.emit(get(local), op.v128.extract(lane));
      this.emit(op.call(index), lane === 0 ? op.v128.splat : op.v128.replace(1));
    }
  }
}

/** Whether a value differs between the rows of a loop. */
function variesIn(value: Float, row: RowLoop): boolean {
  switch (value.kind) {
    case "number":
    case "fromInt":
    case "rows":
      return false;
    case "local":
      return row.inner.has(value.name);
    case "load":
      return usesRow(value.at) || parts(value.at).computed.some(({ of }) => variesIn(of, row));
    case "apply":
      return value.args.some((a) => variesIn(a, row));
  }
}
