// One artefact, three hosts, the same bytes: Node, headless Chromium, and wasmtime. A host that is not installed is
// skipped with the reason; CI installs all three.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { type ArtefactLayout, compile, readArtefact, stream } from "../../src/index.ts";
import { drive } from "./drive.ts";
import { artefact, rows, source } from "./flow.ts";

const browser = process.env.CHROMIUM ?? "/usr/bin/chromium";
const python = process.env.FFM_PYTHON ?? "python3";
const data = rows(1000);
let bytes: Uint8Array;
let layout: ArtefactLayout;
let expected: string;

function hasWasmtime(): boolean {
  try {
    execFileSync(python, ["-c", "import wasmtime"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

beforeAll(async () => {
  bytes = await artefact();
  const read = readArtefact(bytes);
  if (read.kind === "failure") throw new Error(read.diagnostics[0].message);
  layout = read.layout;
  expected = await drive(Uint8Array.from(bytes), layout, data);
});

describe("one artefact", () => {
  it("gives in Node what our own stream gives", async () => {
    const summary = await stream(compile(source), data, { exact: true, batch: 64, warmup: 1 });
    const phi = new Float64Array(Uint8Array.from(Buffer.from(expected, "hex")).buffer).subarray(0, 4);
    for (const [k, { estimate, se }] of summary.parameters.entries())
      expect(Math.abs(estimate - phi[k])).toBeLessThan(0.02 * se);
  });

  it.skipIf(!existsSync(browser))(
    `gives the same bytes in Chromium (skipped where ${browser} is missing)`,
    async () => {
      const opened = await chromium.launch({ executablePath: browser, args: ["--no-sandbox", "--disable-gpu"] });
      try {
        const page = await opened.newPage();
        const found = await page.evaluate(
          ([text, encoded, place, columns]) => {
            const run = new Function(`return (${text})`)() as typeof drive;
            return run(
              Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0)),
              place,
              columns,
            );
          },
          [drive.toString(), Buffer.from(bytes).toString("base64"), layout, data] as const,
        );
        expect(found).toBe(expected);
      } finally {
        await opened.close();
      }
    },
    60_000,
  );

  it.skipIf(!hasWasmtime())(
    "gives the same bytes under wasmtime (skipped where Python has no wasmtime)",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "ffm-host-"));
      try {
        writeFileSync(join(folder, "flow.wasm"), bytes);
        writeFileSync(join(folder, "rows.json"), JSON.stringify(data));
        const script = fileURLToPath(new URL("wasmtime_host.py", import.meta.url));
        const found = execFileSync(python, [script, join(folder, "flow.wasm"), join(folder, "rows.json")], {
          encoding: "utf8",
        });
        expect(found).toBe(expected);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    60_000,
  );

  it("is small", () => {
    expect(bytes.length).toBeLessThan(120_000);
  });
});

describe("an artefact that was tampered with is refused before it runs", () => {
  const reasonOf = (altered: Uint8Array): string => {
    const read = readArtefact(altered, "flow.wasm");
    return read.kind === "failure" ? read.diagnostics[0].message : "accepted";
  };
  it("cut short, altered, empty, foreign", () => {
    expect(reasonOf(bytes.subarray(0, bytes.length - 7))).toContain("cut short");
    const flipped = Uint8Array.from(bytes);
    flipped[5000] ^= 1;
    expect(reasonOf(flipped)).toContain("checksum");
    expect(reasonOf(new Uint8Array())).toContain("checksum");
    expect(reasonOf(Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]))).toContain("checksum");
  });
  it("any single byte changed, anywhere", () => {
    for (let at = 0; at < bytes.length; at += 97) {
      const altered = Uint8Array.from(bytes);
      altered[at] ^= 0x55;
      expect(reasonOf(altered)).not.toBe("accepted");
    }
  });
});
