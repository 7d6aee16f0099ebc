// A plot's data as CSV (RFC 4180).

import type { Cell, Table } from "./plot.ts";

/** The table with a header; numbers with every digit, nothing for null. */
export function csvOf({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: Cell): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
