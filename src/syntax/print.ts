// Abstract tree to text: what a tree would look like had someone written it. Brackets only where precedence needs them.

import { isName, precedence } from "../../grammar/index.ts";
import { unreachable } from "../diagnostics/index.ts";
import type {
  Argument,
  Ast,
  BinaryOperator,
  DataSource,
  Expr,
  FlowAtom,
  IndexExpr,
  Item,
  Name,
  ParamItem,
  TypeExpr,
} from "./ast.ts";
import { format } from "./format.ts";

const signs: Readonly<Record<BinaryOperator, string>> = {
  or: "Or",
  and: "And",
  "<": "Less",
  "<=": "LessEqual",
  ">": "Greater",
  ">=": "GreaterEqual",
  "==": "EqualEqual",
  "!=": "NotEqual",
  "+": "Plus",
  "-": "Minus",
  "*": "Star",
  "/": "Slash",
  "@": "At",
  "^": "Caret",
};

const ranks: ReadonlyMap<string, number> = new Map(precedence.flatMap((row, rank) => row.map((name) => [name, rank])));
const comparison = ranks.get("Less") ?? 0;
const power = ranks.get("Caret") ?? 0;
const tightest = precedence.length;

function rankOf(expression: Expr): number {
  switch (expression.kind) {
    case "if":
      return -1;
    case "unary":
      return ranks.get(expression.op === "-" ? "Negate" : "Not") ?? 0;
    case "binary":
      return ranks.get(signs[expression.op]) ?? 0;
    default:
      return tightest;
  }
}

function atLeast(rank: number, expression: Expr): string {
  const text = printExpression(expression);
  return rankOf(expression) < rank ? `(${text})` : text;
}

function printArguments(args: readonly Argument[]): string {
  return args.map(({ label, value }) => (label === null ? "" : `${label.text}: `) + printExpression(value)).join(", ");
}

function printIndex(index: IndexExpr): string {
  if (index.kind === "at") return printExpression(index.value);
  return `${index.from === null ? "" : printExpression(index.from)}..${index.to === null ? "" : printExpression(index.to)}`;
}

/** The text of an expression. */
export function printExpression(expression: Expr): string {
  switch (expression.kind) {
    case "number":
      return expression.text;
    case "name":
      return expression.name;
    case "unary": {
      const operand = atLeast(rankOf(expression), expression.operand);
      return expression.op === "-" ? `-${operand}` : `not ${operand}`;
    }
    case "binary": {
      const rank = rankOf(expression);
      if (rank === power) {
        // An exponent may start with a minus, which reaches as far to the right as the exponent does.
        const negated = expression.right.kind === "unary" && expression.right.op === "-";
        const right = negated ? printExpression(expression.right) : atLeast(rank, expression.right);
        return `${atLeast(rank + 1, expression.left)}^${right}`;
      }
      const left = atLeast(rank === comparison ? rank + 1 : rank, expression.left);
      return `${left} ${expression.op} ${atLeast(rank + 1, expression.right)}`;
    }
    case "transpose":
      return `${atLeast(tightest, expression.operand)}'`;
    case "index":
      return `${atLeast(tightest, expression.target)}[${expression.indices.map(printIndex).join(", ")}]`;
    case "if": {
      const parts = [expression.condition, expression.then, expression.else].map((part) => atLeast(0, part));
      return `if ${parts[0]} then ${parts[1]} else ${parts[2]}`;
    }
    case "call":
      return `${expression.callee.text}(${printArguments(expression.args)})`;
    case "apply":
      return `${printExpression(expression.target)}(${printArguments(expression.args)})`;
    case "comprehension": {
      const { reducer, body, variable, from, to } = expression;
      const range = `${printExpression(from)}..${printExpression(to)}`;
      return `${reducer.text}(${printExpression(body)} for ${variable.text} in ${range})`;
    }
    case "array":
      return `[${expression.elements.map(printExpression).join(", ")}]`;
    default:
      return unreachable(expression);
  }
}

/** The text of a type. */
export function printType(type: TypeExpr): string {
  const { base, bounds, shape, optional } = type;
  const limits = bounds === null ? "" : ` in (${printExpression(bounds.lower)}, ${printExpression(bounds.upper)})`;
  const dimensions = shape.length === 0 ? "" : `[${shape.map(printExpression).join(", ")}]`;
  return `${base}${limits}${dimensions}${optional ? "?" : ""}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function column(name: Name): string {
  return isName(name.text) ? name.text : quoted(name.text);
}

function printSource(source: DataSource | null): string {
  if (source === null) return "";
  switch (source.kind) {
    case "column":
      return ` from ${quoted(source.name.text)}`;
    case "columns":
      return ` from [${source.names.map(column).join(", ")}]`;
    case "glob":
      return ` from ${quoted(source.pattern)}`;
    default:
      return unreachable(source);
  }
}

function printAtom(atom: FlowAtom): string {
  return atom.kind === "string" ? quoted(atom.text) : atom.text;
}

function names(list: readonly Name[]): string {
  return list.map((name) => name.text).join(", ");
}

function suffix(word: string, value: Expr | null): string {
  return value === null ? "" : ` ${word} ${printExpression(value)}`;
}

/** A value that is only called `sample` needs brackets, or it would be the word. */
function printStart({ init, sample }: ParamItem): string {
  if (sample !== null)
    return ` init sample${sample.distribution === null ? "" : ` ${printExpression(sample.distribution)}`}`;
  if (init?.kind === "name" && init.name === "sample") return " init (sample)";
  return suffix("init", init);
}

function block(head: string, lines: readonly string[]): string {
  return [`${head} {`, ...lines, "}"].join("\n");
}

function printContent(item: Item): string {
  switch (item.kind) {
    case "model":
      return `model ${item.name.text}`;
    case "use":
      return `use ${item.module ? item.target.text : quoted(item.target.text)}`;
    case "const":
    case "let":
    case "report":
      return `${item.kind} ${item.name.text} = ${printExpression(item.value)}`;
    case "data":
      return `data ${item.name.text} : ${printType(item.type)}${printSource(item.source)}${item.once ? " once" : ""}`;
    case "param": {
      const prior = item.prior === null ? "" : ` ~ ${printExpression(item.prior)}`;
      return `param ${item.name.text} : ${printType(item.type)}${prior}${printStart(item)}`;
    }
    case "state":
      return `state ${item.name.text} : ${printType(item.type)}${item.by === null ? "" : ` by ${item.by.text}`}`;
    case "likelihood": {
      const { truncated } = item;
      const range =
        truncated === null
          ? ""
          : ` truncated to (${printExpression(truncated.lower)}, ${printExpression(truncated.upper)})`;
      const head = `${printExpression(item.response)} ~ ${printExpression(item.distribution)}`;
      return `${head}${suffix("weight", item.weight)}${range}${suffix("observed if", item.observedIf)}${suffix("when", item.when)}`;
    }
    case "factor":
      return `factor ${printExpression(item.value)}`;
    case "fn": {
      const parameters = item.parameters.map(({ text }, k) => {
        const type = item.types[k] ?? null;
        return type === null ? text : `${text}: ${printType(type)}`;
      });
      return `fn ${item.name.text}(${parameters.join(", ")}) = ${printExpression(item.body)}`;
    }
    case "distribution": {
      const parameters = item.parameters.map(({ name, type }) => `${name.text}: ${printType(type)}`).join(", ");
      const members = item.members.map(({ name, parameters, value }) => {
        const between = parameters.length === 0 ? "" : `(${names(parameters)})`;
        return `${name.text}${between} = ${printExpression(value)}`;
      });
      return block(`distribution ${item.name.text}(${parameters}) on ${printType(item.support)}`, members);
    }
    case "layer":
      return block(`layer ${item.name.text}(${names(item.parameters)})`, item.items.map(printItem));
    case "flow": {
      const entries = item.entries.map(({ key, phrases }) => {
        const values = phrases.map((phrase) => phrase.map(printAtom).join(" ")).join(", ");
        return `${key.text} ${values}`;
      });
      return block("flow", entries);
    }
    default:
      return unreachable(item);
  }
}

function printItem(item: Item): string {
  const doc = item.doc === null ? [] : item.doc.split("\n").map((line) => `/// ${line}`.trimEnd());
  return [...doc, printContent(item)].join("\n");
}

/** The text of a tree in the one layout. */
export function print(ast: Ast): string {
  const text = ast.items.map((item) => `${printItem(item)}\n`).join("");
  return format({ path: ast.file, text }).text;
}
