// The quantile of the standard normal distribution: a rational start (Hastings 1955, via Abramowitz & Stegun 26.2.23)
// brought to the last digits by Halley's method on Φ.

import { info } from "../ir/index.ts";

/** z with Φ(z) = p, for 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0;
  if (p < 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(1 - p));
  let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let k = 0; k < 4; k++) {
    const step = (Phi(z) - p) / (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI));
    z -= step / (1 + (z * step) / 2);
  }
  return z;
}

function Phi(x: number): number {
  return info("Phi").evaluate?.([x], 0) as number;
}
