// Reference data that stay outside the repository: where they are looked for, and what a test says when they are missing.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.env.FFM_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));

/** Whether a file or folder of the reference data is there. */
export function present(path: string): boolean {
  return existsSync(join(folder, path));
}

/** The title of a suite; it carries the reason where the suite must be skipped. */
export function titled(title: string, path: string): string {
  return present(path) ? title : `${title} (skipped: no ${path} in ${folder}; set FFM_DATA)`;
}

/** A JSON file of the reference data. The caller states its type. */
export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(folder, path), "utf8")) as T;
}
