// Numbers as the page shows them.

/** The numbers of one row, to three digits of its standard error. */
export function beside(values: readonly number[], se: number): readonly string[] {
  const decimals = se > 0 && Number.isFinite(se) ? Math.max(0, 2 - Math.floor(Math.log10(se))) : 4;
  return values.map((value) => {
    if (!Number.isFinite(value)) return "–";
    return (decimals > 8 || Math.abs(value) >= 1e9 ? value.toExponential(3) : value.toFixed(decimals)).replace(
      "-",
      "−",
    );
  });
}

/** A figure to three decimals. */
export function figure(value: number | null): string {
  return value === null ? "–" : value.toFixed(3).replace("-", "−");
}

/** A count of bytes in a unit of its size. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1000).toPrecision(3)} kB` : `${(count / 1e6).toPrecision(3)} MB`;
}

/** A whole number with thin spaces between thousands. */
export function whole(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, "\u202F");
}

/** About `count` round numbers from `from` to `to`, with the decimals they need. */
export function ticks(
  from: number,
  to: number,
  count: number,
): readonly { readonly at: number; readonly text: string }[] {
  const raw = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10) * power;
  const decimals = Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => {
    const at = (first + k) * step;
    const large = Math.abs(at) >= 1e6 || step < 1e-6;
    return { at, text: (large ? at.toExponential(1) : at.toFixed(decimals)).replace("-", "−") };
  });
}
