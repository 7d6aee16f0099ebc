// Columns of lists: every row holds a vector, which is read as one column for each position, `x[1]`, `x[2]`, ….

import type { Cell } from "./relation.ts";

/**
 * The cell of one position of a list of `width` numbers, where `inner` is the cell of the element itself. A row whose
 * list has another length has no number there, and its list is the text that a message shows.
 */
export function elementCell(inner: Cell, length: string, list: string, width: number): Cell {
  return {
    number: `CASE WHEN ${length} = ${width} THEN ${inner.number} END`,
    text: `CASE WHEN ${length} <> ${width} THEN CAST(${list} AS VARCHAR) ELSE ${inner.text ?? "NULL"} END`,
    exactBelow: false,
  };
}
