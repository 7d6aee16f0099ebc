// The kernel modules as they are shipped: built from the sources that are there, small, without imports.

import { expect, test } from "vitest";
import { sourceHash } from "../../scripts/build-kernels.ts";
import { plain, relaxed } from "../../src/kernels/index.ts";
import { sources as plainSources } from "../../src/kernels/plain.ts";
import { sources as relaxedSources } from "../../src/kernels/relaxed.ts";
import { accepts, importsOf, instantiate } from "./instance.ts";

const builds = [
  ["plain", plain],
  ["relaxed", relaxed],
] as const;

test("the binaries are those of the sources (npx node scripts/build-kernels.ts)", () => {
  expect(plainSources).toBe(sourceHash());
  expect(relaxedSources).toBe(sourceHash());
});

test.each(builds)("%s: small, static data at low addresses, nothing imported", (_, build) => {
  expect(build.bytes.length).toBeLessThan(80_000);
  expect(build.dataEnd).toBeLessThan(8192);
  expect(build.dataEnd % 16).toBe(0);
  if (accepts(build)) expect(importsOf(build)).toBe(0);
});

test("both builds have the same functions", () => {
  if (!accepts(relaxed)) return;
  expect(instantiate(relaxed, 1).names).toEqual(instantiate(plain, 1).names);
});
