// What a single cell means: which words stand for a missing value, which texts are numbers, and how
// a number is called as a level. One place, so that every format agrees.

const missingWords: ReadonlySet<string> = new Set(["", "NA", "NaN", "nan", "null", "NULL"]);

/** What stands for a missing value: in every cell of a CSV file without quotes, in any text where a number is needed. */
export const missingTexts: readonly string[] = [...missingWords];

/** Whether a text stands for a missing value where a number is needed. */
export function isMissing(text: string): boolean {
  return missingWords.has(text.trim());
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^([+-]?)inf(?:inity)?$/i;

/** The number a text stands for: NaN if it is missing, null if it is no number. `true` and `false` are 1 and 0. */
export function parseNumber(text: string): number | null {
  const trimmed = text.trim();
  if (decimal.test(trimmed)) return Number(trimmed);
  if (missingWords.has(trimmed)) return Number.NaN;
  const sign = infinite.exec(trimmed)?.[1];
  if (sign !== undefined) return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const word = trimmed.toLowerCase();
  return word === "true" ? 1 : word === "false" ? 0 : null;
}

const instant = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * The seconds since 1970-01-01T00:00:00Z that a date or time in ISO 8601 stands for, in UTC where it names no zone; any
 * other text is read as a number of seconds.
 */
export function parseTime(text: string): number | null {
  const match = instant.exec(text.trim());
  if (match === null) return parseNumber(text);
  const [, year, month, day, hour = "0", minute = "0", second = "0", zone = "Z"] = match;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000;
  if (new Date(1000 * midnight).getUTCDate() !== Number(day) || Number(hour) > 24 || Number(minute) > 59) return null;
  const [, sign = "+", hours = "0", minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const ahead = (sign === "-" ? -60 : 60) * (60 * Number(hours) + Number(minutes));
  return midnight + 3600 * Number(hour) + 60 * Number(minute) + Number(second) - ahead;
}

/** What a column of a text file looks like from some of its cells. */
export type Kind = "whole" | "number" | "text";

const whole = /^[+-]?(?:0|[1-9]\d*)$/;
const padded = /^[+-]?0\d/;

/**
 * The kind of a cell that is not missing. Whole numbers that a double can't hold, and those with leading zeros,
 * are text: as levels (`007`, an account number) they must keep their digits, and as numbers they are parsed later.
 */
export function kindOf(text: string): Kind {
  const trimmed = text.trim();
  if (whole.test(trimmed)) return Number.isSafeInteger(Number(trimmed)) ? "whole" : "text";
  if (padded.test(trimmed)) return "text";
  return decimal.test(trimmed) || infinite.test(trimmed) ? "number" : "text";
}

/** The level that a number stands for. */
export function levelOf(value: number): string {
  return Object.is(value, -0) ? "0" : String(value);
}

/** A cell as a message shows it. */
export function quoted(value: number | string): string {
  if (typeof value === "number") return levelOf(value);
  const text = value.length > 60 ? `${value.slice(0, 59)}…` : value;
  return JSON.stringify(text);
}
