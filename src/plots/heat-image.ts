// A matrix of numbers from −1 to 1 as a small picture: one pixel a cell, in a palette of two colours whose opacity is
// the root of the number's size, so that small ones are seen. PNG (ISO/IEC 15948), its data stored, not deflated: the same bytes everywhere.

/** Colours of negative and positive cells, red, green, blue; readable on white and on black. */
export const cellColors = { negative: [196, 104, 63], positive: [62, 122, 178] } as const;
/** Largest length of a stored block of deflate (RFC 1951, 3.2.4). */
const storedMost = 65535;

/** A data URI of the picture of a square matrix, row-major. */
export function heatImage(cells: Float64Array, size: number): string {
  const scanlines = new Uint8Array(size * (size + 1));
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const value = Math.max(-1, Math.min(1, cells[i * size + j] as number));
      scanlines[i * (size + 1) + 1 + j] = 128 + Math.round(127 * value);
    }
  const [colors, opacities] = [new Uint8Array(3 * 256), new Uint8Array(256)];
  for (let k = 0; k < 256; k++) {
    colors.set(k < 128 ? cellColors.negative : cellColors.positive, 3 * k);
    opacities[k] = Math.min(255, Math.round(255 * Math.sqrt(Math.abs(k - 128) / 127)));
  }
  const header = new Uint8Array([...word(size), ...word(size), 8, 3, 0, 0, 0]);
  const bytes = [
    Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("PLTE", colors),
    chunk("tRNS", opacities),
    chunk("IDAT", stored(scanlines)),
    chunk("IEND", new Uint8Array(0)),
  ];
  return `data:image/png;base64,${base64(bytes)}`;
}

function word(value: number): readonly number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = new Uint8Array(4 + data.length);
  body.set([...name].map((letter) => letter.charCodeAt(0)));
  body.set(data, 4);
  const whole = new Uint8Array(8 + body.length);
  whole.set(word(data.length));
  whole.set(body, 4);
  whole.set(word(crc(body)), 4 + body.length);
  return whole;
}

/** Bytes in a zlib stream (RFC 1950) of stored blocks. */
function stored(data: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(data.length / storedMost));
  const out = new Uint8Array(2 + 5 * blocks + data.length + 4);
  out.set([0x78, 0x01]);
  let at = 2;
  for (let k = 0; k < blocks; k++) {
    const part = data.subarray(k * storedMost, (k + 1) * storedMost);
    const { length } = part;
    out.set([k === blocks - 1 ? 1 : 0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255], at);
    out.set(part, at + 5);
    at += 5 + length;
  }
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  out.set([b >> 8, b & 255, a >> 8, a & 255], at);
  return out;
}

/** CRC-32 of PNG, bit by bit. */
function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let k = 0; k < 8; k++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

function base64(parts: readonly Uint8Array[]): string {
  let binary = "";
  for (const part of parts) for (const byte of part) binary += String.fromCharCode(byte);
  return btoa(binary);
}
