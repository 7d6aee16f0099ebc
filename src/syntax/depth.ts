// How deep a tree goes. What comes after the parser walks trees by recursion; a chain of thousands of operators is a
// tree thousands deep, and is refused here with a message instead of exhausting the stack there.

/** A tree may be this deep. */
export const deepestTree = 1000;

/** The depth of a tree of plain data, walked without recursion; stops counting one beyond the limit. */
export function depthOf(tree: object): number {
  let level: object[] = [tree];
  let depth = 0;
  while (level.length > 0 && depth <= deepestTree * 2) {
    depth++;
    const next: object[] = [];
    for (const found of level) {
      for (const child of Object.values(found)) if (typeof child === "object" && child !== null) next.push(child);
    }
    level = next;
  }
  return depth;
}
