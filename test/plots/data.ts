// States to draw: small models with hostile names, fitted or streamed in a moment.

import { compile, fit, stream } from "../../src/index.ts";

/** A level that would be markup, a script or a formula where it is not escaped. */
export const hostile = `</script><script>alert("x")</script><img src=x onerror=alert(1)> & 'q' ]]> \u2028`;

export const source = `/// A model </script><b>with</b> markup in its words.
model shops

data shop  : category
data x     : real
data sales : real

param base   : real       ~ Normal(0, 10)
param slope  : real       ~ Normal(0, 1)
param effect : real[shop] ~ Normal(0, 2)
param sigma  : positive   ~ HalfNormal(2)

sales ~ Normal(base + slope * x + effect[shop], sigma)

report doubled = 2 * slope
`;

/** Rows by a small generator with a fixed seed, for so many shops; the first has the hostile name. */
export function rows(count: number, shops: number): Record<string, (string | number)[]> {
  let state = 7;
  const uniform = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const effect = Array.from({ length: shops }, normal);
  const columns: Record<string, (string | number)[]> = { shop: [], x: [], sales: [] };
  for (let row = 0; row < count; row++) {
    const shop = row % shops;
    const x = normal();
    columns.shop.push(shop === 0 ? hostile : `shop ${shop}`);
    columns.x.push(x);
    columns.sales.push(2 + 0.5 * x + effect[shop] + 0.7 * normal());
  }
  return columns;
}

/** The bytes of a state. */
export async function stateOf(
  mode: "fit" | "stream",
  data = rows(600, 5),
  options: Parameters<typeof stream>[2] = {},
): Promise<Uint8Array> {
  let saved = new Uint8Array();
  const onState = (bytes: Uint8Array): void => {
    saved = Uint8Array.from(bytes);
  };
  await (mode === "fit" ? fit : stream)(compile(source, { file: "shops.ffm" }), data, { ...options, onState });
  return saved;
}
