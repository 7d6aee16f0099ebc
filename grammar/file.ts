// Productions of items with a block in braces, and of the whole file. This is the complete parser.
// A line lies between two layout tokens of its own, so that whatever is wrong in it, the parser goes on with the next;
// those of a block end otherwise than the item around them, so that the parser does not take the one for the other.

import type { IParserConfig, TokenType } from "chevrotain";
import { LikelihoodParser } from "./likelihoods.ts";
import { blockLineEnds, Identifier, LineStart, token, Word } from "./tokens.ts";

const Newline = token("Newline");

function endOf(block: string): TokenType {
  return blockLineEnds.get(block) ?? Newline;
}

const MemberEnd = endOf("distribution");
const LayerLineEnd = endOf("layer");
const EntryEnd = endOf("flow");
const RightBrace = token("RightBrace");

/** Blocks and files. */
export class FileParser extends LikelihoodParser {
  constructor(config: IParserConfig) {
    super(config);
    this.performSelfAnalysis();
  }

  distribution = this.RULE("distribution", () => {
    this.SUBRULE(this.distributionHead);
    this.SUBRULE(this.opening);
    this.SUBRULE(this.members);
    this.CONSUME(RightBrace);
  });

  distributionHead = this.RULE("distributionHead", () => {
    this.CONSUME(token("Distribution"));
    this.CONSUME(Identifier);
    this.CONSUME(token("LeftParen"));
    this.OPTION(() => this.SUBRULE(this.typedNames));
    this.CONSUME(token("RightParen"));
    this.CONSUME(token("On"));
    this.SUBRULE(this.type);
  });

  /** A rule of its own, so that words before a `{` that do not belong there are skipped up to the block's first line. */
  opening = this.RULE("opening", () => {
    this.CONSUME(token("LeftBrace"));
  });

  members = this.RULE("members", () => {
    this.MANY(() => this.SUBRULE(this.memberLine));
  });

  memberLine = this.RULE("memberLine", () => {
    this.CONSUME(LineStart);
    this.SUBRULE(this.member);
    this.CONSUME(MemberEnd);
  });

  member = this.RULE("member", () => {
    this.CONSUME(Identifier);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.CONSUME(token("Equal"));
    this.SUBRULE(this.expression);
  });

  layer = this.RULE("layer", () => {
    this.SUBRULE(this.layerHead);
    this.SUBRULE(this.opening);
    this.SUBRULE(this.layerLines);
    this.CONSUME(RightBrace);
  });

  layerLines = this.RULE("layerLines", () => {
    this.MANY(() => this.SUBRULE(this.layerLine));
  });

  layerLine = this.RULE("layerLine", () => {
    this.CONSUME(LineStart);
    this.SUBRULE(this.item);
    this.CONSUME(LayerLineEnd);
  });

  layerHead = this.RULE("layerHead", () => {
    this.CONSUME(token("Layer"));
    this.CONSUME(Identifier);
    this.SUBRULE(this.parameters);
  });

  flow = this.RULE("flow", () => {
    this.CONSUME(token("Flow"));
    this.SUBRULE(this.opening);
    this.SUBRULE(this.entries);
    this.CONSUME(RightBrace);
  });

  entries = this.RULE("entries", () => {
    this.MANY(() => this.SUBRULE(this.entryLine));
  });

  entryLine = this.RULE("entryLine", () => {
    this.CONSUME(LineStart);
    this.SUBRULE(this.entry);
    this.CONSUME(EntryEnd);
  });

  entry = this.RULE("entry", () => {
    this.CONSUME(Word);
    this.AT_LEAST_ONE_SEP({ SEP: token("Comma"), DEF: () => this.SUBRULE(this.phrase) });
  });

  phrase = this.RULE("phrase", () => {
    this.AT_LEAST_ONE(() => this.SUBRULE(this.flowAtom));
  });

  flowAtom = this.RULE("flowAtom", () => {
    this.OR([
      { ALT: () => this.CONSUME(Word) },
      { ALT: () => this.CONSUME(token("NumberLiteral")) },
      { ALT: () => this.CONSUME(token("StringLiteral")) },
      { ALT: () => this.CONSUME(token("Less")) },
    ]);
  });

  file = this.RULE("file", () => {
    this.SUBRULE(this.lines);
  });

  lines = this.RULE("lines", () => {
    this.MANY(() => this.SUBRULE(this.line));
  });

  line = this.RULE("line", () => {
    this.CONSUME(LineStart);
    this.SUBRULE(this.item);
    this.CONSUME(Newline);
  });

  item = this.RULE("item", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.model) },
      { ALT: () => this.SUBRULE(this.use) },
      { ALT: () => this.SUBRULE(this.constant) },
      { ALT: () => this.SUBRULE(this.data) },
      { ALT: () => this.SUBRULE(this.param) },
      { ALT: () => this.SUBRULE(this.state) },
      { ALT: () => this.SUBRULE(this.let) },
      { ALT: () => this.SUBRULE(this.factor) },
      { ALT: () => this.SUBRULE(this.function) },
      { ALT: () => this.SUBRULE(this.distribution) },
      { ALT: () => this.SUBRULE(this.layer) },
      { ALT: () => this.SUBRULE(this.report) },
      { ALT: () => this.SUBRULE(this.flow) },
      { ALT: () => this.SUBRULE(this.likelihood) },
    ]);
  });
}
