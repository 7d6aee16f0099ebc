// The procedures by which a module runs a flow on its own: one call a batch. The inner problem of mathematics.md §1 by
// Fisher-scoring steps, the first trial of each a whole one, then halved until the true objective has grown enough
// (Armijo). Once the memory outweighs the batch, steps borrow its information, scaled up by the batch's share of rows,
// so that the batch's own, the costly part, is summed once, at the end; what little those steps then leave, one step with
// it takes. What a plain step cannot do (a singular matrix, no step that helps) ends the update without a change, and is
// told in `control`; the host then has richer means.

import { control, type Instruction, type Region, type Scalar } from "../ir/index.ts";
import { borrowsFrom, part } from "../structures/index.ts";
import { appendable, incomingOf, type StepContext } from "./context.ts";
import { apply, type Body, call, number, routine, scalarOf, when, zeroed } from "./instructions.ts";
import { trainWriter, weighWriter } from "./plain.ts";
import type { ProcedureSink } from "./sink.ts";

type Slot = keyof typeof control;

const sufficient = 1e-4;
const halvings = 40;
/** The memory must hold this many times the batch's rows before its information is borrowed. */
const outweighs = 4;
/** A factor that was brought along is made anew when so large a share of the rows in memory was appended to it. */
const renewal = 0.5;

/** Instructions over the state of one context. */
class Driver {
  readonly #context: StepContext;
  /** Whether steps may borrow the memory's information. */
  readonly #borrows: boolean;
  constructor(context: StepContext) {
    this.#context = context;
    this.#borrows = context.size >= borrowsFrom;
  }

  get state(): StepContext["layout"]["state"] {
    return this.#context.layout.state;
  }
  read(slot: Slot): Scalar {
    return { kind: "read", region: this.state.control, at: control[slot] };
  }
  write(slot: Slot, value: Scalar): Instruction {
    return { kind: "assign", region: this.state.control, at: control[slot], value };
  }
  copy(target: Region, source: Region): Instruction {
    return routine({ name: "copy", target, source });
  }
  addScaled(target: Region, source: Region, factor: Scalar): Instruction {
    return routine({ name: "addScaled", target, source, factor });
  }
  single(slot: Slot): Region {
    return part(this.state.control, control[slot], 1);
  }

  /** slot ← log-likelihood + log prior + memory, at φ; leaves D (φ − centre) in `product`. */
  value(slot: Slot): Body {
    const { state } = this;
    const half = this.single("half");
    return [
      this.copy(state.direction, state.phi),
      this.addScaled(state.direction, state.centre, number(-1)),
      call("multiply"),
      routine({ name: "dot", target: this.single(slot), left: state.direction, right: state.gradient }),
      routine({ name: "dot", target: half, left: state.direction, right: state.product }),
      this.write(
        slot,
        apply(
          "add",
          apply("add", scalarOf(state.logLikelihood), scalarOf(state.logPrior)),
          apply("sub", this.read(slot), apply("mul", number(0.5), this.read("half"))),
        ),
      ),
    ];
  }
  evaluate(slot: Slot): Body {
    return [...zeroed(this.state.logLikelihood), call("prior"), call("evaluate"), ...this.value(slot)];
  }
  /** The same at φ = centre, where the memory adds nothing. */
  valueAtCentre(slot: Slot): Body {
    const { state } = this;
    return [
      ...zeroed(state.product),
      this.write(slot, apply("add", scalarOf(state.logLikelihood), scalarOf(state.logPrior))),
    ];
  }
  /**
   * Also the gradient of the whole objective in `residual`; with the batch's information where steps need it. `moved`
   * says whether φ may be elsewhere than at the centre.
   */
  accumulate(slot: Slot, moved = true): Body {
    const { state } = this;
    const value = moved ? this.value(slot) : this.valueAtCentre(slot);
    return [
      ...zeroed(state.logLikelihood, state.score),
      call("prior"),
      ...this.whenBorrowing([call("slope")]),
      ...this.unlessBorrowing([...zeroed(state.information), call("accumulate")]),
      ...value,
      this.copy(state.residual, state.score),
      ...[state.priorScore, state.gradient].map((source) => this.addScaled(state.residual, source, number(1))),
      ...(moved ? [this.addScaled(state.residual, state.product, number(-1))] : []),
    ];
  }
  borrowing(): Scalar {
    return apply("eq", this.read("borrowed"), number(1));
  }
  whenBorrowing(body: Body): Body {
    return this.#borrows ? [when(this.borrowing(), body)] : [];
  }
  unlessBorrowing(body: Body): Body {
    return this.#borrows ? [when(apply("not", this.borrowing()), body)] : body;
  }
  /** φ ← base + factor · step */
  aim(): Body {
    const { state } = this;
    return [this.copy(state.phi, state.base), this.addScaled(state.phi, state.step, this.read("factor"))];
  }

  /** Whether the trial has not grown enough; true for what is not a number. */
  short(): Scalar {
    const wanted = apply("mul", number(sufficient), apply("mul", this.read("factor"), this.read("decrement")));
    return apply("not", apply("le", apply("add", this.read("value"), wanted), this.read("reached")));
  }

  running(): Scalar {
    return apply("eq", this.read("outcome"), number(1));
  }

  /** The decrement is below the tolerance. */
  small(): Scalar {
    const size = apply("add", number(1), apply("abs", this.read("value")));
    return apply("lt", this.read("decrement"), apply("mul", this.read("tolerance"), size));
  }
  /** step ← factor⁻¹ residual, and its decrement; borrowed information is scaled by (seen + rows) / seen. */
  solve(): Body {
    const { state } = this;
    const share = apply("div", { kind: "rows" }, apply("add", this.read("seen"), { kind: "rows" }));
    return [
      call("solve"),
      ...this.whenBorrowing([this.addScaled(state.step, state.step, apply("neg", share))]),
      routine({ name: "dot", target: this.single("decrement"), left: state.residual, right: state.step }),
    ];
  }

  update(): Body {
    const { state } = this;
    const enough = apply("le", apply("mul", number(outweighs), { kind: "rows" }), this.read("seen"));
    const renewed: Body = [
      call("factorize"),
      this.write("fresh", this.#borrows ? this.borrowing() : number(0)),
      this.write("appended", number(0)),
    ];
    return [
      this.copy(state.centre, state.phi),
      when(apply("and", apply("lt", number(0), this.read("keep")), apply("lt", this.read("keep"), number(1))), [
        this.write("kept", apply("pow", this.read("keep"), { kind: "rows" })),
        call("fade"),
      ]),
      this.write("borrowed", this.#borrows ? enough : number(0)),
      ...zeroed(state.damping),
      ...this.whenBorrowing(zeroed(state.information)),
      ...this.accumulate("value", false),
      this.write("steps", number(0)),
      this.write("outcome", number(1)),
      ...(this.#borrows ? [this.write("due", number(0))] : []),
      when(apply("not", apply("lt", apply("abs", this.read("value")), number(Number.POSITIVE_INFINITY))), [
        this.write("outcome", number(3)),
      ]),
      ...(this.#borrows
        ? [when(apply("not", apply("and", this.borrowing(), apply("eq", this.read("fresh"), number(1)))), renewed)]
        : renewed),
      {
        kind: "while",
        condition: this.running(),
        body: [
          when(apply("lt", number(0), this.#vanished()), [this.write("outcome", number(2))]),
          when(this.running(), [
            ...this.solve(),
            when(apply("le", this.read("inner"), this.read("steps")), [this.write("outcome", number(0))]),
            when(this.small(), [this.write("outcome", number(0))]),
            when(this.running(), this.#advance()),
          ]),
        ],
      },
      when(apply("eq", this.read("outcome"), number(0)), this.#absorb()),
      when(apply("lt", number(1), this.read("outcome")), [this.copy(state.phi, state.centre)]),
    ];
  }

  /** φ to the last digits of the maximum of memory and prior: what the tolerance of the last update left. */
  settle(): Body {
    const { state } = this;
    const once: Body = [
      call("prior"),
      call("factorize"),
      this.copy(state.residual, state.gradient),
      this.addScaled(state.residual, state.priorScore, number(1)),
      call("solve"),
      this.copy(state.direction, state.step),
      call("multiply"),
      this.addScaled(state.phi, state.step, number(1)),
      this.addScaled(state.gradient, state.product, number(-1)),
    ];
    return [
      this.write("fresh", number(0)),
      ...zeroed(state.information, state.damping),
      call("prior"),
      call("factorize"),
      when(apply("eq", this.#vanished(), number(0)), [...once, ...once]),
    ];
  }

  /** Pivots of the factorisation that vanished. */
  #vanished(): Scalar {
    return this.#context.blocks
      .map(({ status }): Scalar => ({ kind: "read", region: status, at: 0 }))
      .reduce((a, b) => apply("add", a, b), number(0));
  }

  /** One accepted step, or the end. */
  #advance(): Body {
    const { state } = this;
    return [
      this.copy(state.base, state.phi),
      this.write("factor", number(1)),
      this.write("tries", number(0)),
      ...this.aim(),
      ...this.accumulate("reached"),
      when(this.short(), [
        {
          kind: "while",
          condition: apply("and", this.short(), apply("lt", this.read("tries"), number(halvings))),
          body: [
            this.write("factor", apply("mul", number(0.5), this.read("factor"))),
            this.write("tries", apply("add", this.read("tries"), number(1))),
            ...this.aim(),
            ...this.evaluate("reached"),
          ],
        },
        when(this.short(), [this.write("outcome", number(3))]),
        when(this.running(), this.accumulate("reached")),
      ]),
      when(apply("and", this.running(), this.#spent()), [this.write("outcome", number(0))]),
      this.write("value", this.read("reached")),
      this.write("steps", apply("add", this.read("steps"), number(1))),
      // the factor in hand is near enough to tell whether anything is left
      when(this.running(), [
        ...this.solve(),
        when(this.small(), [this.write("outcome", number(0))]),
        ...this.whenBorrowing([
          when(apply("and", this.running(), this.#near()), [
            this.write("outcome", number(0)),
            this.write("due", number(1)),
          ]),
        ]),
        ...this.unlessBorrowing([when(this.running(), [call("factorize")])]),
      ]),
    ];
  }

  /**
   * A whole step whose gain was nearly what the quadratic model promised leaves a decrement that need not be computed:
   * with e = 2 gain / rᵀδ − 1 and a third-order remainder it is 9/4 e² rᵀδ.
   */
  #spent(): Scalar {
    const gain = apply("sub", this.read("reached"), this.read("value"));
    const error = apply("sub", apply("div", apply("mul", number(2), gain), this.read("decrement")), number(1));
    const left = apply("mul", number(2.25), apply("mul", this.read("decrement"), apply("mul", error, error)));
    const size = apply("add", number(1), apply("abs", this.read("value")));
    const within = apply("lt", left, apply("mul", this.read("tolerance"), size));
    const whole = apply("eq", this.read("factor"), number(1));
    const near = apply("and", whole, within);
    return this.#borrows ? apply("and", near, apply("not", this.borrowing())) : near;
  }

  /**
   * What is left is so little that a step with the batch's own information ends it: of a decrement d such a step leaves
   * at most 4 d² where the objective is self-concordant (Boyd and Vandenberghe, Convex Optimization, §9.6.4); what the
   * expected information misses of a curvature is the batch's alone, beside a memory that outweighs it.
   */
  #near(): Scalar {
    const left = apply("mul", number(4), apply("mul", this.read("decrement"), this.read("decrement")));
    const size = apply("add", number(1), apply("abs", this.read("value")));
    return apply("lt", left, apply("mul", this.read("tolerance"), size));
  }

  /** A last step within the memory that the batch has joined, whose factor the next batch will borrow. */
  #finishing(): Body {
    const { state } = this;
    return [
      ...zeroed(state.information),
      call("factorize"),
      this.write("appended", number(0)),
      when(apply("eq", this.#vanished(), number(0)), [
        call("solve"),
        routine({ name: "dot", target: this.single("decrement"), left: state.residual, right: state.step }),
        this.addScaled(state.phi, state.step, number(1)),
        this.copy(state.direction, state.step),
        call("multiply"),
        this.addScaled(state.gradient, state.product, number(-1)),
        this.write("value", apply("add", this.read("value"), apply("mul", number(0.5), this.read("decrement")))),
        this.write("fresh", number(1)),
      ]),
    ];
  }

  /** The batch becomes part of the memory, written about the new φ. */
  #absorb(): Body {
    const { state } = this;
    const joined: Body = [...this.whenBorrowing([call("inform")]), call("absorb"), this.write("fresh", number(0))];
    const appending = apply("and", this.borrowing(), this.#few());
    const limit = apply("mul", number(renewal), this.read("seen"));
    return [
      this.write("seen", apply("add", this.read("seen"), { kind: "rows" })),
      this.addScaled(state.gradient, state.score, number(1)),
      this.addScaled(state.gradient, state.product, number(-1)),
      ...(this.#borrows
        ? [
            when(appending, [
              call("append"),
              this.write("appended", apply("add", this.read("appended"), { kind: "rows" })),
              this.write("fresh", apply("lt", this.read("appended"), limit)),
            ]),
            when(apply("not", appending), joined),
            when(apply("eq", this.read("due"), number(1)), this.#finishing()),
          ]
        : joined),
    ];
  }

  /** Whether bringing the factor along with the batch's rows is cheaper than making it anew. */
  #few(): Scalar {
    return apply("le", { kind: "rows" }, number(appendable(this.#context)));
  }
}

type Writer = (context: StepContext, sink: ProcedureSink) => void;

export const flowWriters: Record<"init" | "update" | "fade" | "weigh" | "train" | "merge" | "finish", Writer> = {
  train: trainWriter,
  weigh: weighWriter,

  init(context, sink) {
    const driver = new Driver(context);
    const { state } = driver;
    sink.emitAll([...zeroed(state.memory, state.gradient, state.information), driver.copy(state.phi, state.start)]);
  },

  update(context, sink) {
    const driver = new Driver(context);
    sink.emitAll(driver.update());
  },

  /** All that was seen counts as much of itself as the slot `kept` says. */
  fade(context, sink) {
    const driver = new Driver(context);
    const kept = driver.read("kept");
    for (const { structure, block, step } of context.blocks) structure.scale(sink, block, step.memory, kept);
    sink.emitAll([
      routine({ name: "scale", target: driver.state.gradient, factor: kept }),
      driver.write("seen", apply("mul", kept, driver.read("seen"))),
      driver.write("fresh", number(0)),
    ]);
  },

  merge(context, sink) {
    const driver = new Driver(context);
    const { state } = driver;
    sink.emitAll([
      driver.copy(state.direction, state.phi),
      driver.addScaled(state.direction, state.incomingPhi, number(-1)),
    ]);
    for (const { structure, block, step } of context.blocks) {
      const over = (region: Region): Region => part(region, block.first, block.size);
      structure.multiply(sink, block, incomingOf(context, step), over(state.direction), over(state.product));
    }
    sink.emitAll([
      driver.addScaled(state.gradient, state.incomingGradient, number(1)),
      driver.addScaled(state.gradient, state.product, number(-1)),
    ]);
    for (const { structure, block, step } of context.blocks)
      structure.absorb(sink, block, step.memory, incomingOf(context, step));
    const rows = driver.read("incomingSeen");
    sink.emitAll([
      driver.write("seen", apply("add", driver.read("seen"), rows)),
      driver.write("fresh", number(0)),
      call("update"),
    ]);
  },

  finish(context, sink) {
    const driver = new Driver(context);
    sink.emitAll([...driver.settle(), call("prior"), call("factorize"), call("invert")]);
  },
};
