// Random numbers: xoshiro128** (Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators"), whose
// state is filled from a seed and a name by a hash. The same seed and name give the same numbers everywhere; other
// names give streams of their own, so that a new parameter changes nothing for the others.

/** A stream of random numbers. */
export interface Random {
  /** A whole number from 0 to 2³² − 1. */
  readonly word: () => number;
  /** Above 0 and below 1, one of 2⁵² equally likely midpoints. */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
}

function rotated(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** Words from a state of four, which must not all be 0. */
export function words(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return result;
  };
}

/** FNV-1a of a name's UTF-16 units. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) h = Math.imul(h ^ text.charCodeAt(k), 0x01000193);
  return h >>> 0;
}

const golden = 0x9e3779b9;

/** The finaliser of MurmurHash3: every bit of the result depends on every bit of x. */
function mixed(x: number): number {
  let z = x | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}

/** The stream of a seed (a whole number from 0) and a name. */
export function random(seed: number, name = ""): Random {
  let key = 0;
  for (const part of [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, hash(name)]) key = mixed(key + part + golden);
  const filled = (k: number): number => mixed(key + k * golden);
  // an odd word, so that the state is not 0
  const word = words([filled(1), filled(2), filled(3), filled(4) | 1]);
  const uniform = (): number => {
    const [high, low] = [word() >>> 6, word() >>> 6];
    return (high * 2 ** 26 + low + 0.5) / 2 ** 52;
  };
  let spare: number | null = null;
  // the polar method of Marsaglia and Bray 1964
  const normal = (): number => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1];
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * scale;
      return x * scale;
    }
  };
  return { word, uniform, normal };
}
