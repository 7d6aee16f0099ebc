// sin, cos, tan, atan. Arguments are reduced by multiples of π/2: in three parts of π/2 (Cody and Waite) up to 10⁶, beyond
// that with as many digits of 2/π as the exponent needs (Payne and Hanek). Coefficients: test/kernels/coefficients.py.

import { all, both, choose, first, madd, nmadd, poly3, poly6, poly8, second, signed } from "./lanes";

/** (sin r − r) / r³ in r² */
const sine = memory.data<f64>([
  -0.16666666666666632, 0.008333333333322385, -0.0001984126982978095, 2.755731368137603e-6, -2.5050756292092283e-8,
  1.5896681124420165e-10,
]);
/** (cos r − 1 + ½r²) / r⁴ in r² */
const cosine = memory.data<f64>([
  0.0416666666666666, -0.0013888888888874068, 2.480158728944527e-5, -2.7557314340986436e-7, 2.0875721649291558e-9,
  -1.1359559931744873e-11,
]);
/** (atan t − t) / t³ in t², t ≤ tan(π/8) */
const arc = memory.data<f64>([
  -0.333333333333332, 0.19999999999953663, -0.14285714280204045, 0.11111110783814641, -0.09090897767069137,
  0.07692060361476137, -0.06663105451619444, 0.05847897362824382, -0.050393307070557544, 0.03806495218539103,
  -0.017907341224375702,
]);
/** Binary digits of 2/π, 32 a word, after 64 zeros. */
const twoOverPi = memory.data<u32>([
  0, 0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561, 0xb7246e3a,
  0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639,
  0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66,
  0x9e5fea2d, 0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20,
  0x9af4361d,
]);

const halfPi: f64 = 1.5707963267948966;
const halfPiLow: f64 = 6.123233995736766e-17;
/** π/2 to 33 bits, the next 33, the rest. */
const partA: f64 = 1.5707963267341256;
const partB: f64 = 6.077100506303966e-11;
const partC: f64 = 2.0222662487959506e-21;
const shifter: f64 = 6755399441055744.0;

// What a reduction leaves: x = q π/2 + r + low, q in the low bits of `quadrant`.
let reduced: v128 = i64x2.splat(0);
let reducedLow: v128 = i64x2.splat(0);
let quadrant: v128 = i64x2.splat(0);
let laneReduced: f64 = 0;
let laneLow: f64 = 0;
let laneQuadrant: i64 = 0;

// @ts-ignore: decorator
@inline
function reduce(x: v128): void {
  const t = madd(x, both(0.6366197723675814), both(shifter));
  const k = f64x2.sub(t, both(shifter));
  const a = nmadd(k, both(partA), x);
  const b = f64x2.mul(k, both(partB));
  const c = f64x2.mul(k, both(partC));
  const r = f64x2.sub(a, b);
  const lost = f64x2.sub(f64x2.sub(a, r), b);
  const s = f64x2.sub(r, c);
  reduced = s;
  reducedLow = f64x2.add(f64x2.sub(f64x2.sub(r, s), c), lost);
  quadrant = t;
  if (!all(f64x2.lt(f64x2.abs(x), both(1e6)))) reduceWide(x);
}

function reduceWide(x: v128): void {
  if (!(Math.abs(first(x)) < 1e6)) {
    reduceFar(first(x));
    reduced = f64x2.replace_lane(reduced, 0, laneReduced);
    reducedLow = f64x2.replace_lane(reducedLow, 0, laneLow);
    quadrant = i64x2.replace_lane(quadrant, 0, laneQuadrant);
  }
  if (!(Math.abs(second(x)) < 1e6)) {
    reduceFar(second(x));
    reduced = f64x2.replace_lane(reduced, 1, laneReduced);
    reducedLow = f64x2.replace_lane(reducedLow, 1, laneLow);
    quadrant = i64x2.replace_lane(quadrant, 1, laneQuadrant);
  }
}

/** 32 digits of 2/π from a position on, counted from the first zero. */
// @ts-ignore: decorator
@inline
function digits(position: i32): u64 {
  const word = twoOverPi + (<usize>(position >> 5) << 2);
  const two = (<u64>load<u32>(word) << 32) | <u64>load<u32>(word, 4);
  return (two >> <u64>(32 - (position & 31))) & 0xffffffff;
}

/** |x| ≥ 10⁶: x = m 2ᵉ with m an integer, times those digits of 2/π that are neither multiples of 4 nor too small to matter. */
function reduceFar(x: f64): void {
  if (!(Math.abs(x) < Infinity)) {
    laneReduced = NaN;
    laneLow = 0;
    laneQuadrant = 0;
    return;
  }
  const bits = reinterpret<u64>(x);
  const e = <i32>((bits >> 52) & 0x7ff) - 1075;
  const m = (bits & 0x000fffffffffffff) | 0x0010000000000000;
  const m0 = m & 0xffffffff;
  const m1 = m >> 32;
  // Digit i has weight 2⁻ⁱ; those with i ≤ e − 2 give multiples of 4. 192 digits follow, the product modulo 2¹⁹².
  const start = e - 2 + 64;
  let carry: u64 = 0;
  let high: u64 = 0;
  let low: u64 = 0;
  let below: u64 = 0;
  for (let j = 5; j >= 0; j--) {
    const own = digits(start + 32 * j);
    const p = own * m0;
    const q = below * m1;
    const sum = carry + (p & 0xffffffff) + (q & 0xffffffff);
    carry = (sum >> 32) + (p >> 32) + (q >> 32);
    below = own;
    const limb = sum & 0xffffffff;
    if (j >= 2) low = j == 3 ? limb : j == 2 ? low | (limb << 32) : low;
    if (j < 2) high |= limb << <u64>(32 * (1 - j));
  }
  let q = <i64>(high >> 62);
  let h = (high << 2) | (low >> 62);
  let l = low << 2;
  // The nearest multiple, not the one below: the fraction is a signed number.
  let negative = <i64>h < 0;
  if (negative) {
    q += 1;
    l = ~l + 1;
    h = ~h + (l == 0 ? 1 : 0);
  }
  let scale: f64 = 5.421010862427522e-20; // 2⁻⁶⁴
  if (h == 0) {
    h = l;
    l = 0;
    scale *= 5.421010862427522e-20;
  }
  const zeros = clz(h);
  if (zeros > 0) {
    h = (h << zeros) | (l >> (64 - zeros));
    l <<= zeros;
    scale *= reinterpret<f64>((1023 - zeros) << 52);
  }
  const fh = <f64>(h >> 11) * 2048 * scale;
  const fl = (<f64>(h & 2047) + <f64>(l >> 32) * 2.3283064365386963e-10) * scale;
  const r = fh * halfPi;
  const s = productError(fh, halfPi, r) + (fh * halfPiLow + fl * halfPi);
  const total = r + s;
  let rest = s - (total - r);
  if ((x < 0) != negative) {
    laneReduced = -total;
    laneLow = -rest;
  } else {
    laneReduced = total;
    laneLow = rest;
  }
  laneQuadrant = x < 0 ? -q : q;
}

/** a b − p for p = a b rounded (Dekker; Veltkamp's splitting). */
// @ts-ignore: decorator
@inline
function productError(a: f64, b: f64, p: f64): f64 {
  const ca = a * 134217729;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = b * 134217729;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return al * bl - (((p - ah * bh) - al * bh) - ah * bl);
}

/** sin(r + low) */
// @ts-ignore: decorator
@inline
function sineOf(r: v128, low: v128, z: v128, z2: v128): v128 {
  const s = f64x2.mul(r, poly6(sine, 0, z, z2, f64x2.mul(z2, z2)));
  return f64x2.add(r, madd(z, nmadd(low, both(0.5), s), low));
}

/** cos(r + low) */
// @ts-ignore: decorator
@inline
function cosineOf(r: v128, low: v128, z: v128, z2: v128): v128 {
  const half = f64x2.mul(z, both(0.5));
  const w = f64x2.sub(both(1), half);
  const c = f64x2.mul(z2, poly6(cosine, 0, z, z2, f64x2.mul(z2, z2)));
  return f64x2.add(w, f64x2.add(f64x2.sub(f64x2.sub(both(1), w), half), nmadd(r, low, c)));
}

/** All ones where bit 0 of a lane is set. */
// @ts-ignore: decorator
@inline
function odd(q: v128): v128 {
  return i64x2.sub(i64x2.splat(0), v128.and(q, i64x2.splat(1)));
}

/** ± x: minus where bit 1 of a lane is set. */
// @ts-ignore: decorator
@inline
function turned(x: v128, q: v128): v128 {
  return v128.xor(x, i64x2.shl(v128.and(q, i64x2.splat(2)), 62));
}

export function sin_v(x: v128): v128 {
  reduce(x);
  const r = reduced, low = reducedLow, q = quadrant;
  const z = f64x2.mul(r, r);
  const z2 = f64x2.mul(z, z);
  const value = turned(choose(odd(q), cosineOf(r, low, z, z2), sineOf(r, low, z, z2)), q);
  return choose(f64x2.eq(x, both(0)), x, value);
}
export function sin_s(x: f64): f64 {
  return first(sin_v(both(x)));
}

export function cos_v(x: v128): v128 {
  reduce(x);
  const r = reduced, low = reducedLow, q = quadrant;
  const z = f64x2.mul(r, r);
  const z2 = f64x2.mul(z, z);
  const value = choose(odd(q), sineOf(r, low, z, z2), cosineOf(r, low, z, z2));
  return turned(value, i64x2.add(q, v128.and(q, i64x2.splat(1))));
}
export function cos_s(x: f64): f64 {
  return first(cos_v(both(x)));
}

export function tan_v(x: v128): v128 {
  reduce(x);
  const r = reduced, low = reducedLow, q = quadrant;
  const z = f64x2.mul(r, r);
  const z2 = f64x2.mul(z, z);
  const s = sineOf(r, low, z, z2);
  const c = cosineOf(r, low, z, z2);
  const swap = odd(q);
  const value = f64x2.div(choose(swap, f64x2.neg(c), s), choose(swap, s, c));
  return choose(f64x2.eq(x, both(0)), x, value);
}
export function tan_s(x: f64): f64 {
  return first(tan_v(both(x)));
}

/** atan by t = a, (a − 1)/(a + 1) or −1/a, whichever is within tan(π/8), from 0, π/4 or π/2. */
export function atan_v(x: v128): v128 {
  const a = f64x2.abs(x);
  const middle = f64x2.gt(a, both(0.41421356237309503));
  const far = f64x2.gt(a, both(2.414213562373095));
  const over = choose(far, both(-1), choose(middle, f64x2.sub(a, both(1)), a));
  const under = choose(far, a, choose(middle, f64x2.add(a, both(1)), both(1)));
  const from = choose(far, both(halfPi), v128.and(middle, both(0.7853981633974483)));
  const fromLow = choose(far, both(halfPiLow), v128.and(middle, both(3.061616997868383e-17)));
  const t = f64x2.div(over, under);
  const z = f64x2.mul(t, t);
  const z2 = f64x2.mul(z, z);
  const z4 = f64x2.mul(z2, z2);
  const p = madd(poly3(arc, 8, z, z2), f64x2.mul(z4, z4), poly8(arc, 0, z, z2, z4));
  return signed(f64x2.add(from, f64x2.add(t, madd(f64x2.mul(t, z), p, fromLow))), x);
}
export function atan_s(x: f64): f64 {
  return first(atan_v(both(x)));
}
