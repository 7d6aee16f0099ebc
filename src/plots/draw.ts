// From a specification to a picture: Vega-Lite and Vega draw SVG without a browser, resvg makes pixels of it. They are
// loaded when the first plot is drawn.

import type { Spec } from "./plot.ts";

/** Draws a specification as SVG; names inside the drawing begin with `prefix`, so that several can stand in one page. */
export type Draw = (spec: Spec, prefix?: string) => Promise<string>;

/** What Vega measures text by; its declarations leave it out. */
interface Measures {
  readonly textMetrics: { width: (item: { readonly fontSize?: number }, text: unknown) => number };
}

/** Loads what draws. */
export async function drawing(): Promise<Draw> {
  const [{ compile }, vega] = await Promise.all([import("vega-lite"), import("vega")]);
  // without a canvas Vega takes every letter for a wide one
  (vega as unknown as Measures).textMetrics.width = (item, text) => textWidth(String(text ?? ""), item.fontSize ?? 11);
  return async (spec, prefix = "") => {
    const logger = vega.logger(vega.Error);
    const { spec: full } = compile(spec as unknown as Parameters<typeof compile>[0], { logger });
    vega.resetSVGDefIds();
    const view = new vega.View(vega.parse(full), { renderer: "none", logger });
    try {
      return tidied(await view.toSVG(), prefix);
    } finally {
      view.finalize();
    }
  };
}

/** Pixels of text, letters being as wide as Helvetica's, roughly. */
function textWidth(text: string, size: number): number {
  let sum = 0;
  for (const letter of text) {
    if (/[ijl.,:;'|!I]/.test(letter)) sum += 0.25;
    else if (/[frt()[\]\-/ ]/.test(letter)) sum += 0.33;
    else if (/[mwMW@%]/.test(letter)) sum += 0.85;
    else if (/\p{Lu}/u.test(letter)) sum += 0.69;
    else sum += letter >= "\u2e80" ? 1 : 0.55;
  }
  // fonts of a page may be wider
  return 1.1 * sum * size;
}

/** Without what draws nothing, numbers to a hundredth of a pixel, and names of its own. */
function tidied(svg: string, prefix: string): string {
  const number = /-?\d+\.\d{3,}(?:e-?\d+)?/g;
  const tag = (text: string): string =>
    /^<path class="(?:fore|back)ground"[^>]* d="(?:M0,0h0v0h0Z)?"/.test(text)
      ? ""
      : text
          .replace(/ (transform|d|x|y|x2|y2|width|height)="([^"]*)"/g, (_, name: string, value: string) => {
            return ` ${name}="${value.replace(number, (x) => String(Math.round(100 * Number(x)) / 100))}"`;
          })
          .replace(/ (?:pointer-events="none"|opacity="1"|aria-roledescription="[^"]*")/g, "")
          .replace(/(id="|url\(#)(clip|gradient)/g, `$1${prefix}$2`);
  return svg.replace(/<[^>]*>/g, tag);
}

/** Pixels of an SVG, `scale` to its unit, as PNG on a background; null where the machine has no font to write with. */
export async function rasterised(svg: string, scale: number, background: string): Promise<Uint8Array | null> {
  const { Resvg } = (await import("@resvg/resvg-js")).default;
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
  const probe = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text x="9" y="30">x</text></svg>';
  if (new Resvg(probe, { font }).getBBox() === undefined) return null;
  return Uint8Array.from(
    new Resvg(svg, { font, background, imageRendering: 1, fitTo: { mode: "zoom", value: scale } }).render().asPng(),
  );
}
