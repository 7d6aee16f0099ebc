// The playground as it is shipped, in a browser without a window: it writes, checks, runs and stops models, and keeps
// to its policy. Skipped where there is no Chromium; $CHROMIUM says where else it is.

import { existsSync, readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { parseSync } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Host, host } from "./host.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = !existsSync(executablePath);
const note = missing ? ` (skipped: no Chromium at ${executablePath}; $CHROMIUM names another)` : "";

interface Row {
  readonly name: string;
  readonly index: readonly string[];
  readonly estimate: number;
  readonly se: number;
}
const answers = JSON.parse(
  readFileSync(new URL("../reference/examples/answers.json", import.meta.url), "utf8"),
) as Readonly<Record<string, { readonly parameters: readonly Row[]; readonly reports: readonly Row[] }>>;

let served: Host;
beforeAll(async () => {
  served = await host();
});
afterAll(() => served.close());

describe("the build", () => {
  it("has nothing of Node and no DuckDB in it", () => {
    const scripts = [...served.files].filter(([path]) => path.endsWith(".js"));
    expect(scripts.map(([path]) => path).filter((path) => /\/worker-/.test(path))).toHaveLength(1);
    for (const [path, bytes] of scripts) {
      const text = Buffer.from(bytes).toString("utf8");
      const { staticImports, dynamicImports } = parseSync(path, text).module;
      const imported = [...staticImports, ...dynamicImports]
        .map(({ moduleRequest }) => text.slice(moduleRequest.start, moduleRequest.end))
        // The editor has an import of its own for another loader, by a name that is computed.
        .filter((target) => /^["']/.test(target) || (target.startsWith("`") && !target.includes("${")));
      expect(imported.filter((target) => !/^["'`]\.\.?\//.test(target))).toEqual([]);
      expect(text).not.toMatch(/DuckDBInstance|__vite-browser-external|process\.versions\.node/);
    }
  });

  it("is small enough to be loaded in a moment", () => {
    const worker = [...served.files].find(([path]) => /\/worker-/.test(path))?.[1] ?? new Uint8Array();
    // Compiler, standard library and kernels; the editor is six times as large.
    expect(worker.length).toBeGreaterThan(100_000);
    expect(worker.length).toBeLessThan(1_200_000);
  });
});

describe.skipIf(missing)(`the page${note}`, () => {
  let browser: Browser;
  let page: Page;
  /** What the console says, and where the page asks for things. */
  const said: string[] = [];
  const requested: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(15_000);
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => requested.push(request.url()));
    await page.goto(served.url);
    await page.locator(".view-line").first().waitFor();
  });
  afterAll(() => browser?.close());

  const problems = () => page.locator("#problems");
  const status = () => page.locator("#status");

  async function open(example: string): Promise<void> {
    await page.locator("#example").selectOption(example);
    await page.getByRole("button", { name: "Reset" }).click();
  }

  async function write(text: string): Promise<void> {
    await page.locator(".view-lines").click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(text);
  }

  /** Runs the model, and waits for what the status says at the end. */
  async function run(end: RegExp): Promise<string> {
    await page.getByRole("button", { name: "Run" }).click();
    await status().filter({ hasText: end }).waitFor();
    return (await status().textContent()) ?? "";
  }

  async function rows(): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, readonly string[]>();
    for (const row of await page.locator("#panel-estimates tbody tr").all()) {
      const [label = "", ...cells] = await row.locator("th, td").allTextContents();
      found.set(label, cells);
    }
    return found;
  }

  it("marks a misspelt name while one writes, and unmarks it when it is mended", async () => {
    await open("cars");
    await problems().getByText("None.").waitFor();
    await page.locator(".view-lines").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("report twice = 2 * bse");
    await problems().getByText("FF201").waitFor();
    await page.locator(".squiggly-error").first().waitFor();
    expect(await problems().textContent()).toContain("line 27, FF201");
    expect(await problems().textContent()).toContain("Did you mean base?");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    await page.keyboard.insertText("ase");
    await problems().getByText("None.").waitFor();
    expect(await page.locator(".squiggly-error").count()).toBe(0);
  });

  it("offers what fits, explains what is there, and formats", async () => {
    await open("cars");
    await page.locator(".view-lines").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("mpg ~ HalfN");
    const offered = page.locator(".suggest-widget").getByText("HalfNormal", { exact: true });
    await offered.first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".view-line", { hasText: "param heavy" }).getByText("Normal", { exact: true }).hover();
    await page.locator(".monaco-hover").getByText("mean: real, sd: positive").waitFor();
    await write("data   mpg:real\nparam a:real\nmpg~Normal(a,1)\n");
    await page.getByRole("button", { name: "Format" }).click();
    await page.locator(".view-line", { hasText: "data mpg : real" }).waitFor();
  });

  it("fits every example to the answers of an independent computation, in WebAssembly", async () => {
    for (const [name, { parameters, reports }] of Object.entries(answers)) {
      await open(name);
      await run(/^Done/);
      const shown = await rows();
      expect(shown.size, name).toBe(parameters.length + reports.length);
      for (const { name: own, index, estimate, se } of [...parameters, ...reports]) {
        const label = index.length === 0 ? own : `${own}[${index.join(", ")}]`;
        const [first = "", second = ""] = shown.get(label) ?? [];
        // Shown to three digits of the standard error, so half of the last digit is lost.
        const lost = 0.51 * 10 ** -(first.split(".")[1]?.length ?? 0);
        expect(Math.abs(Number(first.replace("−", "-")) - estimate), `${name} ${label}`).toBeLessThan(lost);
        // The information about `size` has no closed form (test/examples.test.ts).
        expect(Math.abs(Number(second) - se), `${name} ${label}`).toBeLessThan(own === "size" ? 0.1 * se : lost);
      }
      expect(await page.locator("#panel-estimates").textContent()).toContain("compiled to WebAssembly");
      expect(await page.locator("#panel-estimates svg circle").count()).toBe(parameters.length + reports.length);
    }
    await page.getByRole("tab", { name: "Plan" }).click();
    expect(await page.locator("#panel-plan").textContent()).toContain("nothing is lost");
    await page.getByRole("tab", { name: "Code" }).click();
    expect(await page.locator("#panel-code pre").textContent()).toContain("function evaluate(rows)");
    expect(await page.locator("#panel-code a[download]").getAttribute("download")).toMatch(/\.wasm$/);
  });

  it("shows a mistake of the data at the line that asks for them", async () => {
    await open("cars");
    await write('data y : real from "nothing"\nparam a : real\ny ~ Normal(a, 1)\n');
    await run(/^The model did not run/);
    expect(await problems().textContent()).toMatch(/line 1, FF5\d\d/);
    await page.locator(".squiggly-error").first().waitFor();
  });

  it("ends a run when its time is up, or when asked to, and goes on", async () => {
    await open("cars");
    await write("data mpg : real\nparam a : real[3000]\nmpg ~ Normal(sum(sin(a)), 1)\nflow {\n  structure full\n}\n");
    await page.locator("#limit").selectOption("1");
    expect(await run(/^Stopped/)).toBe("Stopped: the model did not finish within 1 s.");
    await page.locator("#limit").selectOption("60");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await status().getByText("Stopped.", { exact: true }).waitFor();
    await open("cars");
    await run(/^Done/);
    expect((await rows()).get("base")?.[0]).toBe("20.090");
  });

  it("lets no text become code, asks nothing of other machines, and says nothing in the console", async () => {
    // Deferred, because what a debugger evaluates is free of the policy.
    const blocked = await page.evaluate(
      'new Promise((end) => setTimeout(() => { try { end("ran: " + eval("1 + 1")); } catch (error) { end(error.name); } }))',
    );
    expect(blocked).toBe("EvalError");
    expect(requested.filter((url) => !url.startsWith(served.url) && !url.startsWith("blob:"))).toEqual([]);
    expect(said.filter((text) => !text.includes("unsafe-eval"))).toEqual([]);
  });

  it("fits a narrow window, in the dark too", async () => {
    const narrow = await browser.newPage({ viewport: { width: 400, height: 800 }, colorScheme: "dark" });
    await narrow.goto(`${served.url}#iris`);
    await narrow.locator(".view-line").first().waitFor();
    await narrow.getByRole("button", { name: "Run" }).click();
    await narrow.locator("#panel-estimates svg").waitFor();
    expect(await narrow.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(400);
    expect(await narrow.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(22, 25, 29)");
    await narrow.close();
  });
});
