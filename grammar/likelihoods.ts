// Productions of what makes the data probable: `response ~ Distribution(…)` with its suffixes, and `factor`.

import { DeclarationParser } from "./declarations.ts";
import { token } from "./tokens.ts";

/** Likelihoods and factors. */
export class LikelihoodParser extends DeclarationParser {
  likelihood = this.RULE("likelihood", () => {
    this.SUBRULE(this.expression);
    this.CONSUME(token("Tilde"));
    this.SUBRULE(this.distributed);
    this.SUBRULE(this.qualifiers);
  });

  qualifiers = this.RULE("qualifiers", () => {
    this.MANY(() => this.SUBRULE(this.qualifier));
  });

  qualifier = this.RULE("qualifier", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(token("Weight"));
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(token("Truncated"));
          this.CONSUME(token("To"));
          this.SUBRULE(this.interval);
        },
      },
      {
        ALT: () => {
          this.CONSUME(token("Observed"));
          this.CONSUME(token("If"));
          this.SUBRULE2(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(token("When"));
          this.SUBRULE3(this.expression);
        },
      },
    ]);
  });

  factor = this.RULE("factor", () => {
    this.CONSUME(token("Factor"));
    this.SUBRULE(this.expression);
  });
}
