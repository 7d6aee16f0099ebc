// Artefacts whose checksum is right and whose content is not: each is refused before anything of it is instantiated.

import { createHash } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { compile, readArtefact } from "../../src/index.ts";

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 128 : low);
    if (rest === 0) return bytes;
  }
};
const title = (text: string): number[] => [...unsigned(text.length), ...Buffer.from(text)];
const custom = (name: string, content: Uint8Array): Section => ({
  id: 0,
  content: Uint8Array.from([...title(name), ...content]),
});
const packed = (sections: readonly Section[]): Uint8Array =>
  Buffer.concat([
    Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]),
    ...sections.flatMap(({ id, content }) => [Uint8Array.from([id, ...unsigned(content.length)]), content]),
  ]);

function sectionsOf(bytes: Uint8Array): Section[] {
  const found: Section[] = [];
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at++];
    let [size, factor] = [0, 1];
    for (let more = true; more; factor *= 128) {
      const byte = bytes[at++];
      size += (byte & 127) * factor;
      more = byte >= 128;
    }
    found.push({ id, content: bytes.subarray(at, at + size) });
    at += size;
  }
  return found;
}

/** The module with a right checksum, read; what it is refused for, or "accepted". */
function verdict(sections: readonly Section[]): string {
  const open = packed(sections);
  const sum = createHash("sha256").update(open).digest();
  const read = readArtefact(Uint8Array.from(packed([...sections, custom("ffm.checksum", sum)])), "flow.wasm");
  if (read.kind === "artefact") return "accepted";
  expect(read.diagnostics[0].code).toBe("FF533");
  return read.diagnostics[0].message;
}

let base: Section[];
let layoutText: string;

beforeAll(async () => {
  const source =
    "data x : real\ndata y : real\nparam a : real ~ Normal(0, 1)\nparam b : simplex[3]\ny ~ Normal(a + b[1] * x, 1)\n";
  const bytes = (await compile(source).artefact("wasm", { exact: true }, { x: [1, 2], y: [1, 2] })) as Uint8Array;
  const sections = sectionsOf(bytes);
  base = sections.slice(0, -2);
  layoutText = Buffer.from(sections.at(-2)?.content ?? [])
    .subarray(title("ffm.layout").length)
    .toString();
});

/** The module with its layout changed. */
// biome-ignore lint/suspicious/noExplicitAny: a layout to be spoilt
const spoilt = (change: (layout: any) => void): string => {
  const layout = JSON.parse(layoutText);
  change(layout);
  return verdict([...base, custom("ffm.layout", Buffer.from(JSON.stringify(layout)))]);
};
const layoutOf = (text: string): string => verdict([...base, custom("ffm.layout", Buffer.from(text))]);

it("takes the module as it was made", () => {
  expect(spoilt(() => {})).toBe("accepted");
});

it("refuses a layout that is not one, and places that are not in the memory", () => {
  for (const text of ["null", "5", "[]", "{}"]) expect(layoutOf(text)).toContain("layout is none");
  expect(spoilt((l) => Object.assign(l, { capacity: "x" }))).toContain("capacity");
  expect(spoilt((l) => Object.assign(l, { capacity: 1e12 }))).toContain("rows");
  for (const name of ["columns", "state", "parameters", "control", "model", "build"])
    expect(spoilt((l) => delete l[name])).toContain(name);
  for (const address of [4e9, 2 ** 53]) expect(spoilt((l) => Object.assign(l.columns.x, { address }))).toContain("`x`");
  for (const address of [-8, 12, "0", null])
    expect(spoilt((l) => Object.assign(l.state.phi, { address }))).toContain("no place of `phi`");
  expect(spoilt((l) => Object.assign(l.state.memory, { length: 1e9 }))).toContain("outside its memory");
  expect(spoilt((l) => delete l.state.variance)).toContain("variance");
  expect(spoilt((l) => Object.assign(l.columns.x, { levels: [1] }))).toContain("levels");
  expect(spoilt((l) => Object.assign(l.parameters[0], { first: 3 }))).toContain("outside `phi`");
  expect(spoilt((l) => Object.assign(l.parameters[1], { shape: [4] }))).toContain("shape");
  expect(spoilt((l) => Object.assign(l.control, { outcome: 900 }))).toContain("outside `control`");
});

it("refuses a memory far beyond what its layout names", () => {
  const huge = base.map((s) => (s.id === 5 ? { id: 5, content: Uint8Array.from([1, 0, ...unsigned(65536)]) } : s));
  expect(verdict([...huge, custom("ffm.layout", Buffer.from(layoutText))])).toContain("4294967296 bytes of memory");
});

it("refuses code that starts by itself, and exports that are not what they are called", () => {
  const names = ["init", "update", "merge", "finish", "declared"];
  const small = (memory: number[] | null, type: number[], body: number[], more: Section[] = []): string =>
    verdict([
      { id: 1, content: Uint8Array.from([1, 0x60, ...type]) },
      { id: 3, content: Uint8Array.from([1, 0]) },
      ...(memory === null ? [] : [{ id: 5, content: Uint8Array.from([1, ...memory]) }]),
      {
        id: 7,
        content: Uint8Array.from([
          names.length + 1,
          ...title("memory"),
          ...(memory === null ? [0, 0] : [2, 0]),
          ...names.flatMap((name) => [...title(name), 0, 0]),
        ]),
      },
      ...more,
      { id: 10, content: Uint8Array.from([1, body.length + 2, 0, ...body, 0x0b]) },
      custom("ffm.layout", Buffer.from(layoutText)),
    ]);
  const endless = [0x03, 0x40, 0x0c, 0, 0x0b];
  expect(small([0, 1], [0, 0], endless, [{ id: 8, content: Uint8Array.from([0]) }])).toContain("starts by itself");
  expect(small([0, 1], [0, 0], [])).toContain("`init` is no function of a number of rows");
  expect(small([0, 1], [1, 0x7e, 0], [])).toContain("`init` is no function of a number of rows");
  expect(small([0, 1], [1, 0x7f, 1, 0x7f], [0x20, 0])).toContain("`init` is no function of a number of rows");
  expect(small(null, [1, 0x7f, 0], [])).toContain("memory");
  // with the right functions the places are what is missing
  expect(small([0, 1], [1, 0x7f, 0], [])).toContain("outside its memory");
});
