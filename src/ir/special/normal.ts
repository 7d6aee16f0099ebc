// The error function and the normal distribution's cdf, log cdf and inverse Mills ratio. Everything beyond
// ½ rests on one function, erfcx(x) = exp(x²) erfc(x), which neither under- nor overflows and loses nothing to
// rounding of its argument; exponentials of squares are taken in two exact parts.
// Coefficients: test/reference/special/coefficients.py.

import { horner } from "./polynomial.ts";

const erfSmall = [
  -1.462091340945175e-7, 1.637123442577e-6, -1.4923003368152099e-5, 0.00012055286202005714, -0.0008548326510724796,
  0.0052239776220169365, -0.02686617064499972, 0.1128379167095487, -0.3761263890318375, 1.1283791670955126,
];
const erfcxLarge = [
  1.4932011257691813e-9, -2.917962020901428e-9, -1.0086999936200427e-8, 1.6537136795549737e-8, 5.5333546708976124e-8,
  -4.8408331406343955e-8, -2.9712405109916557e-7, 6.228248354212192e-8, 1.5907764549646365e-6, 2.5981006273987884e-7,
  -8.990804695380327e-6, -1.514090323424165e-6, 5.6119550483828235e-5, -2.0551670606496305e-5, -0.00036728850606240537,
  0.0006458142112259861, 0.0016185691294047897, -0.009750689293288413, 0.021957764012545143, -0.02380391310865387,
  -0.01023538889900542, 0.09902075367943995, -0.23092733308380922, 0.7160046047255598,
];
const sqrtTwoOverPi = 0.7978845608028654;
const inverseSqrtTwoPi = 0.3989422804014327;

/** erf for |x| < ½. */
function erfCore(x: number): number {
  return x * horner(erfSmall, x * x);
}

/** exp(x²) erfc(x) for x ≥ ½. */
function erfcxTail(x: number): number {
  const u = x < 1e17 ? (x - 3) / (x + 3) : 1;
  return horner(erfcxLarge, u) / (x + 1);
}

/** exp(−x²/scale), scale 1 or 2, with x split so that the square's rounding does not reach the exponent. */
function gaussian(x: number, scale: 1 | 2): number {
  const size = Math.abs(x);
  if (size > 40) return 0;
  const head = Math.round(size * 1048576) / 1048576; // ≤ 26 significant bits: its square is exact
  return Math.exp((-head * head) / scale) * Math.exp(((head - size) * (head + size)) / scale);
}

/** 2/√π ∫₀ˣ exp(−t²) dt. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 0.5) return erfCore(x);
  if (Number.isNaN(x)) return Number.NaN;
  const tail = size > 6 ? 0 : gaussian(size, 1) * erfcxTail(size);
  return x > 0 ? 1 - tail : tail - 1;
}

/** Φ(−size) for size/√2 ≥ ½. */
function upperTail(size: number): number {
  return size > 40 ? 0 : 0.5 * gaussian(size, 2) * erfcxTail(size * Math.SQRT1_2);
}

/** The standard normal cdf Φ(x). */
export function Phi(x: number): number {
  if (Math.abs(x) * Math.SQRT1_2 < 0.5) return 0.5 + 0.5 * erfCore(x * Math.SQRT1_2);
  if (Number.isNaN(x)) return Number.NaN;
  return x < 0 ? upperTail(-x) : 1 - upperTail(x);
}

/** log Φ(x), to full relative accuracy in both tails. */
export function logPhi(x: number): number {
  if (x < -1) return -0.5 * x * x + Math.log(0.5 * erfcxTail(-x * Math.SQRT1_2));
  if (x <= 0) return Math.log(Phi(x));
  return Math.log1p(-Phi(-x));
}

/** φ(x)/Φ(x), the derivative of log Φ: → −x on the left, → φ(x) on the right. */
export function millsRatio(x: number): number {
  if (x < -1) return sqrtTwoOverPi / erfcxTail(-x * Math.SQRT1_2);
  return (inverseSqrtTwoPi * gaussian(x, 2)) / Phi(x);
}

/** −(log Φ)″(x) = m (x + m) with m the inverse Mills ratio; in (0, 1), → 1 on the left. */
export function logPhiCurvature(x: number): number {
  const m = millsRatio(x);
  if (x > -60) return m * (x + m);
  // x + m cancels to ~1/|x|: its asymptotic series, to the term 1 + O(x⁻¹⁰).
  const q = 1 / (x * x);
  return (m / -x) * (1 - q * (2 - q * (10 - q * (74 - q * 706))));
}
