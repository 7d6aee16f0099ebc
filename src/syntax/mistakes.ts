// First pass over the tokens: spellings that the language does not have. Each is reported with what to write instead
// and replaced by that, so that the parser goes on as if it had been written.

import { foreign, itemWords, lex, makeToken, type Token, token } from "../../grammar/index.ts";
import { type Diagnostic, diagnose, type SourceFile, shorten } from "../diagnostics/index.ts";
import { dotHint } from "./explain-lines.ts";
import { is, spanOf } from "./words.ts";

/** Tokens without comments, all of them of the language; the comments apart. */
export interface Cleaned {
  readonly tokens: readonly Token[];
  readonly comments: readonly Token[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The number that was probably meant, or what to write in its place. */
function repairedNumber(text: string, inFlow: boolean): string {
  const radix = /^0[xXbBoO]/.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN;
  if (Number.isFinite(radix)) return String(radix);
  const unit = /^([0-9][0-9_]*(?:\.[0-9]+)?)([\p{L}].*)$/u.exec(text);
  if (unit !== null && !/^[eE][0-9]*$/.test(unit[2]))
    return inFlow ? `${unit[1]} ${unit[2]}` : `${unit[1]} * ${unit[2]}`;
  const plain = text
    .replace(/^\./, "0.")
    .replace(/_+(?![0-9])/g, "")
    .replace(/_+/g, "_")
    .replace(/\.(?![0-9])/g, ".0");
  return /^[0-9_]+(?:\.[0-9_]+)?(?:[eE][+-]?[0-9]+)?$/.test(plain) ? plain : "digits with at most one decimal point";
}

function characterName(text: string): string {
  const code = (text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(text) ? `\`${text}\`` : `The invisible character U+${code}`;
}

function unknownHint(text: string, before: Token | undefined, found: Token): string | undefined {
  if (text === "." && before !== undefined && before.end === found.startOffset) {
    return dotHint;
  }
  if (text === "'") return "`'` transposes and stands directly after a value; strings use double quotes.";
  if (text === "%") return "There is no remainder operator; a proportion is written as `0.05`.";
  if (text === "$") return "Columns are read by `data` lines and used by their names alone.";
  return undefined;
}

/** Replaces the spellings of other languages and drops comments. */
export function clean(source: SourceFile): Cleaned {
  const tokens: Token[] = [];
  const comments: Token[] = [];
  const diagnostics: Diagnostic[] = [];
  const all = lex(source.text);
  let inFlow = false;
  let lastUnknown = -1;

  const replace = (found: Token, text: string): void => {
    for (const part of lex(text)) tokens.push(makeToken(part.tokenType, part.image, found.startOffset, found.end));
  };

  for (const [place, found] of all.entries()) {
    const span = spanOf(source.path, found);
    const { image } = found;
    const last = tokens.at(-1);
    switch (found.tokenType.name) {
      case "Comment":
        comments.push(found);
        break;
      case "BlockComment":
      case "HashComment":
        diagnostics.push(
          diagnose("FF109", span, {
            found: image.slice(0, image.startsWith("#") ? 1 : 2),
            instead: "comments with `//`",
          }),
        );
        if (/[\r\n]/.test(image)) tokens.push(makeToken(token("Newline"), "\n", found.startOffset, found.end));
        break;
      case "BadNumber": {
        const instead = repairedNumber(image, inFlow);
        const quoted = instead.startsWith("digits") ? instead : `\`${shorten(instead, 60)}\``;
        const hint = itemWords.has(last?.image ?? "") ? "A name starts with a letter or `_`." : undefined;
        diagnostics.push(diagnose("FF113", span, { found: shorten(image, 60), instead: quoted }, hint));
        tokens.push(
          makeToken(token("NumberLiteral"), /^[0-9]+/.exec(instead)?.[0] ?? "0", found.startOffset, found.end),
        );
        break;
      }
      case "OpenString":
        diagnostics.push(diagnose("FF103", span, {}));
        tokens.push(makeToken(token("StringLiteral"), `${image}"`, found.startOffset, found.end));
        break;
      case "QuotedString": {
        const text = `"${image.slice(1, -1).replaceAll('"', '\\"')}"`;
        diagnostics.push(diagnose("FF104", span, { instead: `\`${shorten(text, 60)}\`` }));
        tokens.push(makeToken(token("StringLiteral"), text, found.startOffset, found.end));
        break;
      }
      case "Foreign":
        if (image === ";") {
          const ends = all[place + 1] === undefined || is(all[place + 1], "Newline") || is(all[place + 1], "Comment");
          const hint = ends ? "A line ends by itself: leave the `;` out." : "Start a new line instead.";
          diagnostics.push(diagnose("FF109", span, { found: ";", instead: "" }, hint));
          tokens.push(makeToken(token("Newline"), "\n", found.startOffset, found.end));
        } else {
          const instead = foreign.get(image) ?? "=";
          const target = image === "+=" && last?.image === "target" ? "`factor` and the term" : `\`${instead}\``;
          diagnostics.push(diagnose("FF109", span, { found: image, instead: target }));
          replace(found, instead);
        }
        break;
      case "Unknown":
        if (lastUnknown !== found.startOffset) {
          const hint = unknownHint(image, last, found);
          diagnostics.push(diagnose("FF102", span, { character: characterName(image) }, hint));
        }
        lastUnknown = found.end;
        break;
      default:
        if (is(found, "Flow")) inFlow = true;
        if (is(found, "RightBrace")) inFlow = false;
        tokens.push(found);
    }
  }
  return { tokens, comments, diagnostics };
}
