// Counts, bytes and seconds as a person reads them.

/** A whole number with its thousands apart. (The locale's own way loads its tables first: 15 ms of a cold process.) */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A number of bytes. */
export function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let [value, unit] = [count, 0];
  while (value >= (unit === 0 ? 1000 : 999.5) && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

/** A number of seconds. */
export function time(seconds: number): string {
  if (seconds < 1e-6) return `${(seconds * 1e9).toPrecision(3)} ns`;
  if (seconds < 1e-3) return `${(seconds * 1e6).toPrecision(3)} us`;
  if (seconds < 1) return `${(seconds * 1e3).toPrecision(3)} ms`;
  return seconds < 1000 ? `${seconds.toPrecision(3)} s` : `${grouped(seconds)} s`;
}

/** The next number up that has three digits: what is said is then no less than what is meant. */
export function upward(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return value;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Math.ceil(value / unit - 1e-9) * unit;
}
