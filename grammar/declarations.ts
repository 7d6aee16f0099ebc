// Productions of what a model is made of: constants, data, unknowns, definitions and reports.

import { tokenMatcher } from "chevrotain";
import { Identifier, lineEnds, token } from "./tokens.ts";
import { TypeParser } from "./types.ts";

const Equal = token("Equal");
const Colon = token("Colon");
const Tilde = token("Tilde");
const StringLiteral = token("StringLiteral");

/** Declarations that fit on a line. */
export class DeclarationParser extends TypeParser {
  model = this.RULE("model", () => {
    this.CONSUME(token("Model"));
    this.CONSUME(Identifier);
  });

  use = this.RULE("use", () => {
    this.CONSUME(token("Use"));
    this.OR([{ ALT: () => this.CONSUME(StringLiteral) }, { ALT: () => this.CONSUME(Identifier) }]);
  });

  constant = this.RULE("constant", () => {
    this.CONSUME(token("Const"));
    this.SUBRULE(this.definition);
  });

  let = this.RULE("let", () => {
    this.CONSUME(token("Let"));
    this.SUBRULE(this.definition);
  });

  report = this.RULE("report", () => {
    this.CONSUME(token("Report"));
    this.SUBRULE(this.definition);
  });

  definition = this.RULE("definition", () => {
    this.CONSUME(Identifier);
    this.CONSUME(Equal);
    this.SUBRULE(this.expression);
  });

  data = this.RULE("data", () => {
    this.CONSUME(token("Data"));
    this.CONSUME(Identifier);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.MANY(() => this.OR([{ ALT: () => this.SUBRULE(this.source) }, { ALT: () => this.CONSUME(token("Once")) }]));
  });

  source = this.RULE("source", () => {
    this.CONSUME(token("From"));
    this.OR([
      { ALT: () => this.CONSUME(StringLiteral) },
      {
        ALT: () => {
          this.CONSUME(token("LeftBracket"));
          this.SUBRULE(this.columns);
          this.CONSUME(token("RightBracket"));
        },
      },
    ]);
  });

  columns = this.RULE("columns", () => {
    this.AT_LEAST_ONE_SEP({ SEP: token("Comma"), DEF: () => this.SUBRULE(this.column) });
  });

  column = this.RULE("column", () => {
    this.OR([{ ALT: () => this.CONSUME(Identifier) }, { ALT: () => this.CONSUME(StringLiteral) }]);
  });

  param = this.RULE("param", () => {
    this.CONSUME(token("Param"));
    this.CONSUME(Identifier);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(Tilde);
      this.SUBRULE(this.distributed);
    });
    this.OPTION2(() => {
      this.CONSUME(token("Init"));
      this.SUBRULE(this.start);
    });
  });

  /** `sample` is a word only where a family or nothing follows; elsewhere it is a name like any other. */
  start = this.RULE("start", () => {
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          GATE: () => lineEnds.has(this.LA(2).tokenType.name) || tokenMatcher(this.LA(2), Identifier),
          ALT: () => {
            this.CONSUME(token("Sample"));
            this.OPTION(() => this.SUBRULE(this.distributed));
          },
        },
        { ALT: () => this.SUBRULE(this.expression) },
      ],
    });
  });

  state = this.RULE("state", () => {
    this.CONSUME(token("State"));
    this.CONSUME(Identifier);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(token("By"));
      this.CONSUME2(Identifier);
    });
  });

  /** What stands after `~`: a family with its arguments. */
  distributed = this.RULE("distributed", () => {
    this.CONSUME(Identifier);
    this.SUBRULE(this.callArguments);
  });

  function = this.RULE("function", () => {
    this.CONSUME(token("Fn"));
    this.CONSUME(Identifier);
    this.SUBRULE(this.functionParameters);
    this.CONSUME(Equal);
    this.SUBRULE(this.expression);
  });

  functionParameters = this.RULE("functionParameters", () => {
    this.CONSUME(token("LeftParen"));
    this.OPTION(() => this.AT_LEAST_ONE_SEP({ SEP: token("Comma"), DEF: () => this.SUBRULE(this.functionParameter) }));
    this.CONSUME(token("RightParen"));
  });

  functionParameter = this.RULE("functionParameter", () => {
    this.CONSUME(Identifier);
    this.OPTION(() => {
      this.CONSUME(Colon);
      this.SUBRULE(this.type);
    });
  });

  parameters = this.RULE("parameters", () => {
    this.CONSUME(token("LeftParen"));
    this.OPTION(() => this.SUBRULE(this.names));
    this.CONSUME(token("RightParen"));
  });
}
