// Files that a command names: model texts in, artefacts out. What is read is remembered, so that messages can quote it.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { SourceFile } from "../index.ts";
import type { Context } from "./context.ts";
import { complain } from "./messages.ts";

/** Where a file of the command line is. */
export function locate(context: Pick<Context, "host">, file: string): string {
  return resolve(context.host.cwd, file);
}

/** Why a file can't be read, as a person would say it. */
export function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES" || code === "EPERM") return "access is denied";
  if (code === "EEXIST") return "it exists already";
  if (code === "ENOTDIR") return "a part of its path is not a folder";
  if (code === "ENOSPC") return "the disk is full";
  if (code === "EDQUOT") return "the quota on this disk is used up";
  if (code === "EFBIG") return "files may not be that large there";
  if (code === "EROFS") return "nothing may be written there";
  return error instanceof Error ? error.message : String(error);
}

/** Models in a folder, for "did you mean". */
function neighbours(context: Context, file: string): readonly string[] {
  const folder = dirname(file);
  try {
    const names = readdirSync(locate(context, folder)).filter((name) => name.endsWith(".ffm"));
    return names.map((name) => (folder === "." && !file.startsWith("./") ? name : join(folder, name)));
  } catch {
    return [];
  }
}

/** The text of a model, or null after saying why there is none. */
export async function readModel(context: Context, file: string): Promise<string | null> {
  try {
    const text = readFileSync(locate(context, file), "utf8");
    context.sources.set(file, text);
    return text;
  } catch (error) {
    const { nearest } = await import("../index.ts");
    const near = nearest(file, neighbours(context, file));
    const hint = near === null ? null : `Did you mean ${near}?`;
    const message = `I can't read \`${file}\`: ${reason(error)}.`;
    await complain(context, [{ code: "FF214", severity: "error", message, span: null, hint }]);
    return null;
  }
}

/** How the compiler finds the files that a model uses: beside the file that names them. */
export function resolver(context: Context): (path: string) => SourceFile | null {
  return (path) => {
    try {
      const text = readFileSync(isAbsolute(path) ? path : locate(context, path), "utf8");
      context.sources.set(path, text);
      return { path, text };
    } catch {
      return null;
    }
  };
}
