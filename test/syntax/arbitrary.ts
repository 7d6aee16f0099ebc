// Random trees, as a parser could have read them, and random texts that are almost programs.

import fc from "fast-check";
import type { Argument, Ast, CallExpr, Expr, IndexExpr, Item, Name, TypeExpr } from "../../src/syntax/index.ts";

const nowhere = { file: "test.ffm", start: 0, end: 0 };

const words = [
  "a",
  "b",
  "x1",
  "_y",
  "größe",
  "α",
  "weight",
  "from",
  "once",
  "init",
  "sample",
  "when",
  "to",
  "on",
  "by",
  "log",
  "Z",
];
const name: fc.Arbitrary<Name> = fc.constantFrom(...words).map((text) => ({ text, span: nowhere }));

const number: fc.Arbitrary<Expr> = fc
  .constantFrom("1", "2", "0.5", "1e-3", "10_000", "2.5E+10")
  .map((text) => ({ kind: "number", text, value: Number(text.replaceAll("_", "")), span: nowhere }));

const reference: fc.Arbitrary<Expr> = name.map(({ text }) => ({ kind: "name", name: text, span: nowhere }));

const trees = fc.letrec<{ expression: Expr; call: CallExpr; args: readonly Argument[]; index: IndexExpr }>((tie) => {
  const expression = tie("expression");
  return {
    args: fc
      .tuple(fc.array(expression, { maxLength: 2 }), fc.array(fc.tuple(name, expression), { maxLength: 2 }))
      .map(([positional, named]) => [
        ...positional.map((value) => ({ label: null, value })),
        ...named.map(([label, value]) => ({ label, value })),
      ]),
    call: fc.record({
      kind: fc.constant("call" as const),
      callee: name,
      args: tie("args"),
      span: fc.constant(nowhere),
    }),
    index: fc.oneof(
      expression.map((value): IndexExpr => ({ kind: "at", value })),
      fc
        .tuple(fc.option(expression), fc.option(expression))
        .map(([from, to]): IndexExpr => ({ kind: "range", from, to, span: nowhere })),
    ),
    expression: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      number,
      reference,
      fc
        .tuple(fc.constantFrom("-" as const, "not" as const), expression)
        .map(([op, operand]): Expr => ({ kind: "unary", op, operand, span: nowhere })),
      fc
        .tuple(
          fc.constantFrom("+", "-", "*", "/", "^", "@", "<", "<=", ">", ">=", "==", "!=", "and", "or" as const),
          expression,
          expression,
        )
        .map(([op, left, right]) => ({ kind: "binary", op, left, right, opSpan: nowhere, span: nowhere }) as Expr),
      expression.map((operand): Expr => ({ kind: "transpose", operand, span: nowhere })),
      fc
        .tuple(expression, fc.array(tie("index"), { minLength: 1, maxLength: 2 }))
        .map(([target, indices]): Expr => ({ kind: "index", target, indices, span: nowhere })),
      fc
        .tuple(expression, expression, expression)
        // biome-ignore lint/suspicious/noThenProperty: the word of the language.
        .map(([condition, yes, no]): Expr => ({ kind: "if", condition, then: yes, else: no, span: nowhere })),
      tie("call"),
      fc
        .tuple(tie("call"), tie("args"))
        .map(([target, args]): Expr => ({ kind: "apply", target, args, span: nowhere })),
      fc.tuple(name, expression, name, expression, expression).map(
        ([reducer, body, variable, from, to]): Expr => ({
          kind: "comprehension",
          reducer,
          body,
          variable,
          from,
          to,
          span: nowhere,
        }),
      ),
      fc
        .array(expression, { minLength: 1, maxLength: 3 })
        .map((elements): Expr => ({ kind: "array", elements, span: nowhere })),
    ),
  };
});

export const expression = trees.expression;

const type: fc.Arbitrary<TypeExpr> = fc.record({
  base: fc.constantFrom("real", "positive", "unit", "int", "count", "binary", "category", "simplex", "cov"),
  bounds: fc.option(fc.record({ lower: expression, upper: expression })),
  shape: fc.array(expression, { maxLength: 2 }),
  optional: fc.boolean(),
  span: fc.constant(nowhere),
});

const text = fc.string({ unit: fc.constantFrom(..."ab \\\"'é/?[("), maxLength: 8 });
const quoted: fc.Arbitrary<Name> = text.map((value) => ({ text: value, span: nowhere }));
const doc = fc.option(
  fc
    .array(fc.constantFrom("", "words", "  more // words", "/"), { minLength: 1, maxLength: 3 })
    .map((lines) => lines.join("\n")),
);
const head = { span: fc.constant(nowhere), doc };

function kind<const K extends string>(value: K): fc.Arbitrary<K> {
  return fc.constant(value);
}

const definition = { name, value: expression, ...head };
const start = fc.oneof(
  fc.constant({ init: null, sample: null }),
  expression.map((init) => ({ init, sample: null })),
  fc.option(trees.call).map((distribution) => ({ init: null, sample: { distribution, span: nowhere } })),
);
const param = fc
  .tuple(fc.record({ kind: kind("param"), name, type, prior: fc.option(trees.call), ...head }), start)
  .map(([declared, starts]) => ({ ...declared, ...starts }));
const letItem = fc.record({ kind: kind("let"), ...definition });
const fn = fc
  .tuple(
    fc.record({ kind: kind("fn"), name, body: expression, ...head }),
    fc.array(fc.tuple(name, fc.option(type)), { maxLength: 3 }),
  )
  .map(([item, typed]) => ({
    ...item,
    parameters: typed.map(([parameter]) => parameter),
    types: typed.map(([, written]) => written),
  }));
const likelihood = fc.record({
  kind: kind("likelihood"),
  response: expression,
  distribution: trees.call,
  weight: fc.option(expression),
  truncated: fc.option(fc.record({ lower: expression, upper: expression, span: fc.constant(nowhere) })),
  observedIf: fc.option(expression),
  when: fc.option(expression),
  ...head,
});

const word = fc.constantFrom(...words, "data", "if", "then", "and", "flow", "param");
const atom = fc.oneof(
  word.map((value) => ({ kind: "word" as const, text: value, value: null, span: nowhere })),
  fc.constantFrom("2", "10_000", "0.5").map((value) => ({
    kind: "number" as const,
    text: value,
    value: Number(value.replaceAll("_", "")),
    span: nowhere,
  })),
  text.map((value) => ({ kind: "string" as const, text: value, value: null, span: nowhere })),
);
const entry = fc.record({
  key: word.map((value) => ({ text: value, span: nowhere })),
  phrases: fc.array(fc.array(atom, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  span: fc.constant(nowhere),
});
const unique = { selector: (value: { key: Name }) => value.key.text, maxLength: 4 };

const item: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ kind: kind("model"), name, ...head }),
  fc.record({ kind: kind("use"), target: name, module: fc.constant(true), ...head }),
  fc.record({ kind: kind("use"), target: quoted, module: fc.constant(false), ...head }),
  fc.record({ kind: kind("const"), ...definition }),
  fc.record({
    kind: kind("data"),
    name,
    type,
    source: fc.option(
      fc.oneof(
        fc.record({ kind: kind("column"), name: quoted }),
        fc.record({
          kind: kind("columns"),
          names: fc.array(fc.oneof(name, quoted), { minLength: 1, maxLength: 3 }),
          span: fc.constant(nowhere),
        }),
        fc.record({ kind: kind("glob"), pattern: text.map((value) => `${value}*`), span: fc.constant(nowhere) }),
      ),
    ),
    once: fc.boolean(),
    ...head,
  }),
  param,
  fc.record({ kind: kind("state"), name, type, by: fc.option(name), ...head }),
  letItem,
  likelihood,
  fc.record({ kind: kind("factor"), value: expression, ...head }),
  fn,
  fc.record({
    kind: kind("distribution"),
    name,
    parameters: fc.array(fc.record({ name, type }), { maxLength: 3 }),
    support: type,
    members: fc.uniqueArray(
      fc.record({
        name,
        parameters: fc.array(name, { maxLength: 2 }),
        value: expression,
        span: fc.constant(nowhere),
      }),
      { selector: (member) => member.name.text, maxLength: 3 },
    ),
    ...head,
  }),
  fc.record({
    kind: kind("layer"),
    name,
    parameters: fc.array(name, { maxLength: 2 }),
    items: fc.array(fc.oneof(param, letItem, fn, likelihood), { maxLength: 3 }),
    ...head,
  }),
  fc.record({ kind: kind("report"), ...definition }),
  fc.record({ kind: kind("flow"), entries: fc.uniqueArray(entry, unique), ...head }),
);

export const ast: fc.Arbitrary<Ast> = fc.record({
  kind: kind("ast"),
  file: fc.constant("test.ffm"),
  items: fc.array(item, { maxLength: 6 }),
});

export const program = `/// Hourly bike rentals: a level per hour.
model bikes

data hour  : category                    // levels
data temp  : real in (-40, 60)?          // °C
data x     : real[p] from "x*"
data rides : count from [a, b, "odd name"] once
const K = 3
param effect : real[hour] ~ Normal(0, sd: 1) init 0.5
param W : real[256, p] ~ Normal(0, 1) init sample Normal(0, sqrt(2 / p))
state level : real by hour
let   eta = base + slope * standardize(temp) + effect[hour] - x[1..K, ..]' @ [1, 2.5e-3]^-2
let big = if temp > 0 and not a == b
  then sum(x[k] for k in 1..K)
  else L(32)(x)
rides ~ Poisson(log: eta) weight w truncated to (0, K - 1) observed if c when d
factor -eta^2
fn f(x: real[m], y) = x +
  y
use "lib.ffm"

distribution Poisson(rate: positive) on count {
  logpdf(y) = y * log(rate) - rate - lgamma(y + 1)   // density
  fisher    = 1 / rate
}
layer L(n) {
  param w : real[n]
  fn apply(x) = x @ w
}
report per_degree = exp(slope) - 1
flow {
  structure auto
  budget    2 MB, 5 us per row
}
`;

const pieces =
  `model use const data param state let factor fn distribution layer report flow if then else or and not for in
  from once init weight truncated observed when to on by + - * / ^ @ ' = == != < <= > >= ~ : , .. ? ( ) [ ] { }
  real count category x y Normal constructor valueOf __proto__ 1 0.5 10_000 1e-3 "s" // /// ** && ; # $ . 'q' 1. .5 2x “q” \u0000 é 😀 \uD800`
    .split(/\s+/)
    .concat(["\n", "\n", "\n", " ", "\t", "\r\n", "/* c */", '"open', "\uFEFF"]);

/** Tokens in any order. */
export const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((list) => list.join(" "));

/** A program with some of its text taken out, doubled or replaced. */
export const mutated = fc
  .array(
    fc.record({
      at: fc.nat(program.length),
      length: fc.oneof(fc.nat(3), fc.nat(60)),
      by: fc.oneof(fc.constant(""), fc.constantFrom(...pieces)),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) =>
    edits.reduce((value, { at, length, by }) => value.slice(0, at) + by + value.slice(at + length), program),
  );
