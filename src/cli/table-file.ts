// Rows that go to a file: written beside its place and renamed when all are there, so that nothing is overwritten by half a
// table. Parquet is made of CSV at the end.

import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Context } from "./context.ts";
import { locate } from "./files.ts";

export type TableForm = "csv" | "ndjson" | "parquet";

/** The form that a file's name says; null of other names. */
export function formOf(file: string): TableForm | null {
  if (/\.csv$/i.test(file)) return "csv";
  if (/\.(ndjson|jsonl)$/i.test(file)) return "ndjson";
  return /\.(parquet|pq)$/i.test(file) ? "parquet" : null;
}

export interface TableFile {
  readonly write: (text: string) => void;
  /** Puts the file in its place. */
  readonly finish: () => Promise<void>;
  /** Leaves nothing behind; does no harm after `finish`. */
  readonly discard: () => void;
}

/** Opens a file for text; throws where the disk refuses. */
export function tableFile(context: Context, file: string, form: TableForm): TableFile {
  const place = locate(context, file);
  const beside = (ending: string): string => join(dirname(place), `.${basename(place)}.${process.pid}.${ending}`);
  const [text, table] = [beside("csv"), beside("tmp")];
  const handle = openSync(text, "w");
  let open = true;
  const close = (): void => {
    if (open) closeSync(handle);
    open = false;
  };
  return {
    write(lines) {
      const bytes = Buffer.from(lines, "utf8");
      for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    },
    async finish() {
      close();
      if (form !== "parquet") return renameSync(text, place);
      await (await import("../index.ts")).writeParquet(text, table);
      renameSync(table, place);
      rmSync(text, { force: true });
    },
    discard() {
      close();
      for (const left of [text, table]) rmSync(left, { force: true });
    },
  };
}
