// The built playground behind a small static server, with the page's own policy as a header, so that its workers are
// held to it too.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** A page that is served. */
export interface Host {
  readonly url: string;
  /** The files of the build by their path, `/index.html` among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The policy that the page asks for. */
  readonly policy: string;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
};

/** Builds the playground, away from dist/, which other tests build anew. */
async function built(): Promise<ReadonlyMap<string, Uint8Array>> {
  const outDir = mkdtempSync(join(tmpdir(), "ffm-playground-"));
  const configFile = fileURLToPath(new URL("../../vite.config.ts", import.meta.url));
  const root = fileURLToPath(new URL("../../playground", import.meta.url));
  try {
    await build({
      configFile,
      root,
      logLevel: "error",
      build: { outDir, emptyOutDir: true, reportCompressedSize: false },
    });
    const files = readdirSync(outDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(
      files.map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        return [path.slice(outDir.length).replaceAll("\\", "/"), readFileSync(path)];
      }),
    );
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** Builds the playground and serves it on this machine only. */
export async function host(): Promise<Host> {
  const files = await built();
  const page = Buffer.from(files.get("/index.html") ?? []).toString("utf8");
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(page)?.[1];
  if (policy === undefined) throw new Error("the page has no policy");
  const server = createServer(({ url = "/" }, response) => {
    const path = url === "/" ? "/index.html" : (url.split("?")[0] as string);
    const body = files.get(path);
    const type = types[extname(path)] ?? "application/octet-stream";
    response.writeHead(body === undefined ? 404 : 200, { "content-type": type, "content-security-policy": policy });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}/`, files, policy, close };
}
