// Productions of expressions. Operators and operands are read as one flat list: the precedence table sorts them out
// afterwards, which keeps the parser fast and its stack shallow. A repetition is always the last thing of its rule,
// so that recovery from an error never recurses.

import { CstParser, type IParserConfig } from "chevrotain";
import { BinaryOperator, Identifier, PrefixOperator, token, vocabulary } from "./tokens.ts";

const LeftParen = token("LeftParen");
const RightParen = token("RightParen");
const LeftBracket = token("LeftBracket");
const RightBracket = token("RightBracket");
const Comma = token("Comma");
const Colon = token("Colon");
const Range = token("Range");

/** Expressions, calls, indices and comprehensions. */
export class ExpressionParser extends CstParser {
  constructor(config: IParserConfig) {
    super([...vocabulary], config);
  }

  expression = this.RULE("expression", () => {
    this.SUBRULE(this.operand);
    this.SUBRULE(this.operations);
  });

  operations = this.RULE("operations", () => {
    this.MANY(() => {
      this.CONSUME(BinaryOperator);
      this.SUBRULE(this.operand);
    });
  });

  operand = this.RULE("operand", () => {
    this.SUBRULE(this.prefixes);
    this.OR([{ ALT: () => this.SUBRULE(this.conditional) }, { ALT: () => this.SUBRULE(this.postfix) }]);
  });

  prefixes = this.RULE("prefixes", () => {
    this.MANY(() => this.CONSUME(PrefixOperator));
  });

  conditional = this.RULE("conditional", () => {
    this.CONSUME(token("If"));
    this.SUBRULE(this.expression, { LABEL: "condition" });
    this.CONSUME(token("Then"));
    this.SUBRULE2(this.expression, { LABEL: "consequent" });
    this.CONSUME(token("Else"));
    this.SUBRULE3(this.expression, { LABEL: "alternative" });
  });

  postfix = this.RULE("postfix", () => {
    this.SUBRULE(this.atom);
    this.MANY(() => this.SUBRULE(this.suffix));
  });

  suffix = this.RULE("suffix", () => {
    this.OR([
      { ALT: () => this.CONSUME(token("Transpose")) },
      {
        ALT: () => {
          this.CONSUME(LeftBracket);
          this.SUBRULE(this.indices);
          this.CONSUME(RightBracket);
        },
      },
      { ALT: () => this.SUBRULE(this.callArguments) },
    ]);
  });

  callArguments = this.RULE("callArguments", () => {
    this.CONSUME(LeftParen);
    this.OPTION(() => this.SUBRULE(this.argumentList));
    this.CONSUME(RightParen);
  });

  argumentList = this.RULE("argumentList", () => {
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.argument) });
  });

  argument = this.RULE("argument", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Identifier);
          this.CONSUME(Colon);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.SUBRULE2(this.expression);
          this.OPTION(() => this.SUBRULE(this.generator));
        },
      },
    ]);
  });

  generator = this.RULE("generator", () => {
    this.CONSUME(token("For"));
    this.CONSUME(Identifier);
    this.CONSUME(token("In"));
    this.SUBRULE(this.expression, { LABEL: "from" });
    this.CONSUME(Range);
    this.SUBRULE2(this.expression, { LABEL: "to" });
  });

  indices = this.RULE("indices", () => {
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.index) });
  });

  index = this.RULE("index", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Range);
          this.OPTION(() => this.SUBRULE(this.expression, { LABEL: "to" }));
        },
      },
      {
        ALT: () => {
          this.SUBRULE2(this.expression, { LABEL: "from" });
          this.OPTION2(() => {
            this.CONSUME2(Range);
            this.OPTION3(() => this.SUBRULE3(this.expression, { LABEL: "to" }));
          });
        },
      },
    ]);
  });

  atom = this.RULE("atom", () => {
    this.OR([
      { ALT: () => this.CONSUME(token("NumberLiteral")) },
      { ALT: () => this.CONSUME(Identifier) },
      { ALT: () => this.CONSUME(token("Path")) },
      {
        ALT: () => {
          this.CONSUME(LeftParen);
          this.SUBRULE(this.expression);
          this.CONSUME(RightParen);
        },
      },
      {
        ALT: () => {
          this.CONSUME(LeftBracket);
          this.SUBRULE(this.elements);
          this.CONSUME(RightBracket);
        },
      },
    ]);
  });

  elements = this.RULE("elements", () => {
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => this.SUBRULE(this.expression) });
  });

  // Brackets are balanced before parsing and every mistake ends at its line, so guessing single tokens only misleads.
  override canTokenTypeBeInsertedInRecovery(): boolean {
    return false;
  }

  override canTokenTypeBeDeletedInRecovery(): boolean {
    return false;
  }
}
