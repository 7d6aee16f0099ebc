// Broken models, one a file in broken/. Each opens with what must be said about it, a line a diagnostic:
//
//   //! FF201 7:29 `slop` is not defined
//
// code, place (line:column, `-` where there is none) and a part of the message; nothing else may be said. The whole
// message as a user sees it stands in the .txt beside it. `npm run golden` rewrites those; read the difference.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Diagnostic, position, render } from "../../src/diagnostics/index.ts";
import { CompileError, compile } from "../../src/index.ts";

const folder = new URL("broken/", import.meta.url);
const golden = process.env.GOLDEN === "1";

interface Expectation {
  readonly code: string;
  readonly place: string;
  readonly fragment: string;
}

function expectations(source: string): readonly Expectation[] {
  return [...source.matchAll(/^\/\/! (FF\d{3}) (\d+:\d+|-) (.+)$/gm)].map(([, code, place, fragment]) => ({
    code,
    place,
    fragment,
  }));
}

/** Everything the compiler says about a model, errors or warnings, in the order of the text. */
function diagnose(file: string, source: string): readonly Diagnostic[] {
  const said = (): readonly Diagnostic[] => {
    try {
      return compile(source, { file }).diagnostics;
    } catch (error) {
      if (error instanceof CompileError) return error.diagnostics;
      throw error;
    }
  };
  return [...said()].sort((a, b) => (a.span?.start ?? -1) - (b.span?.start ?? -1));
}

function place(diagnostic: Diagnostic, source: string): string {
  if (diagnostic.span === null) return "-";
  const { line, column } = position(source, diagnostic.span.start);
  return `${line}:${column}`;
}

const files = readdirSync(folder)
  .filter((file) => file.endsWith(".ffm"))
  .sort();

describe("broken models", () => {
  it("are at least thirty", () => expect(files.length).toBeGreaterThanOrEqual(30));

  for (const file of files) {
    it(file.replace(".ffm", ""), () => {
      const source = readFileSync(new URL(file, folder), "utf8");
      const found = diagnose(file, source);
      const message = `${found.map((diagnostic) => render(diagnostic, new Map([[file, source]]))).join("\n\n")}\n`;
      const snapshot = new URL(file.replace(".ffm", ".txt"), folder);
      if (golden) writeFileSync(snapshot, message);

      const expected = expectations(source);
      const shown = (code: string, where: string) => `${code} ${where}`;
      expect(found.map((one) => shown(one.code, place(one, source))).sort(), message).toEqual(
        expected.map((one) => shown(one.code, one.place)).sort(),
      );
      for (const { code, place: where, fragment } of expected) {
        const messages = found.filter((one) => one.code === code && place(one, source) === where);
        expect(messages.map((one) => one.message).join("\n")).toContain(fragment);
      }
      expect(message).toBe(readFileSync(snapshot, "utf8"));
    });
  }
});
