// The one table of everything the project may say to its user about a model, its data or its numbers.
// FF1xx syntax · FF2xx names · FF3xx types and shapes · FF4xx models · FF5xx data · FF6xx numerics.
// `text` and `hint` hold `{placeholders}`; `diagnose` wants a value for each, checked by the type-checker.
// `explanation` becomes the page docs/errors/README.md (npm run generate:grammars). Rows are sorted by code.

export type Severity = "error" | "warning" | "info";

/** A row of the table. */
export interface CodeEntry {
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  readonly hint?: string;
  readonly explanation: string;
}

/** Every diagnostic there is, by code. */
export const codes = {
  // ---------------------------------------------------------------- syntax
  FF101: {
    severity: "error",
    title: "Unexpected text",
    text: "I expected {expected} here, but found {found}.",
    explanation:
      "The text does not follow the grammar at this place. The message says what would have been understood.",
  },
  FF102: {
    severity: "error",
    title: "Unknown character",
    text: "{character} has no meaning in a model.",
    explanation: "A character outside strings and comments that the language does not use.",
  },
  FF103: {
    severity: "error",
    title: "String without end",
    text: "This string has no closing quote.",
    hint: 'A string starts and ends with `"` and stays on one line.',
    explanation: 'A string must be closed by `"` on the line it starts on.',
  },
  FF104: {
    severity: "error",
    title: "Other quotes",
    text: "A string stands between straight double quotes.",
    hint: "Write {instead}.",
    explanation: "Strings use `\"` only; `'` is the transpose of matrices, and typographic quotes mean nothing.",
  },
  FF105: {
    severity: "error",
    title: "Bracket never closed",
    text: "This `{bracket}` is never closed.",
    hint: "Add the matching `{closing}`.",
    explanation: "Every `(`, `[` and `{` needs its partner. The place shown is the bracket that was opened.",
  },
  FF106: {
    severity: "error",
    title: "Bracket never opened",
    text: "This `{bracket}` closes nothing.",
    explanation:
      "A closing bracket without a matching opening one; often one `)` too many, or `]` where `)` was meant.",
  },
  FF107: {
    severity: "error",
    title: "Nested too deep",
    text: "This is nested more than {limit} levels deep.",
    hint: "Name the inner parts with `let` lines and use the names.",
    explanation:
      "Brackets, prefixes, or a chain of operators go deeper than the compiler follows. Name parts with `let`.",
  },
  FF108: {
    severity: "error",
    title: "`=` and `~` confused",
    text: "`=` defines a value and `~` gives a distribution; this line needs `{expected}`.",
    explanation:
      "`let` and `const` lines define with `=`. Priors and likelihoods are written with `~`: `param a : real ~ Normal(0, 1)`, `y ~ Poisson(log: eta)`.",
  },
  FF109: {
    severity: "error",
    title: "Operator of another language",
    text: "`{found}` is not part of the language.",
    hint: "Write {instead}.",
    explanation:
      "A spelling from another language: powers are `^`, logic is `and`, `or`, `not`, definitions `=`, comments `//`, and lines need no semicolons.",
  },
  FF110: {
    severity: "error",
    title: "Chained comparison",
    text: "Comparisons can't be chained: `a {first} b {second} c` has no single meaning.",
    hint: "Compare twice: `a {first} b and b {second} c`.",
    explanation: "Write two comparisons and join them with `and`.",
  },
  FF111: {
    severity: "error",
    title: "Line starts with an operator",
    text: "A line can't start with `{operator}`: the expression above it had already ended.",
    hint: "Move `{operator}` to the end of the previous line, or put the whole expression in brackets.",
    explanation: "A line ends an item unless a bracket is open or the line ends with an operator.",
  },
  FF112: {
    severity: "error",
    title: "Reserved word as a name",
    text: "`{word}` is a word of the language, so it can't be a name.",
    hint: "Choose another name, such as `{word}_`.",
    explanation:
      'Words like `data`, `state`, `if` or `in` can\'t name things. A column of that name can still be read: `data state_ : category from "state"`.',
  },
  FF113: {
    severity: "error",
    title: "Badly written number",
    text: "`{found}` is not a number as the language writes them.",
    hint: "Write {instead}.",
    explanation:
      "Numbers look like `3`, `0.5`, `1e-3` or `10_000`: a digit on both sides of the point, `_` only between digits.",
  },
  FF114: {
    severity: "error",
    title: "Not the start of a line",
    text: "No line of a model starts with {found}.",
    hint: "Lines start with model, use, const, data, param, state, let, factor, fn, distribution, layer, report or flow, or are a likelihood: `y ~ Normal(mean, sd)`.",
    explanation:
      "Every line of a model is an item: a declaration that starts with its word, or a likelihood `response ~ Distribution(...)`.",
  },
  FF115: {
    severity: "error",
    title: "Indices start at 1",
    text: "Indices start at 1, so there is no position 0.",
    explanation:
      "The first element is `x[1]` and the first three are `x[1..3]`. Only a state has a value before the first: `level[0] ~ Normal(0, 1)`.",
  },
  FF116: {
    severity: "error",
    title: "Positional argument after a named one",
    text: "A positional argument can't follow a named one.",
    hint: "Name this argument too, or move it before the named ones.",
    explanation: "In a call, arguments without a name come first: `Normal(0, sd: 1)`.",
  },
  FF117: {
    severity: "error",
    title: "Given twice",
    text: "`{what}` is given twice.",
    hint: "Keep one of them.",
    explanation: "A part of a line, such as `weight` or `init`, or a key of a block may be written once.",
  },
  FF118: {
    severity: "error",
    title: "`=` inside an expression",
    text: "`=` defines a name and can't stand inside an expression.",
    hint: "Write `==` to compare two values, or `name: value` to name an argument.",
    explanation: "Comparison is `==`; a named argument is written with a colon, `Normal(mean: m, sd: s)`.",
  },
  FF119: {
    severity: "error",
    title: "Type missing",
    text: "`{name}` needs a type.",
    hint: "Write `{example}`, with one of real, positive, unit, int, count, binary, category, …",
    explanation: "`data`, `param` and `state` lines name the kind of value: `param slope : real ~ Normal(0, 1)`.",
  },
  FF120: {
    severity: "error",
    title: "Two items on one line",
    text: "I expected the end of the line here, but found {found}.",
    hint: "Start a new line for a new item.",
    explanation: "An item ends with its line; nothing may follow it there but a comment.",
  },
  FF121: {
    severity: "warning",
    title: "Documentation of nothing",
    text: "This `///` comment documents nothing: no item follows it.",
    hint: "Put it directly above an item, or write `//`.",
    explanation: "`///` comments belong to the item below them; other comments start with `//`.",
  },
  FF122: {
    severity: "error",
    title: "Not a type",
    text: "`{name}` is not a type.",
    hint: "Types are real, positive, unit, int, count, binary, category, simplex, ordered, unit_vector, corr_cholesky and cov.",
    explanation:
      "The types are `real`, `positive`, `unit`, `real in (a, b)`, `int`, `count`, `binary`, `category`, `simplex[K]`, `ordered[K]`, `unit_vector[K]`, `corr_cholesky[K]` and `cov[K]`.",
  },
  FF123: {
    severity: "error",
    title: "A distribution belongs here",
    text: "After `~` comes a distribution with its arguments in brackets, but I found {found}.",
    hint: "For example `~ Normal(0, 1)`.",
    explanation:
      "The right of `~` is a family from the library or one written with `distribution`, called with its arguments.",
  },
  FF124: {
    severity: "error",
    title: "Only a name can be called",
    text: "Brackets after this would call it, but only functions, distributions and layers can be called.",
    hint: "Multiplication needs its `*`.",
    explanation: "`2(x)` and `(a + b)(c)` are not products: write `2 * x` and `(a + b) * c`.",
  },
  FF125: {
    severity: "error",
    title: "Braces in the wrong place",
    text: "A block in braces belongs to `distribution`, `layer` and `flow` only.",
    hint: "Write each declaration on its own line, such as `data x : real`.",
    explanation: "A model is a list of lines in any order; there are no blocks around data, parameters or statements.",
  },

  // ---------------------------------------------------------------- names
  FF201: {
    severity: "error",
    title: "Unknown name",
    text: "`{name}` is not defined.",
    explanation:
      "The name is neither a `const`, `data`, `param`, `state` nor `let` of this model. Lines may come in any order.",
  },
  FF202: {
    severity: "error",
    title: "Unknown function",
    text: "There is no function called `{name}`.",
    explanation:
      "Functions are those of the language and those written with `fn`. A name followed by `(` is a function.",
  },
  FF203: {
    severity: "error",
    title: "Unknown distribution",
    text: "There is no distribution called `{name}`.",
    explanation: "Distributions are those of the standard library and those written with `distribution`.",
  },
  FF204: {
    severity: "error",
    title: "Defined twice",
    text: "`{name}` is defined twice.",
    hint: "Rename one of them.",
    explanation: "Every value and every function of a model has one definition.",
  },
  FF205: {
    severity: "warning",
    title: "Hides a standard name",
    text: "`{name}` hides the standard {what} of the same name.",
    explanation: "A user's definition goes before the library's; the library's is no longer reachable in this model.",
  },
  FF206: {
    severity: "error",
    title: "Circular definition",
    text: "`{name}` is defined in terms of itself: {path}.",
    explanation:
      "A chain of definitions comes back to its start. Dependence on the previous row is written with `state`.",
  },
  FF207: {
    severity: "error",
    title: "Unknown module",
    text: "There is no standard module called `{name}`.",
    explanation: '`use name` reads a standard module; another file is `use "file.ffm"`.',
  },
  FF208: {
    severity: "error",
    title: "Unknown flow key",
    text: "`{key}` is not a setting of `flow`.",
    explanation: "The keys of `flow` are the command-line flags of the same names.",
  },
  FF209: {
    severity: "error",
    title: "Unknown argument",
    text: "`{callee}` has no argument called `{name}`.",
    explanation: "A named argument must be one of those that the function or distribution declares.",
  },
  FF210: {
    severity: "error",
    title: "No matching form",
    text: "`{callee}` can't be called with {given}.",
    hint: "It is written {forms}.",
    explanation:
      "A distribution may have several forms, chosen by the names and number of their arguments; none fits this call.",
  },
  FF211: {
    severity: "error",
    title: "Wrong number of arguments",
    text: "`{callee}` takes {expected}, but {found} are given.",
    explanation: "The function is called with more or fewer arguments than it declares.",
  },
  FF212: {
    severity: "error",
    title: "Value used as a function",
    text: "`{name}` is a {what}, not a function.",
    explanation: "Only functions, layers and distributions are followed by `(`. Multiplication needs its `*`.",
  },
  FF213: {
    severity: "error",
    title: "Function used as a value",
    text: "`{name}` is a {what}; here a value is needed.",
    hint: "Call it: `{name}(…)`.",
    explanation: "A function or distribution is not itself a number; call it with its arguments.",
  },
  FF214: {
    severity: "error",
    title: "File not found",
    text: "I can't read `{file}`: {reason}.",
    explanation: "`use` names a file relative to the one it is written in.",
  },
  FF215: {
    severity: "error",
    title: "Files use each other",
    text: "`{file}` uses itself: {path}.",
    explanation: "Files that are read with `use` must not lead back to themselves.",
  },
  FF216: {
    severity: "error",
    title: "Layer outside a `let`",
    text: "`{layer}` has parameters, which are named after the `let` it stands in, and here there is none.",
    hint: "Write `let h = {layer}(…)(…)` as a line of its own, and `h` here.",
    explanation:
      "An instance of a layer has parameters of its own. `let h = L(8)(x)` names them `h.W`, `h.b`; in a function, which is expanded in many places, they would have no name.",
  },
  FF217: {
    severity: "error",
    title: "Unknown layer",
    text: "There is no layer called `{name}`.",
    explanation:
      "`L(…)(…)` uses a layer: one of the model's own (`layer L(…) { … }`) or one of a standard module, such as those of `use nn`.",
  },

  // ---------------------------------------------------------------- types and shapes
  FF301: {
    severity: "error",
    title: "Wrong type",
    text: "This should be {expected}, but it is {found}.",
    explanation: "A value of one type stands where another is needed.",
  },
  FF302: {
    severity: "error",
    title: "Shapes do not fit",
    text: "`{operator}` can't combine shapes {left} and {right}.",
    explanation: "Elementwise operations need equal shapes, or shapes of which one is the trailing part of the other.",
  },
  FF303: {
    severity: "error",
    title: "Contraction does not fit",
    text: "`@` can't contract {left} with {right}: the inner dimensions differ.",
    hint: "`'` transposes a matrix: `x' @ y`.",
    explanation: "`a @ b` sums over the last dimension of `a` and the first of `b`, which must be equal.",
  },
  FF304: {
    severity: "error",
    title: "Index out of range",
    text: "Position {index} is outside 1..{size}.",
    explanation: "Indices go from 1 to the size of the dimension.",
  },
  FF305: {
    severity: "error",
    title: "Argument outside its range",
    text: "`{argument}` of `{distribution}` must be {expected}, but this is {found}.",
    explanation:
      "A rate or a standard deviation must be positive, a probability between 0 and 1. Give a linear predictor by its link: `Poisson(log: eta)`, `Bernoulli(logit: eta)`.",
  },
  FF306: {
    severity: "error",
    title: "Distribution for other data",
    text: "`{distribution}` describes {expected} values, but the response is {found}.",
    explanation: "The type of the response and the support of the distribution must agree.",
  },
  FF307: {
    severity: "error",
    title: "Wrong number of indices",
    text: "This has {expected}, but {found} are given.",
    explanation: "There are more indices between the brackets than the value has dimensions.",
  },
  FF308: {
    severity: "error",
    title: "Constant needed",
    text: "{what} must be known before any data are read.",
    hint: "Use a number, a `const`, or a dimension that the data give.",
    explanation: "Shapes and bounds can't depend on parameters or rows.",
  },
  FF309: {
    severity: "error",
    title: "Calculation with a category",
    text: "`{name}` is a category; its levels are names, not numbers.",
    hint: "Index by it, `effect[{name}]`, or use `one_hot({name})`.",
    explanation: "Levels have no order and no size. A parameter per level is `param effect : real[name]`.",
  },
  FF310: {
    severity: "error",
    title: "Unknown dimension",
    text: "I can't tell the size of dimension `{name}`.",
    explanation: "A dimension is a number, a `const`, a category, or a name that some `data` line introduces.",
  },
  FF311: {
    severity: "error",
    title: "Not a scalar",
    text: "{what} must be a single value, but this has shape {found}.",
    explanation: "An array stands where one number is needed; `sum`, `mean` or an index make one of it.",
  },
  FF312: {
    severity: "error",
    title: "Indexed by another category",
    text: "This dimension ({dimension}) can't be indexed by `{category}`, which has its own levels ({levels}).",
    hint: "Declare it with one value a level: `real[{category}]`.",
    explanation:
      "A category indexes dimensions that are declared by it, `param effect : real[hour]`, so that every level has its own element.",
  },
  FF313: {
    severity: "error",
    title: "Not an array",
    text: "`{callee}` works on the elements of an array, but this is a single value.",
    hint: "It does not run over rows; `standardize(x)` uses the mean over rows.",
    explanation:
      "`sum`, `mean`, `max` and their kind fold the elements of an array. A column of the data is one value a row, not an array.",
  },

  // ---------------------------------------------------------------- models
  FF401: {
    severity: "error",
    title: "No likelihood",
    text: "The model never says how the data arise.",
    hint: "Add a line such as `y ~ Normal(mean, sd)`.",
    explanation: "Without a likelihood there is nothing to learn from.",
  },
  FF402: {
    severity: "warning",
    title: "Parameter without data",
    text: "No likelihood depends on `{name}`, so the data can't say anything about it.",
    explanation: "The parameter keeps its prior. Use it in a likelihood, or remove it.",
  },
  FF403: {
    severity: "warning",
    title: "Flat prior on a scale",
    text: "`{name}` is a scale with a flat prior.",
    hint: "For example `~ HalfNormal(1)`.",
    explanation: "A flat prior on a scale may leave the posterior without a finite mean; a weak prior costs nothing.",
  },
  FF404: {
    severity: "warning",
    title: "Not identified",
    text: "The likelihood can't tell {names} apart.",
    explanation: "Different values of these parameters give the same likelihood; only their priors separate them.",
  },
  FF405: {
    severity: "error",
    title: "Not built yet",
    text: "{feature} can be written, but this version can't run it yet.",
    explanation: "The construct belongs to the language; this version of the compiler does not carry it out.",
  },
  FF406: {
    severity: "error",
    title: "Prior that depends on parameters",
    text: "The prior of `{name}` depends on `{other}`, which is itself unknown.",
    hint: "For now the arguments of a prior must be numbers or constants.",
    explanation: "Hierarchical priors belong to the language; this version of the compiler does not carry them out.",
  },
  FF407: {
    severity: "error",
    title: "Prior outside the type",
    text: "`{name}` is {type}, but its prior `{distribution}` is on {support}.",
    explanation: "A prior must live on the values its parameter can take.",
  },
  FF408: {
    severity: "info",
    title: "No closed-form Fisher information",
    text: "`{distribution}` has no `fisher`, so {instead}.",
    hint: "Add a line `fisher = …` to the distribution.",
    explanation:
      "Without `fisher` the expected information is summed over the responses that a row could have had, where there is a rule for that: a single response that is binary, or a count, a real or a positive number of a distribution with lines `mean` and `variance`. Else the information is estimated from the scores of the rows themselves.",
  },
  FF409: {
    severity: "error",
    title: "Response is not data",
    text: "The left of `~` must be observed data, but `{name}` is a {what}.",
    explanation: "A likelihood is a statement about observed data. A parameter's prior is written on its `param` line.",
  },
  FF410: {
    severity: "error",
    title: "Bad flow value",
    text: "`{value}` is no value for `{key}`.",
    hint: "It may be {expected}.",
    explanation: "The settings of `flow` take the values of the command-line flags of the same names.",
  },
  FF411: {
    severity: "error",
    title: "Parameter that is not continuous",
    text: "`{name}` is {type}, but an unknown must be a real number or an array of them.",
    hint: "Whole numbers and levels can only be data.",
    explanation:
      "Parameters are estimated by derivatives, so they are real, positive, unit, in an interval, ordered or a simplex.",
  },
  FF412: {
    severity: "error",
    title: "Starting value outside the type",
    text: "The starting value of `{name}` does not lie inside `{type}`.",
    explanation: "`init` must be a value that the parameter can take, not on the edge of its range.",
  },
  FF413: {
    severity: "error",
    title: "Not possible here",
    text: "{what} {why}, which is not possible here.",
    explanation:
      "A weight, a condition and what `standardize` learns come from the data alone; the arguments of a prior are the same for all rows.",
  },
  FF414: {
    severity: "error",
    title: "Missing values where none may be",
    text: "`{name}` may be missing (`?`), so it can only be the left side of `~`.",
    hint: "Declare it without `?`; rows that miss it are then an error that names them.",
    explanation:
      "A row whose response is missing skips that statement. A missing predictor, weight or term has no such meaning.",
  },
  FF415: {
    severity: "error",
    title: "Distribution without density",
    text: "`{name}` has no line `logpdf(y) = …`.",
    explanation: "The log density of a response is the one line that every distribution needs.",
  },
  FF416: {
    severity: "error",
    title: "Fisher information of another shape",
    text: "`fisher` must be {form}, for {size} argument(s).",
    hint: "Entries without a closed form are written `unknown`.",
    explanation:
      "The Fisher information has a row and a column for each argument, in their order. `diag([a, b])` leaves out the zeros.",
  },
  FF417: {
    severity: "warning",
    title: "Unused line of a distribution",
    text: "`{name}` is neither a line with a meaning nor used by another.",
    explanation:
      "The lines with a meaning are logpdf, fisher, mean, variance, mode, cdf, quantile, sample and natural; others name parts of them.",
  },
  FF418: {
    severity: "error",
    title: "Unknown constant to set",
    text: "There is no `const {name}` to set.",
    explanation: "`--set name=value` replaces the value of a `const` line of the model.",
  },
  FF419: {
    severity: "error",
    title: "Response is the same for all rows",
    text: "`{name}` is one value for all rows, but its distribution varies by row.",
    hint: "Read it as a column (without `once`), or take the rows out of the arguments.",
    explanation:
      "A likelihood counts once a row if its response has a value a row, and once in all if it has one value.",
  },
  FF420: {
    severity: "error",
    title: "Over budget",
    text: "Over the budget of {budget}: {structure} for {size} coordinates in {batches} takes {needs}.",
    explanation: "Nothing was allocated. Raise the budget, or ask for a structure that keeps less.",
  },
  FF421: {
    severity: "error",
    title: "Size not known",
    text: "The size of `{name}` is learnt from data, and none were given.",
    hint: "Add `--data FILE`.",
    explanation:
      "A plan and everything behind it are made for known sizes: the number of columns or of levels comes from the data.",
  },
  FF422: {
    severity: "error",
    title: "Model too large",
    text: "The functions of this model expand to more than {limit} different calls.",
    hint: "Name values that are used often with `let`, or write loops over arrays.",
    explanation: "Functions are expanded in place; functions that call others several times multiply.",
  },
  FF423: {
    severity: "error",
    title: "Unknown parameter in a setting",
    text: "`{name}` is no parameter of this model.",
    explanation:
      "The names behind `for` in `structure` are parameters, or instances of a layer for all parameters of that.",
  },
  FF424: {
    severity: "error",
    title: "Line that a layer can't hold",
    text: "{what} can't stand in a layer.",
    hint: "A layer holds `param`, `let` and one `fn`.",
    explanation: "A layer is parameters and a function of them; data and likelihoods are the model's own.",
  },
  FF425: {
    severity: "error",
    title: "Layer without its function",
    text: "`{name}` has {count} `fn` lines; a layer has one.",
    hint: "What `L(…)(x)` computes is the layer's `fn f(x) = …`; other functions stand outside.",
    explanation: "The second pair of brackets of `L(…)(x)` calls the layer's function.",
  },
  FF426: {
    severity: "error",
    title: "Nothing to draw from",
    text: "The start of `{name}` is to be drawn, but from no distribution.",
    hint: "Give it a prior, or say what to draw from: `init sample Normal(0, 0.1)`.",
    explanation: "`init sample` draws from the prior, `init sample D(…)` from another distribution.",
  },
  FF427: {
    severity: "error",
    title: "Structure that no parameter has",
    text: "`structure {structure}` needs {needs}; {names} {found}.",
    hint: "`structure auto` chooses what fits; `ffm plan` shows what could be had.",
    explanation:
      "An arrow needs parameters indexed by a category of which each row touches one level; a Kronecker product needs matrices that enter as `W @ a`.",
  },
  FF428: {
    severity: "error",
    title: "Structure that can't keep this information",
    text: "`structure {structure}` keeps sums of squares, and {what} need not be one.",
    hint: "Use `information expected` (the default), or a structure such as `full` or `diagonal`.",
    explanation:
      "Observed information, and the curvature of priors that tie parameters together, may be indefinite; square-root, Kronecker, low-rank and scalar forms hold only what is positive.",
  },
  // families, held against quadrature
  FF430: {
    severity: "error",
    title: "Density does not integrate to 1",
    text: "The density of {name} integrates to {found} instead of 1, at {at}.",
    hint: "A normalising term is missing in `logpdf`, or one is wrong.",
    explanation:
      "`ffm verify` sums or integrates the density over its support. A wrong constant gives wrong evidence and predictions, a wrong term in an argument gives wrong estimates.",
  },
  FF431: {
    severity: "error",
    title: "Score whose mean is not 0",
    text: "The derivative of `logpdf` of {name} in {argument} has the mean {found} instead of 0, at {at}.",
    hint: "The density must integrate to 1 at all values of its arguments.",
    explanation:
      "Where a density integrates to 1 for all arguments, and its support does not depend on them, the mean of its score is 0.",
  },
  FF432: {
    severity: "error",
    title: "Wrong Fisher information",
    text: "`fisher` of {name}{entry} is stated as {stated}, but the variance of the score is {found}, at {at}.",
    hint: "Leave the line out, or write `unknown` for an entry, where there is no closed form.",
    explanation:
      "The Fisher information is the covariance of the score, the derivatives of `logpdf` in the arguments. A wrong one gives wrong standard errors and slow or failing fits.",
  },
  FF433: {
    severity: "error",
    title: "Wrong mean",
    text: "`mean` of {name} is stated as {stated}, but it is {found}, at {at}.",
    explanation: "`ffm verify` sums or integrates the response under the density.",
  },
  FF434: {
    severity: "error",
    title: "Wrong variance",
    text: "`variance` of {name} is stated as {stated}, but it is {found}, at {at}.",
    explanation: "`ffm verify` sums or integrates the squared distance from the mean under the density.",
  },
  FF435: {
    severity: "error",
    title: "Wrong cdf",
    text: "`{line}` of {name} is stated as {stated}, but the probability up to there is {found}, at {at}.",
    explanation: "The cdf of a response is the sum or integral of the density up to it, the response included.",
  },
  FF436: {
    severity: "error",
    title: "Wrong quantile",
    text: "`{line}` of {name} is stated as {stated}, but {finding}, at {at}.",
    hint: "`cdf(quantile(p))` must be p; on whole numbers the quantile is the first whose cdf reaches p.",
    explanation: "The quantile undoes the cdf.",
  },
  FF437: {
    severity: "error",
    title: "Wrong mode",
    text: "`mode` of {name} is stated as {stated}, but the density is larger at {found}, at {at}.",
    explanation: "The mode is where the density is largest.",
  },
  FF438: {
    severity: "error",
    title: "Not a number",
    text: "`{line}` of {name} is not a number at {at}.",
    hint: "Look for the logarithm or root of something negative, 0 / 0, or ∞ - ∞.",
    explanation: "A line of a distribution must have a value wherever its arguments and response have their types.",
  },
  FF439: {
    severity: "warning",
    title: "Not verified",
    text: "`{line}` of {name} could not be verified: {reason}.",
    explanation:
      "The line may be right, but at none of the arguments tried could it be held against the density in double precision.",
  },
  FF441: {
    severity: "error",
    title: "Dynamics that can't be had",
    text: "{dynamics} can't be had with {what}: {reason}.",
    hint: "docs/dynamics.md has a table of what goes with what.",
    explanation:
      "How a stream forgets, drifts or watches for changes acts on the information that it keeps. Not every structure can carry every one of these, and some of them say the same thing twice. Structures that were left to the planner are chosen so that they can.",
  },
  FF442: {
    severity: "error",
    title: "Not a column of times",
    text: "`{name}` can't tell the time of a row: {reason}.",
    hint: "`by` wants a column with one number of seconds, date or time a row.",
    explanation: "Forgetting by time reads the time of each row from a column, which need not be data of the model.",
  },
  FF443: {
    severity: "error",
    title: "No prior to begin with",
    text: "The priors alone say nothing about {names}.",
    hint: "Give every parameter a prior, or leave `initial` out: the first rows are then fitted together.",
    explanation:
      "With `initial prior` a stream starts from the maximum of its priors, without first rows that are fitted together.",
  },
  FF444: {
    severity: "warning",
    title: "Setting of a stream in a fit",
    text: "`{name}` changes nothing in a fit: only a stream acts on it.",
    hint: "Leave it out, or run the model with `--mode stream` (`ffm stream`).",
    explanation:
      "A fit searches for the maximum over all rows: it has no rate and forgets nothing. What a model's own `flow` says for its streams is no mistake, and is passed over without a word.",
  },

  // ---------------------------------------------------------------- data
  FF461: {
    severity: "error",
    title: "Models of different things",
    text: "`{first}` gives the {own}, `{other}` the {theirs}: their likelihoods can't be compared.",
    hint: "Write both for the same column as it is, with the same weight: the density of log y is not that of y.",
    explanation:
      "Evidence, likelihood and information criteria say how well a model foretold the responses. Of different responses, or of the same one measured otherwise (its logarithm, a probability of a count against a density of a number), they are numbers of different kinds.",
  },
  FF501: {
    severity: "error",
    title: "Column missing",
    text: "The data have no column `{column}`.",
    explanation: 'A `data` line reads the column of its own name; another is named with `from "column"`.',
  },
  FF502: {
    severity: "error",
    title: "Not a number",
    text: "Row {row}, column `{column}`: {value} is not a number.",
    explanation: "A numeric column holds text. Read it as `category`, or correct the data.",
  },
  FF503: {
    severity: "error",
    title: "Missing value",
    text: "Row {row}, column `{column}`: the value is missing.",
    hint: "Declare the column with `?`, as in `real?`, to skip such rows.",
    explanation: "Missing values are allowed only where the type says so.",
  },
  FF504: {
    severity: "error",
    title: "Unknown level",
    text: "Row {row}, column `{column}`: level {value} was not there when the levels were learnt.",
    hint: "`--new-level add` or `--new-level prior` accept new levels.",
    explanation:
      "A category's levels are learnt before the first update and then fixed, unless `--new-level` says otherwise.",
  },
  FF505: {
    severity: "error",
    title: "Value outside its type",
    text: "Row {row}, column `{column}`: {value} is not {expected}.",
    explanation: "The value contradicts the declared type: a count is 0, 1, 2, …, a binary value 0 or 1, and so on.",
  },
  FF506: {
    severity: "error",
    title: "No rows",
    text: "The data have no rows.",
    explanation: "There is nothing to learn from.",
  },
  FF507: {
    severity: "error",
    title: "Data can't be read",
    text: "I can't read `{file}`: {reason}.",
    explanation: "The file is missing, can't be opened, or is not in a format that is understood.",
  },
  FF508: {
    severity: "error",
    title: "Lengths differ",
    text: "Column `{column}` has {found} values, but the others have {expected}.",
    explanation: "All per-row columns have one value a row; a value that is not per row is declared with `once`.",
  },
  FF509: {
    severity: "error",
    title: "No column fits",
    text: "No column of the data fits `{pattern}`.",
    explanation: "A pattern such as `x*` must match at least one numeric column that nothing else uses.",
  },
  FF510: {
    severity: "error",
    title: "Column name used twice",
    text: "{file} has two columns called `{column}`.",
    hint: "Rename one of them in the first line of the data.",
    explanation: "Columns are read by name, so every column needs a name of its own.",
  },
  FF511: {
    severity: "error",
    title: "Broken line in the data",
    text: "{file}, {place}: {reason}.",
    explanation:
      "A line of the data file breaks the rules of its format: too many or too few values, a quote that never ends, bytes that are not UTF-8, broken JSON. Nothing after such a line can be trusted, so reading stops.",
  },
  FF512: {
    severity: "error",
    title: "More bad values",
    text: "{count} more bad values in rows {first} to {last}.",
    explanation: "Only the first few bad values of a batch of rows are listed one by one.",
  },
  FF513: {
    severity: "error",
    title: "Not one value a row",
    text: "`{column}` has {found}, but there are {rows} rows.",
    hint: "Add `once` to `data {name}` if it is not per row.",
    explanation:
      "A JSON object of arrays holds per-row columns, all of one length, and values for all rows together. The latter are read with `once`.",
  },
  FF514: {
    severity: "error",
    title: "Several values a row",
    text: "`{column}` has {width} values a row, but `{name}` takes one.",
    hint: "Declare it as a vector: `data {name} : real[{width}]`.",
    explanation: "A column of arrays gives every row a vector, so the `data` line needs a shape.",
  },
  FF515: {
    severity: "error",
    title: "Changes from row to row",
    text: "`{column}` is read `once`, but row {row} has {value} where the first has {first}.",
    hint: "Remove `once` from `data {name}` to read it per row.",
    explanation: "A `once` value may come from a column only if that column has the same value in every row.",
  },
  FF516: {
    severity: "error",
    title: "Value outside its type",
    text: "`{name}`{place}: {value} is not {expected}.",
    explanation: "A `once` value contradicts its declared type.",
  },
  FF517: {
    severity: "error",
    title: "Not rows",
    text: "I can't read these rows: {reason}.",
    hint: "Give an array of objects, or an object whose values are arrays of one length.",
    explanation: "Data from a program are `[{ x: 1, y: 2 }, …]` or `{ x: [1, 3], y: Float64Array.of(2, 4) }`.",
  },
  FF518: {
    severity: "error",
    title: "Query failed",
    text: "The query failed: {reason}.",
    hint: "`sql:` takes one SELECT of DuckDB's SQL; a file is a table: `sql:SELECT * FROM 'data.csv'`.",
    explanation: "The SQL after `sql:` is run by the embedded DuckDB, which refused it with this reason.",
  },
  FF519: {
    severity: "error",
    title: "Nothing to standardize",
    text: "`{feature}` has no spread over {rows} rows, so it can't be standardized.",
    hint: "Leave the constant column out, or use it as it is.",
    explanation:
      "`standardize` divides by the standard deviation, which is zero for a constant column and undefined for a single row.",
  },
  FF520: {
    severity: "error",
    title: "Too few positions",
    text: "`{name}` has {size} positions in these data, but the model names position {least}.",
    explanation: "An index such as `effect[3]` needs at least that many levels or columns.",
  },
  FF521: {
    severity: "error",
    title: "Size differs",
    text: "`{name}` is declared with {wanted} values, but the data have {found}.",
    explanation:
      "A declared size must be the one of the data; a name in its place (`real[p]`) takes whatever the data have.",
  },
  FF522: {
    severity: "error",
    title: "Too many levels",
    text: "`{name}` is declared with {declared} levels, but the data have {found}: {levels}.",
    hint: "Write `category` to learn the number of levels from the data.",
    explanation: "`category[K]` says how many levels there are; the data show more.",
  },
  FF529: {
    severity: "error",
    title: "No `once` values",
    text: "`{name}` is read `once`, but rows that come one by one carry no such value.",
    hint: "Use `fit` or `stream` on an object of arrays and numbers, or make it a `const`.",
    explanation: "A `once` value stands beside the columns in a JSON object; a running flow takes rows only.",
  },
  FF531: {
    severity: "error",
    title: "Not a usable state",
    text: "`{file}` is no state that can be used: {reason}.",
    explanation:
      "A state file is written by `--save`. One that was cut short, altered or written by a newer version is refused, so that nothing is computed from it.",
  },
  FF532: {
    severity: "error",
    title: "State of another model",
    text: "The state belongs to another model: {reason}.",
    hint: "Go on with the model that the state was saved from (`ffm show` names it).",
    explanation: "A state only makes sense for the model, sizes and levels that it was saved from.",
  },
  FF533: {
    severity: "error",
    title: "Not a usable artefact",
    text: "`{file}` is no artefact that can be run: {reason}.",
    hint: "Make it again with `ffm compile --to wasm`.",
    explanation:
      "An artefact is checked before anything of it runs: its checksum, the types of its exports, that it imports nothing and starts nothing by itself, and that the places of its layout lie in a memory of their size.",
  },
  FF535: {
    severity: "error",
    title: "Not usable rates",
    text: "`{file}` holds no rates for the planner: {reason}.",
    hint: "Make them with `ffm plan --calibrate FILE`.",
    explanation:
      "Rates are the seconds that an operation of each kind takes on one target, as `ffm plan --calibrate` measures them.",
  },
  FF536: {
    severity: "error",
    title: "Rows that were seen before",
    text: "About {rows} rows of `{file}` are in the state already.",
    hint: "Leave them out, or say `--again` if they are to count twice.",
    explanation:
      "A state keeps fingerprints of stretches of the rows that it saw. Rows that are learnt from twice count twice, and standard errors would be too small. Rows of the same file are passed over by themselves; these came under another name, or in a file that has changed.",
  },
  FF537: {
    severity: "error",
    title: "New levels that can't be taken up",
    text: "A level that was not there before can't be taken up: {reason}.",
    hint: "Start with all levels, or leave such rows out with `--new-level prior`.",
    explanation:
      "With `--new-level add` a flow goes on with one more of everything that a category has one of for each level. That makes sense where levels are told apart by nothing but which row has which, and where the structure that keeps the information can grow.",
  },
  FF541: {
    severity: "error",
    title: "States that can't be merged",
    text: "`{file}` can't be merged with the others: {reason}.",
    explanation:
      "States add where they are of one model with the same constants, features and settings, over different rows. Levels may differ where each row touches its own alone; structures may differ where one of them, or a dense one, can hold what the others know.",
  },
  FF542: {
    severity: "error",
    title: "The same rows twice",
    text: "`{first}` and `{second}` seem to hold the same rows: about {rows} of them, {share} of the smaller state's.",
    hint: "Leave one of them out, or say `--allow-overlap` if rows may count twice.",
    explanation:
      "States keep fingerprints of stretches of the rows that they saw. Rows that are in two of them would count twice, and standard errors would be too small.",
  },
  FF543: {
    severity: "error",
    title: "No robust merge",
    text: "A merge that stands {count} bad parts can't be had: {reason}.",
    explanation:
      "`--robust f` compares the parts with a geometric median of them, which holds as long as fewer than half of the parts are bad, and needs informations that have an inverse.",
  },

  FF551: {
    severity: "error",
    title: "Nothing to predict",
    text: "This model says nothing about rows that could be foretold: {reason}.",
    explanation: "Predictions are of responses: lines such as `y ~ Normal(…)` over data. A `factor` has no response.",
  },
  FF552: {
    severity: "error",
    title: "Row without a prediction",
    text: "Row {row}: {what}.",
    hint: "Correct the row, or leave such rows out with `--on-bad-row skip`.",
    explanation:
      "What the distribution of the row is made of is not a finite number, or the response that was observed is one that the model holds to be impossible.",
  },
  FF553: {
    severity: "error",
    title: "New level without a prior",
    text: "I can't make up a new level of `{category}`: {reason}.",
    hint: "Give its parameters a prior such as `~ Normal(0, 1)`, or leave rows with new levels out with `--on-bad-row skip --new-level error`.",
    explanation:
      "With `--new-level prior` the parameters of a level that was not there before are known by their prior alone; that needs a prior with a curvature of its own in each level, and a model that does not sum over levels.",
  },
  FF554: {
    severity: "error",
    title: "Rows of unknown information",
    text: "I can't tell beforehand what rows would teach: {reason}.",
    explanation:
      "A design weighs candidate rows by the expected information of their responses. Where that has no closed form, or a statement is a `factor`, it is only known once the response is.",
  },
  // ---------------------------------------------------------------- numerics
  FF561: {
    severity: "error",
    title: "Different rows",
    text: "`{first}` can use {own} rows and `{other}` {theirs}: they would be compared on different rows.",
    hint: 'Leave out what either can\'t use, for instance by `--data "sql:SELECT … WHERE x IS NOT NULL"`.',
    explanation:
      "Evidence, likelihood and information criteria add up over rows: they can only be compared over the same ones.",
  },
  FF562: {
    severity: "error",
    title: "Rows that can be read once only",
    text: "{source} can be read once only, and a fit of each model needs the rows again.",
    hint: "Compare the models by streams (`--mode stream`), or put the rows into a file.",
    explanation: "A comparison by fits goes over the rows for every model.",
  },
  FF601: {
    severity: "warning",
    title: "Not converged",
    text: "{what} did not converge in {passes} passes.",
    explanation:
      "The estimates were still moving when the passes ran out. Give starting values with `init`, stronger priors, or more passes.",
  },
  FF602: {
    severity: "error",
    title: "Not determined by the data",
    text: "The data do not determine {names}: the likelihood does not change along {direction}.",
    hint: "Give one of them a prior, fix it, or leave it out.",
    explanation:
      "The information has no inverse: moving the parameters along the named direction leaves the likelihood as it is (collinear columns, a level without rows, a redundant intercept). No standard errors exist there, so none are given.",
  },
  FF603: {
    severity: "error",
    title: "Not a finite number",
    text: "{what} is not a finite number.",
    explanation:
      "A density or derivative overflowed or was taken outside its domain. Starting values (`init`) or a stable form (`log:`, `logit:`) often help.",
  },
  FF604: {
    severity: "warning",
    title: "Digits lost",
    text: "{names} are nearly redundant: about {digits} of 16 digits are lost along {direction}.",
    hint: "Centre or scale the columns (`standardize`), or drop one of them.",
    explanation:
      "The information is close to singular. Estimates are still refined on the data themselves, but standard errors keep only the digits that are left.",
  },
  FF605: {
    severity: "warning",
    title: "A scale collapsed",
    text: "`{name}` fell to {value}: the model fits the data exactly, to rounding.",
    hint: "Check that the response is not computed from the predictors; otherwise give `{name}` a prior.",
    explanation:
      "With no residual left the likelihood grows without bound as the scale goes to zero. Estimates of the mean are those of the exact fit; standard errors are those of rounding, not of sampling.",
  },
  FF606: {
    severity: "error",
    title: "No finite maximum",
    text: "The likelihood still grows as {direction} goes to infinity: no finite estimate exists.",
    hint: "Give {names} a prior such as `Normal(0, 2.5)`, or take the simpler model.",
    explanation:
      "Some combination of predictors tells the outcomes apart without error (separated classes, a category with one outcome only), or a parameter such as the size of a negative binomial is not needed. Then no finite maximum exists and standard errors mean nothing.",
  },
  FF607: {
    severity: "error",
    title: "No step helps",
    text: "Pass {pass}: no step along the score improves the log-likelihood.",
    hint: "Start nearer with `init`, or rescale the data.",
    explanation:
      "The line search and the damping both ran out. The derivatives and the density disagree there, or the surface is too rough for the size of the numbers.",
  },
  FF608: {
    severity: "error",
    title: "Row without a likelihood",
    text: "Row {row}: the log-likelihood of `{statement}` is {value} at {values}.",
    hint: "Correct the row, start elsewhere with `init`, or skip such rows with `--on-bad-row skip`.",
    explanation:
      "The row's density is zero, infinite or undefined at the current parameters, so nothing can be learnt from it.",
  },
  FF609: {
    severity: "warning",
    title: "Standard errors of a lossy structure",
    text: "The standard errors are those of `{structure}` information: that of `{name}` is {ratio} times what the full information gives.",
    hint: "Take them for what the structure can tell, or ask for `structure full` where it can be afforded.",
    explanation:
      "A structure that keeps less than the whole information leaves correlations between parameters out. Estimates of a fit are the same; standard errors are those of each parameter with the others held, as far as the structure holds them. Where the full information can be had it is made once, beside the fit, for comparison.",
  },
  FF610: {
    severity: "warning",
    title: "Rows vary otherwise than the model says",
    text: "Sandwich standard errors are other than the model's, by these factors: {names}.",
    hint: "Print them with `--errors sandwich`; or say what the model lacks: overdispersion, an unequal scale, groups.",
    explanation:
      "The standard errors of the model hold where rows vary as its statements say. The sandwich (HC0) takes the variation of the rows' own scores instead, and holds either way where rows are independent. Factors above 1 say that the model is too sure.",
  },
  FF611: {
    severity: "warning",
    title: "No sandwich",
    text: "The standard errors are those of the model: {reason}.",
    hint: "Use `ffm fit` where the rows can be kept, and `structure full` where it can be afforded.",
    explanation:
      "A sandwich takes the scores of all rows at the estimate, and the whole information on both sides. A stream sees each row once, at the estimate of that moment; a saved state holds no rows; a structure that leaves correlations out makes another thing of it.",
  },
  FF612: {
    severity: "warning",
    title: "Information that a structure let go",
    text: "Row {row}: what the rows before had told was put into `{structure}` information, by which the standard error of `{name}` became {ratio} times what it was.",
    hint: "No later structure brings it back: keep the structure, or begin again with `structure full`.",
    explanation:
      "A flow that is compressed or planned anew hands its information on as the new structure can hold it. Correlations that find no place there are lost, and a fuller structure chosen later holds them of the rows that come then alone. The estimate itself is kept.",
  },
  FF613: {
    severity: "warning",
    title: "Standard errors of plain steps",
    text: "{reason}.",
    hint: "Leave `rate`, `passes` and `line_search` out, or make more passes with smaller steps, and compare.",
    explanation:
      "A plain flow makes steps of a given length and never asks whether a maximum was reached, or whether there is one; its standard errors are those of a maximum. Where the rows are at hand at the end, and the model has at most 600 coordinates, a Newton step with their full information tells how far the estimate is from it.",
  },
  FF619: {
    severity: "error",
    title: "State not written",
    text: "The state can't be written to `{file}`: {reason}.",
    hint: "What was there before is untouched: make room, or name another place, and go on with `--resume`.",
    explanation:
      "A state is written beside its place and put there when it is whole, so that a full disk or a crash leaves the old one.",
  },
  FF621: {
    severity: "warning",
    title: "Parts disagree",
    text: "The estimates of {files} are farther from the merged one than chance explains ({ratio} times its square on average).",
    hint: "Look at these rows; `--robust {count}` sets such parts aside, `ffm fit --parts` fits all rows together.",
    explanation:
      "Parts of the same data differ by chance, by about as many squared standard errors as there are parameters. Where they differ by more, their rows come from something else, or the model is not linear enough for parts that were fitted at different points to be added.",
  },
  FF622: {
    severity: "warning",
    title: "Forgetting side by side",
    text: "The parts forgot by clocks of their own: each has faded by its own rows, and none by those of the others.",
    hint: "That is right for streams that ran side by side; parts that follow one another are better streamed with `--resume`.",
    explanation:
      "What a forgetting flow holds depends on how many rows came after; merged flows hold the sum of what each still holds.",
  },
  FF623: {
    severity: "warning",
    title: "A part without a maximum",
    text: "The first rows of `{file}` alone had no finite maximum: what they tell was taken far from where it counts, and is mostly lost.",
    hint: "Give such parts more rows (`--warmup`), or use `ffm fit --parts`.",
    explanation:
      "Where a part's rows separate classes, its information fades along that direction as the estimate runs off.",
  },
  FF624: {
    severity: "error",
    title: "No maximum where the fit ended",
    text: "The observed information is not positive along {direction}: the likelihood has no maximum there.",
    hint: "Use `information expected`, or start elsewhere with `init`.",
    explanation:
      "Observed information is the curvature of the likelihood itself, which is negative at a saddle or far from a maximum. It has no standard errors there. Expected information is never negative and leads away from saddles.",
  },
  FF641: {
    severity: "warning",
    title: "Times that went back",
    text: "{count} rows came later than their times say, by up to {seconds} seconds: they count as of the latest time before them.",
    hint: "Sort the rows by `{column}` where that matters.",
    explanation:
      "What was seen fades by the time from one batch to the next. A row that is older than those before it doesn't bring anything back; it is learnt from as if it were new.",
  },
} as const satisfies Record<string, CodeEntry>;

/** A code of the table. */
export type Code = keyof typeof codes;
