import { describe, expect, it } from "vitest";
import { format } from "../../src/syntax/index.ts";

function laidOut(text: string): string {
  const first = format({ path: "test.ffm", text }).text;
  expect(format({ path: "test.ffm", text: first }).text).toBe(first);
  return first;
}

function becomes(title: string, text: string, expected: string): void {
  it(title, () => expect(laidOut(text)).toBe(expected));
}

describe("columns", () => {
  becomes(
    "of declarations that stand together",
    `param base:real~Normal( 3,2 )
param slope : real ~ Normal(0, 1) init 2
param spread : positive
/// One per level.
param effect: real[hour]    ~ Normal(0,spread)   // a random effect
data x:real[ p ]from"x*"

param lonely : real`,
    `param base   : real       ~ Normal(3, 2)
param slope  : real       ~ Normal(0, 1) init 2
param spread : positive
/// One per level.
param effect : real[hour] ~ Normal(0, spread)  // a random effect
data x : real[p] from "x*"

param lonely : real
`,
  );
  becomes("of definitions", "let a=1\nlet long=2\nconst K=3", "let a    = 1\nlet long = 2\nconst K = 3\n");
  becomes(
    "of blocks",
    "distribution D( a:real,b : real in (0,1) )on count{ logpdf(y)=a\nmean=b }\nflow{ batch 3\n  budget   2 MB,5 us per row\n}",
    `distribution D(a: real, b: real in (0, 1)) on count {
  logpdf(y) = a
  mean      = b
}
flow {
  batch  3
  budget 2 MB, 5 us per row
}
`,
  );
  becomes(
    "of comments of a paragraph",
    "let a = 1 // one\nlet bcd = 2 // two\n\nlet e = 1// three\ny ~ Normal(0, 1) //four",
    "let a   = 1  // one\nlet bcd = 2  // two\n\nlet e = 1         // three\ny ~ Normal(0, 1)  //four\n",
  );
  becomes("of names of any width", "let größe = 1\nlet 変 = 2", "let größe = 1\nlet 変    = 2\n");
});

describe("spaces", () => {
  becomes("around operators", "let a=b+c*-d^ - 2<e  or not  g", "let a = b + c * -d^-2 < e or not g\n");
  becomes(
    "in calls and indices",
    "let a=f ( b,sd :c ) [ 1 .. K,.. ]' @L( 3 ) ( x )",
    "let a = f(b, sd: c)[1..K, ..]' @ L(3)(x)\n",
  );
  becomes(
    "before brackets that follow a word",
    "y~D( 1 )truncated to( 0,1 )weight(w)when(a)",
    "y ~ D(1) truncated to (0, 1) weight (w) when (a)\n",
  );
  becomes(
    "of contextual words used as names",
    "let a=weight ( 1 )-when [2]- -to",
    "let a = weight(1) - when[2] - -to\n",
  );
  becomes(
    "of minus after a word",
    "param a:real init- 1\nfactor - x\nlet b=if - c then - d else - e",
    "param a : real init -1\nfactor -x\nlet b = if -c then -d else -e\n",
  );
});

describe("lines", () => {
  becomes("at most one blank", "\n\nmodel a\n\n\n\ndata x : real\n\n\n", "model a\n\ndata x : real\n");
  becomes(
    "no blank at the ends of a block",
    "flow {\n\n  batch 3\n\n\n  seed 1\n\n}",
    "flow {\n  batch 3\n\n  seed 1\n}\n",
  );
  becomes(
    "that go on are indented",
    "let a = f(\nb,\n[1,\n2]\n)\nlet c = d +\ne\nlet g = if h\nthen i\nelse j",
    `let a = f(
  b,
  [1,
   2]
)
let c = d +
  e
let g = if h
  then i
  else j
`,
  );
  becomes(
    "that go on inside a bracket stand under its first word",
    "distribution D(a: real) on real {\nfisher=[[a,0],\n[0,\na]]\nlogpdf(y) = f(a,\n// why\ny)\n}",
    `distribution D(a: real) on real {
  fisher    = [[a, 0],
               [0,
                a]]
  logpdf(y) = f(a,
                // why
                y)
}
`,
  );
  becomes(
    "of nested blocks",
    "layer L(n)\n{ // why\nparam w:real[n]\nfn f(x)=(\nx)\n}",
    "layer L(n) {  // why\n  param w : real[n]\n  fn f(x) = (\n    x)\n}\n",
  );
  becomes(
    "with carriage returns and a byte-order mark",
    "\uFEFFmodel a\r\n\r\nlet b = 1\r\n",
    "model a\n\nlet b = 1\n",
  );
});

describe("comments", () => {
  becomes(
    "all survive",
    `// top
//! FF301
flow // a
// b
{ // c
// d
batch 3 // e
// f
} // g
let x = ( // h
// i
1 // j
) // k
// end`,
    `// top
//! FF301
flow {  // a
  // b
  // c
  // d
  batch 3  // e
  // f
}          // g
let x = (  // h
  // i
  1        // j
)          // k
// end
`,
  );
});

it("leaves a text with errors alone and says why", () => {
  const text = "let a   =   \nlet b=1";
  const result = format({ path: "test.ffm", text });
  expect(result.text).toBe(text);
  expect(result.diagnostics.map((found) => found.code)).toEqual(["FF101"]);
});

it("lays the sample out as it is written", () => {
  const sample = `/// Hourly bike rentals: a level per hour, shrunk to a common mean.
model bikes

data hour  : category  // levels are learnt from the data, in order of first appearance
data temp  : real      // a column of the same name; °C
data rides : count

param base   : real       ~ Normal(3, 2)
param slope  : real       ~ Normal(0, 1)
param spread : positive   ~ HalfNormal(1)
param effect : real[hour] ~ Normal(0, spread)  // one per level: a random effect

let eta = base + slope * standardize(temp) + effect[hour]
rides ~ Poisson(log: eta)

report per_degree = exp(slope) - 1  // derived quantity, with its standard error

flow {
  structure auto
  budget    2 MB, 5 us per row
  forget    half_life 10_000 rows
}
`;
  expect(laidOut(sample)).toBe(sample);
});
