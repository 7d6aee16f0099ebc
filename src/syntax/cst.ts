// Reading the concrete tree: the named children of a node, typed.

import type { CstElement, CstNode, Token } from "../../grammar/index.ts";
import { internalError } from "../diagnostics/index.ts";
import { endsLine, is } from "./words.ts";

function isNode(element: CstElement): element is CstNode {
  return "children" in element;
}

/** The sub-trees of a production, in order. */
export function nodes(parent: CstNode, name: string): readonly CstNode[] {
  return (parent.children[name] ?? []).filter(isNode);
}

/** The tokens of a type, in order. */
export function tokens(parent: CstNode, name: string): readonly Token[] {
  return (parent.children[name] ?? []).filter((element): element is Token => !isNode(element) && "end" in element);
}

/** The first sub-tree of a production, or null. */
export function nodeOrNull(parent: CstNode, name: string): CstNode | null {
  return nodes(parent, name)[0] ?? null;
}

/** The first token of a type, or null. */
export function tokenOrNull(parent: CstNode, name: string): Token | null {
  return tokens(parent, name)[0] ?? null;
}

/** A sub-tree that is there in every tree without errors. */
export function node(parent: CstNode, name: string): CstNode {
  return nodeOrNull(parent, name) ?? internalError(`A ${parent.name} has no ${name}.`);
}

/** A token that is there in every tree without errors. */
export function leaf(parent: CstNode, name: string): Token {
  return tokenOrNull(parent, name) ?? internalError(`A ${parent.name} has no ${name}.`);
}

/** Whether a tree has no place where the parser recovered from an error. */
export function whole(tree: CstNode): boolean {
  if (tree.recoveredNode === true) return false;
  for (const elements of Object.values(tree.children)) {
    for (const element of elements) if (isNode(element) && !whole(element)) return false;
  }
  return true;
}

/** The first and the last token of a tree; null for an empty one. */
export function ends(tree: CstNode): { readonly first: Token; readonly last: Token } | null {
  let first: Token | null = null;
  let last: Token | null = null;
  const visit = (element: CstElement): void => {
    if (!isNode(element)) {
      if (!("end" in element) || is(element as Token, "LineStart") || endsLine(element as Token)) return;
      const found = element as Token;
      if (first === null || found.startOffset < first.startOffset) first = found;
      if (last === null || found.end >= last.end) last = found;
      return;
    }
    for (const elements of Object.values(element.children)) for (const child of elements) visit(child);
  };
  visit(tree);
  return first === null || last === null ? null : { first, last };
}
