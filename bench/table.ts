// Results as text: a table in the terminal, the same table as Markdown in docs/performance.md.

import { type EntryResult, type Goal, type GroupResult, reached } from "./bench.ts";

/** A number as a person reads it: three significant digits, thousands apart. */
export function figure(value: number | null): string {
  if (value === null || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(1);
  if (size >= 1000) return Math.round(Number(value.toPrecision(4))).toLocaleString("en-US");
  return String(Number(value.toPrecision(size >= 1 ? 3 : 4)));
}

/** The cells of a group's table, the heading first. */
export function cells({ unit, entries }: GroupResult): readonly (readonly string[])[] {
  const names = [...new Set(entries.flatMap((e) => Object.keys(e.figures)))];
  const head = ["", `median, ${unit}`, "min–max", entries.every((e) => e.ours) ? "÷ first" : "peer ÷ ours", ...names];
  const row = (e: EntryResult): string[] => {
    const label = e.ours ? `**${e.label}**` : e.label;
    if (e.missing !== null) return [label, "missing", e.missing, "", ...names.map(() => "")];
    const ratio = e.ratio === null ? "–" : figure(e.ratio);
    return [
      label,
      figure(e.median),
      e.samples.length === 1 ? "one run" : `${figure(e.min)}–${figure(e.max)}`,
      ratio,
      ...names.map((name) => (name in e.figures ? figure(e.figures[name]) : "")),
    ];
  };
  return [head, ...entries.map(row)];
}

/** A goal in words. */
export function goalText(goal: Goal): string {
  const word = goal.direction === "at most" ? "≤" : "≥";
  const verdict = reached(goal) ? "reached" : "not reached";
  return `${goal.text} ${word} ${figure(goal.limit)}: ${figure(goal.value)}, ${verdict}`;
}

/** For the terminal. */
export function plainTable(group: GroupResult): string {
  const rows = cells(group).map((row) => row.map((cell) => cell.replaceAll("**", "")));
  // A reason for absence may be long; it does not decide the width.
  const width = rows[0].map((_, k) =>
    Math.max(...rows.filter((r) => r[1] !== "missing" || k < 2).map((r) => r[k].length)),
  );
  const line = (row: readonly string[]): string =>
    row[1] === "missing"
      ? `${row[0].padEnd(width[0])}  missing: ${row[2]}`
      : row.map((cell, k) => (k === 0 ? cell.padEnd(width[k]) : cell.padStart(width[k]))).join("  ");
  return [group.title, ...rows.map(line), ...group.goals.map((g) => `  ${goalText(g)}`), ""].join("\n");
}

/** For the page. */
export function markdownTable(group: GroupResult): string {
  const [head, ...rows] = cells(group);
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const rule = `| --- |${" ---: |".repeat(head.length - 1)}`;
  const notes = group.entries.flatMap((e) => (e.note === null ? [] : [`- ${e.label}: ${e.note}`]));
  const goals = group.goals.map((g) => `- ${goalText(g)}`);
  const block = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : ["", ...lines]);
  return [
    `### ${group.title}`,
    "",
    group.what,
    "",
    line(head),
    rule,
    ...rows.map(line),
    ...block(goals),
    ...block(notes),
    "",
  ].join("\n");
}
