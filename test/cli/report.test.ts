// `ffm report` and `ffm plot`: the page in a browser, light and dark, wide and narrow, with names that would be markup;
// single plots as files; and what is said where something is missing.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostile, rows, source, stateOf } from "../plots/data.ts";
import { ffm, folder } from "./host.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = !existsSync(executablePath);
const note = missing ? ` (skipped: no Chromium at ${executablePath}; $CHROMIUM names another)` : "";

/** Least contrast of a page's text and its paper, as WCAG 2 has it; for the browser. */
const leastContrast = `(() => {
  const light = (color) => {
    const [r, g, b] = color.match(/\\d+/g).slice(0, 3).map((x) => Number(x) / 255)
      .map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const texts = [...document.querySelectorAll("p, dt, dd, td, th, h1, h2, h3, button, summary, .drawing text")];
  return Math.min(...texts.map((text) => {
    const style = getComputedStyle(text);
    const ink = light(text instanceof SVGElement ? style.fill : style.color);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  }));
})()`;

let streamed: Uint8Array;
let fitted: Uint8Array;
beforeAll(async () => {
  streamed = await stateOf("stream", rows(4000, 30), { batch: 200 });
  fitted = await stateOf("fit");
});

function place(): string {
  const cwd = folder({ "shops.ffm": source });
  writeFileSync(join(cwd, "streamed.ffs"), streamed);
  writeFileSync(join(cwd, "fitted.ffs"), fitted);
  const { shop, x, sales } = rows(200, 5);
  const lines = shop.map((name, k) => `"${String(name).replaceAll('"', '""')}",${x[k]},${sales[k]}\n`);
  writeFileSync(join(cwd, "rows.csv"), `shop,x,sales\n${lines.join("")}`);
  return cwd;
}

describe("ffm report", () => {
  it("writes one page that asks for nothing", async () => {
    const cwd = place();
    const { code, stdout, stderr } = await ffm(["report", "shops.ffm", "--state", "streamed.ffs", "-o", "r.html"], {
      cwd,
    });
    expect([code, stdout, stderr]).toEqual([0, "", ""]);
    const page = readFileSync(join(cwd, "r.html"), "utf8");
    expect(page.length).toBeLessThan(1_000_000);
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none';/);
    expect(page.replace(/xmlns(:xlink)?="[^"]*"/g, "").replace(/https:\/\/vega[^"]*/g, "")).not.toMatch(/https?:\/\//);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toContain("<img");
    expect(page).not.toContain("<b>with");
  });

  it("holds predictions against rows", async () => {
    const cwd = place();
    const { code, stdout, stderr } = await ffm(["report", "--state", "fitted.ffs", "--data", "rows.csv"], { cwd });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("200 responses of sales");
    expect(stdout).toMatch(/id="plot-calibration".*id="plot-pit".*id="plot-predictions"/s);
  });

  it("writes the same page again", async () => {
    const cwd = place();
    const words = ["report", "shops.ffm", "--state", "fitted.ffs"];
    const { stdout } = await ffm(words, { cwd });
    expect(stdout).toContain("</html>");
    expect((await ffm(words, { cwd })).stdout).toBe(stdout);
  });

  it("holds its data as JSON", async () => {
    const cwd = place();
    const { stdout } = await ffm(["report", "shops.ffm", "--state", "streamed.ffs"], { cwd });
    const [, text = ""] = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(stdout) ?? [];
    const { schema, summary, tables } = JSON.parse(text);
    expect([schema, summary.schema, summary.rows]).toEqual(["ffm.report/1", "ffm.summary/1", 4000]);
    expect(tables.estimates.rows).toHaveLength(34);
    expect(tables.estimates.rows.some((row: unknown[]) => row[2] === hostile)).toBe(true);
    expect(Object.keys(tables)).toEqual(["estimates", "path", "information", "spectrum"]);
  });

  it.each([
    [["report", "shops.ffm"], 2, "needs a saved state"],
    [["report", "shops.ffm", "--state", "none.ffs"], 4, "there is no such file"],
    [["report", "shops.ffm", "--state", "shops.ffm"], 4, "FF531"],
    [["report", "other.ffm", "--state", "fitted.ffs"], 4, "FF532"],
    [["report", "shops.ffm", "--state", "fitted.ffs", "-o", "no/such/folder.html"], 1, "I can't write"],
    [["plot"], 2, "needs a kind of plot"],
    [["plot", "estimate", "shops.ffm", "--state", "fitted.ffs"], 2, "Did you mean estimates?"],
    [["plot", "estimates", "shops.ffm", "--state", "fitted.ffs", "-o", "x.pdf"], 2, "It ends in .svg, .png"],
    [["plot", "estimates", "shops.ffm", "--state", "fitted.ffs", "--width", "wide"], 2, "--width wants a number"],
    [["plot", "pit", "--state", "fitted.ffs"], 2, "needs --data DATA"],
    [["report", "--state", "fitted.ffs", "--data", "none.csv"], 4, "none.csv"],
    [["plot", "path", "shops.ffm", "--state", "fitted.ffs"], 4, "the state holds no path"],
  ])("says what is wrong: %j", async (words, expected, text) => {
    const cwd = place();
    writeFileSync(join(cwd, "other.ffm"), source.replace("shops", "others"));
    const { code, stdout, stderr } = await ffm(words, { cwd });
    expect(stdout).toBe("");
    expect(stderr).toContain(text);
    expect(code).toBe(expected);
  });
});

describe("ffm plot", () => {
  const plot = async (kind: string, ...flags: string[]): Promise<{ cwd: string; stdout: string }> => {
    const cwd = place();
    const { code, stdout, stderr } = await ffm(["plot", kind, "shops.ffm", "--state", "streamed.ffs", ...flags], {
      cwd,
    });
    expect([code, stderr]).toEqual([0, ""]);
    return { cwd, stdout };
  };

  it("writes SVG with its title and description", async () => {
    const { stdout } = await plot("path", "--width", "500");
    expect(stdout).toMatch(/^<svg [^>]*role="img"><title>Path over rows<\/title><desc>Lines of /);
    expect(stdout).not.toContain("var(--");
    expect(stdout).not.toContain("<script");
  });

  it("writes PNG at a scale", async () => {
    const { cwd } = await plot("information", "--width", "300", "--scale", "3", "-o", "m.png");
    const png = readFileSync(join(cwd, "m.png"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(Math.abs(png.readUInt32BE(16) - 900)).toBeLessThan(30);
  });

  it("compares predictions with rows", async () => {
    const { cwd } = await plot("calibration", "--data", "rows.csv", "--response", "sales", "-o", "c.csv");
    expect(readFileSync(join(cwd, "c.csv"), "utf8")).toMatch(/^probability,covered,rows\r\n0.5,0.\d+,200\r\n/);
  });

  it("writes the specification with its data", async () => {
    const { cwd } = await plot("estimates", "-o", "e.json");
    const spec = JSON.parse(readFileSync(join(cwd, "e.json"), "utf8"));
    expect(spec.$schema).toBe("https://vega.github.io/schema/vega-lite/v6.json");
    expect(spec.vconcat.length).toBeGreaterThan(1);
  });

  it("writes its data", async () => {
    const { cwd } = await plot("estimates", "-o", "e.csv");
    const lines = readFileSync(join(cwd, "e.csv"), "utf8").split("\r\n");
    expect(lines[0]).toBe("kind,name,index,estimate,se,lower,upper,fromPrior,robust");
    expect(lines).toHaveLength(36);
  });
});

describe.skipIf(missing)(`the page in a browser${note}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(() => browser.close());

  it.each([
    ["light", 1100],
    ["dark", 380],
  ] as const)("renders %s at %d pixels without a word or a request", async (colorScheme, width) => {
    const cwd = place();
    await ffm(["report", "shops.ffm", "--state", "streamed.ffs", "--data", "rows.csv", "-o", "r.html"], { cwd });
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const said: string[] = [];
    const requested: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("dialog", (dialog) => said.push(`dialog: ${dialog.message()}`));
    page.on("request", (request) => requested.push(request.url()));
    await page.goto(`file://${join(cwd, "r.html")}`);

    const drawings = page.locator(".drawing:visible svg");
    expect(await drawings.count()).toBe(7);
    for (const svg of await drawings.all()) expect((await svg.boundingBox())?.height).toBeGreaterThan(60);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(await page.locator('[role="img"]:not([aria-label])').count()).toBe(0);
    expect(await page.locator("main img, main iframe, main script").count()).toBe(0);

    // text on paper: at least the contrast of WCAG AA
    const contrast = await page.evaluate(leastContrast);
    expect(contrast).toBeGreaterThan(4.5);

    await page.locator("#search").fill("effect[shop 1");
    expect(await page.locator("#table-estimates tbody tr").count()).toBe(12);
    await page.locator("#search").fill("alert");
    expect(await page.locator("#table-estimates tbody td.name").innerText()).toContain("<img src=x");
    await page.locator("#plot-path summary").click();
    await page.locator('[data-table="path"] tbody tr').nth(50).waitFor({ state: "attached" });
    const mark = page.locator("#plot-estimates .drawing:visible svg path[aria-label]").first();
    await mark.hover({ force: true });
    expect(await page.locator(".tip").innerText()).toMatch(/: .* standard error /);
    const download = page.waitForEvent("download");
    await page.locator('button[data-csv="estimates"]').click();
    const file = await (await download).path();
    expect(readFileSync(file, "utf8").split("\r\n")).toHaveLength(36);

    expect(said).toEqual([]);
    expect(requested.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
    await context.close();
  });
});
