// Trees without places, to compare what was understood and not where it stood.

import { type Expr, type Item, parse } from "../../src/syntax/index.ts";

/** A tree without its spans. */
export function bare(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === "span" || key === "opSpan" ? undefined : value)));
}

/** The items of a text that must have no diagnostics. */
export function items(text: string): readonly Item[] {
  const { ast, diagnostics } = parse({ path: "test.ffm", text });
  if (diagnostics.length > 0) throw new Error(diagnostics.map((found) => `${found.code} ${found.message}`).join("\n"));
  return ast.items;
}

/** The one item of a text. */
export function item(text: string): Item {
  const all = items(text);
  if (all.length !== 1) throw new Error(`${all.length} items: ${text}`);
  return all[0]!;
}

/** The value of `let it = …`. */
export function expression(text: string): Expr {
  const found = item(`let it = ${text}`);
  if (found.kind !== "let") throw new Error(found.kind);
  return found.value;
}

/** An expression as nested lists, operator first: `(+ a (* b c))`. */
export function lisp(tree: Expr): string {
  const args = (list: readonly { label: { text: string } | null; value: Expr }[]) =>
    list.map(({ label, value }) => (label === null ? lisp(value) : `${label.text}:${lisp(value)}`));
  switch (tree.kind) {
    case "number":
      return String(tree.value);
    case "name":
      return tree.name;
    case "unary":
      return `(${tree.op} ${lisp(tree.operand)})`;
    case "binary":
      return `(${tree.op} ${lisp(tree.left)} ${lisp(tree.right)})`;
    case "transpose":
      return `(' ${lisp(tree.operand)})`;
    case "index": {
      const places = tree.indices.map((index) =>
        index.kind === "at"
          ? lisp(index.value)
          : `${index.from === null ? "" : lisp(index.from)}..${index.to === null ? "" : lisp(index.to)}`,
      );
      return `(index ${lisp(tree.target)} ${places.join(" ")})`;
    }
    case "if":
      return `(if ${lisp(tree.condition)} ${lisp(tree.then)} ${lisp(tree.else)})`;
    case "call":
      return `(${[`${tree.callee.text}()`, ...args(tree.args)].join(" ")})`;
    case "apply":
      return `(${["apply", lisp(tree.target), ...args(tree.args)].join(" ")})`;
    case "comprehension":
      return `(${tree.reducer.text} ${lisp(tree.body)} for ${tree.variable.text} ${lisp(tree.from)} ${lisp(tree.to)})`;
    case "array":
      return `[${tree.elements.map(lisp).join(" ")}]`;
  }
}
