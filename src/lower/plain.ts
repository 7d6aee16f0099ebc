// The plain flow: one step a batch without a line search, for models of very many coordinates (mathematics.md §1, the
// one-step flow). What was seen is forgotten by `keep` a row; the step is (D + I_b + I_π + damping)⁻¹ r, and the batch's
// information joins the memory where it was evaluated. Of itself a step is as long as the rows weigh among those in
// memory, r = s_b + what forgetting gives back to the prior. With `natural` it is `rate` times the natural-gradient step
// of the mean: rows in memory ÷ rows of a whole batch as long. After each step the gradient that the memory has left is taken
// to be minus that of the prior. Where information and factorisation are dear they are renewed only once rows have come in by the
// share `refresh`; the batch then counts for all of these.
//
// An anchor is the memory of an earlier flow, g₀ᵀ(φ − φ₀) − ½(φ − φ₀)ᵀ D₀ (φ − φ₀), that steps are held to as to a prior
// (elastic weight consolidation; Kirkpatrick et al. 2017): it counts once for all rows, in the step and in the factor.
//
// `momentum` carries on steps before; `clip` bounds the divergence KL(before ‖ after) that a step makes for a row; with
// `adapt` the damping follows the ratio of what a step gained to what it promised (Levenberg and Marquardt; all three as
// in Martens and Grosse 2015, and Ba, Grosse and Martens 2017).

import { control, type Instruction, type Region, type Scalar } from "../ir/index.ts";
import { part } from "../structures/index.ts";
import { incomingOf, type StepContext } from "./context.ts";
import { apply, type Body, call, number, routine, scalarOf, when, zeroed } from "./instructions.ts";
import type { ProcedureSink } from "./sink.ts";

type Slot = keyof typeof control;

/** A ratio above the first, or below the second, changes the damping by a factor of `change`. */
const [good, poor, change] = [0.75, 0.25, 1.1];
const leastDamping = 1e-9;

/** Writes `train`. */
export function trainWriter(context: StepContext, sink: ProcedureSink): void {
  const { state } = context.layout;
  const read = (slot: Slot): Scalar => ({ kind: "read", region: state.control, at: control[slot] });
  const write = (slot: Slot, value: Scalar): Instruction => {
    return { kind: "assign", region: state.control, at: control[slot], value };
  };
  const slot = (name: Slot): Region => part(state.control, control[name], 1);
  const addScaled = (target: Region, source: Region, factor: Scalar): Instruction =>
    routine({ name: "addScaled", target, source, factor });
  const rows: Scalar = { kind: "rows" };
  const well = apply("eq", read("outcome"), number(0));
  const natural = apply("lt", number(0), read("natural"));
  /** Rows are gone over again and again, and the memory holds as many as there are, the latest looks at them. */
  const limited = apply("lt", number(0), read("total"));
  /** Share of the memory that is kept over so many rows; all of it where nothing was said. */
  const faded = (over: Scalar): Scalar =>
    apply("select", apply("lt", number(0), read("keep")), apply("pow", read("keep"), over), number(1));
  const choose = (yes: Scalar, no: Scalar): Scalar => apply("select", natural, yes, no);

  sink.emitAll([
    ...zeroed(state.logLikelihood, state.score),
    write("stale", apply("add", read("stale"), rows)),
    write("old", apply("add", read("old"), rows)),
    write("due", apply("le", apply("mul", read("refresh"), read("seen")), read("stale"))),
    call("prior"),
    when(apply("eq", read("anchored"), number(1)), pulled()),
    when(apply("eq", read("due"), number(1)), [...zeroed(state.information), call("accumulate")]),
    when(apply("eq", read("due"), number(0)), [call("slope")]),
    write("value", scalarOf(state.logLikelihood)),
    write("outcome", number(0)),
    when(apply("not", apply("lt", apply("abs", read("value")), number(Number.POSITIVE_INFINITY))), [
      write("outcome", number(3)),
      write("stale", apply("sub", read("stale"), rows)),
      write("old", apply("sub", read("old"), rows)),
      write("due", number(0)),
    ]),
    when(apply("eq", read("due"), number(1)), renewed()),
    write("kept", faded(rows)),
    when(well, [
      routine({ name: "copy", target: state.residual, source: state.score }),
      addScaled(
        state.residual,
        state.priorScore,
        choose(
          apply("div", rows, apply("select", limited, read("total"), apply("add", read("seen"), read("stale")))),
          number(1),
        ),
      ),
      // what the memory has left of its own, which but for what was forgotten balances the prior
      addScaled(state.residual, state.gradient, choose(number(0), read("kept"))),
      call("solve"),
      routine({ name: "dot", target: slot("decrement"), left: state.residual, right: state.step }),
      write("factor", choose(apply("div", apply("mul", read("rate"), read("behind")), read("natural")), read("rate"))),
      when(apply("lt", number(0), read("clip")), clipped()),
      routine({ name: "scale", target: state.direction, factor: read("momentum") }),
      addScaled(state.direction, state.step, read("factor")),
      addScaled(state.phi, state.direction, number(1)),
      when(apply("eq", read("adapt"), number(1)), adapted()),
    ]),
    call("prior"),
    ...zeroed(state.gradient),
    addScaled(state.gradient, state.priorScore, number(-1)),
  ]);

  /** The anchor's slope joins the prior's. */
  function pulled(): Body {
    const [from, to] = [state.tangent, state.column];
    return sink.body((into) => {
      into.emitAll([
        routine({ name: "copy", target: from, source: state.phi }),
        addScaled(from, state.incomingPhi, number(-1)),
      ]);
      for (const own of context.blocks) {
        const over = (region: Region): Region => part(region, own.block.first, own.block.size);
        own.structure.multiply(into, own.block, incomingOf(context, own.step), over(from), over(to));
      }
      into.emitAll([
        addScaled(state.priorScore, state.incomingGradient, number(1)),
        addScaled(state.priorScore, to, number(-1)),
      ]);
    });
  }

  /** What was seen is forgotten, this batch joins it for all rows since the last that did, and the sum is factorised. */
  function renewed(): Body {
    return sink.body((into) => {
      into.emitAll([
        write("kept", faded(read("stale"))),
        write("half", apply("div", apply("sub", read("total"), read("stale")), read("seen"))),
        when(apply("and", limited, apply("lt", read("half"), read("kept"))), [
          write("kept", apply("max", number(0), read("half"))),
        ]),
        write("half", apply("div", read("stale"), rows)),
        write("seen", apply("add", apply("mul", read("kept"), read("seen")), read("stale"))),
      ]);
      for (const { structure, block, step: own } of context.blocks) {
        structure.scale(into, block, own.memory, read("kept"));
        structure.scale(into, block, own.information, read("half"));
        structure.absorb(into, block, own.memory, own.information);
      }
      const dated = apply("le", apply("mul", read("refactor"), read("seen")), read("old"));
      into.emitAll([
        ...zeroed(state.information),
        when(dated, [
          write("damped", apply("mul", read("damp"), read("seen"))),
          call("weigh"),
          routine({
            name: "kernel",
            kernel: "fillFrom",
            args: [state.damping, state.damping.length, slot("damped")],
            flops: state.damping.length,
          }),
          call("factorize"),
          when(apply("eq", read("anchored"), number(1)), zeroed(state.information)),
          write("behind", read("seen")),
          write("old", number(0)),
        ]),
        write("stale", number(0)),
      ]);
    });
  }

  /** ½ factor² rᵀ δ ÷ (rows in memory) is what a row's density moves by; at most `clip`. */
  function clipped(): Body {
    const square = apply("mul", read("factor"), read("factor"));
    const moved = apply("div", apply("mul", square, read("decrement")), apply("mul", number(2), read("behind")));
    const least = apply("sqrt", apply("div", read("clip"), apply("max", moved, read("clip"))));
    return [write("factor", apply("mul", read("factor"), least))];
  }

  function adapted(): Body {
    const share = apply("div", apply("mul", read("factor"), rows), read("behind"));
    const model = apply("mul", share, apply("sub", number(1), apply("mul", number(0.5), share)));
    const promised = apply("mul", read("decrement"), apply("div", apply("mul", model, read("behind")), rows));
    const scaled = (factor: number): Body => [write("damp", apply("mul", number(factor), read("damp")))];
    return [
      ...zeroed(state.logLikelihood),
      call("evaluate"),
      write("reached", scalarOf(state.logLikelihood)),
      write("half", apply("div", apply("sub", read("reached"), read("value")), promised)),
      when(apply("lt", number(good), read("half")), scaled(1 / change)),
      when(apply("not", apply("le", number(poor), read("half"))), scaled(change)),
      write("damp", apply("max", number(leastDamping), read("damp"))),
    ];
  }
}

/** Writes `weigh`: the anchor's information as the share of it that the rows in memory are of all rows. */
export function weighWriter(context: StepContext, sink: ProcedureSink): void {
  const { state } = context.layout;
  const read = (slot: Slot): Scalar => ({ kind: "read", region: state.control, at: control[slot] });
  const share = apply("div", read("seen"), apply("max", read("total"), read("seen")));
  const body = sink.body((into) => {
    into.emit(routine({ name: "copy", target: state.information, source: state.incomingMemory }));
    into.emit({ kind: "assign", region: state.control, at: control.half, value: share });
    for (const { structure, block, step } of context.blocks)
      structure.scale(into, block, step.information, read("half"));
  });
  sink.emit(when(apply("eq", read("anchored"), number(1)), body));
}
