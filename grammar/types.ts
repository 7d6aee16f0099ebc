// Productions of types: `real`, `positive[K]`, `real in (0, 1)`, `real[256, 784]`, `real?`.

import { ExpressionParser } from "./expressions.ts";
import { Identifier, token } from "./tokens.ts";

/** Types, shapes and names with types. */
export class TypeParser extends ExpressionParser {
  type = this.RULE("type", () => {
    this.CONSUME(Identifier);
    this.OPTION(() => this.SUBRULE(this.bounds));
    this.OPTION2(() => this.SUBRULE(this.shape));
    this.OPTION3(() => this.CONSUME(token("Question")));
  });

  bounds = this.RULE("bounds", () => {
    this.CONSUME(token("In"));
    this.SUBRULE(this.interval);
  });

  /** `(lower, upper)`: of a bounded type and of a truncation. */
  interval = this.RULE("interval", () => {
    this.CONSUME(token("LeftParen"));
    this.SUBRULE(this.expression, { LABEL: "lower" });
    this.CONSUME(token("Comma"));
    this.SUBRULE2(this.expression, { LABEL: "upper" });
    this.CONSUME(token("RightParen"));
  });

  shape = this.RULE("shape", () => {
    this.CONSUME(token("LeftBracket"));
    this.SUBRULE(this.elements);
    this.CONSUME(token("RightBracket"));
  });

  typedNames = this.RULE("typedNames", () => {
    this.AT_LEAST_ONE_SEP({ SEP: token("Comma"), DEF: () => this.SUBRULE(this.typedName) });
  });

  typedName = this.RULE("typedName", () => {
    this.CONSUME(Identifier);
    this.CONSUME(token("Colon"));
    this.SUBRULE(this.type);
  });

  names = this.RULE("names", () => {
    this.AT_LEAST_ONE_SEP({ SEP: token("Comma"), DEF: () => this.CONSUME(Identifier) });
  });
}
