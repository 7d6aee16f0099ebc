// Chevrotain's LL(k) lookahead, worked out for each choice of the grammar when the parser first comes to it: a model
// meets half of them, and working all of them out took a third of the time that the parser takes to start.

import { LLkLookaheadStrategy } from "chevrotain";

type Strategy = InstanceType<typeof LLkLookaheadStrategy>;
type Alternation = ReturnType<Strategy["buildLookaheadForAlternation"]>;
type Optional = ReturnType<Strategy["buildLookaheadForOptional"]>;

/** The same decisions as LLkLookaheadStrategy, made when they are needed. */
export class LazyLookahead extends LLkLookaheadStrategy {
  override buildLookaheadForAlternation(options: Parameters<Strategy["buildLookaheadForAlternation"]>[0]): Alternation {
    let made: Alternation | null = null;
    const make = (): Alternation => super.buildLookaheadForAlternation(options);
    return function (this: ThisParameterType<Alternation>, alternatives) {
      made ??= make();
      return made.call(this, alternatives);
    };
  }

  override buildLookaheadForOptional(options: Parameters<Strategy["buildLookaheadForOptional"]>[0]): Optional {
    let made: Optional | null = null;
    const make = (): Optional => super.buildLookaheadForOptional(options);
    return function (this: ThisParameterType<Optional>) {
      made ??= make();
      return made.call(this);
    };
  }
}
