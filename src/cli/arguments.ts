// Command-line arguments: node's own parser, with our messages and a suggestion for every misspelling.

import { parseArgs } from "node:util";

/** A flag of a verb. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help; a flag without it is a switch. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** May be given more than once. */
  readonly repeated?: boolean;
  readonly help: string;
}

/** What was given. */
export interface Arguments {
  readonly kind: "arguments";
  readonly positionals: readonly string[];
  /** Values in the order given; a switch that is on has one empty value. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** A command line that can't be understood; `near` holds the words that may have been meant. */
export interface Misuse {
  readonly kind: "misuse";
  readonly message: string;
  readonly misspelt: string | null;
  readonly candidates: readonly string[];
}

/** Flags that every verb has. */
export const everywhere: readonly Option[] = [
  { name: "format", value: "FORM", choices: ["table", "json"], help: "results and errors as tables or JSON (table)" },
  { name: "no-color", help: "no colours; NO_COLOR=1 does the same" },
  { name: "help", short: "h", help: "this text" },
];

/** The only value of a flag, or null where it was not given. */
export function value(given: Arguments, name: string): string | null {
  return given.values.get(name)?.at(-1) ?? null;
}

/** Whether a switch is on. */
export function isOn(given: Arguments, name: string): boolean {
  return given.values.has(name);
}

/** A misuse; `misspelt` and `candidates` where a nearest right word may be suggested. */
export function misuse(message: string, misspelt: string | null = null, candidates: readonly string[] = []): Misuse {
  return { kind: "misuse", message, misspelt, candidates };
}

/** Whether what was read of a flag can't be understood. */
export function isMisuse(found: object | number | null | undefined): found is Misuse {
  return typeof found === "object" && found !== null && "kind" in found && found.kind === "misuse";
}

/** Reads arguments by a verb's flags. */
export function parse(argv: readonly string[], options: readonly Option[]): Arguments | Misuse {
  const known = new Map(options.map((option) => [option.name, option]));
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      options.map(({ name, short, value: placeholder }) => [
        name,
        { type: placeholder === undefined ? ("boolean" as const) : ("string" as const), ...(short && { short }) },
      ]),
    ),
  });
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = known.get(token.name);
    const shown = token.rawName;
    if (option === undefined) {
      return misuse(
        `There is no flag ${shown}.`,
        token.name,
        options.map(({ name }) => name),
      );
    }
    if (option.value === undefined) {
      if (token.value !== undefined) return misuse(`${shown} is a switch and takes no value.`);
      values.set(option.name, [""]);
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith("--")))
      return misuse(`${shown} needs a value: ${shown} ${option.value}.`);
    if (option.choices !== undefined && !option.choices.includes(token.value)) {
      const choices = option.choices.join(", ");
      return misuse(`${shown} is one of ${choices}, not "${token.value}".`, token.value, option.choices);
    }
    const before = values.get(option.name);
    if (before !== undefined && option.repeated !== true) return misuse(`${shown} is given twice.`);
    values.set(option.name, [...(before ?? []), token.value]);
  }
  return { kind: "arguments", positionals, values };
}

/** The flags of a verb as lines of its help. */
export function describe(options: readonly Option[]): string {
  const left = options.map(({ name, short, value: placeholder }) => {
    const head = `${short === undefined ? "    " : `-${short}, `}--${name}`;
    return placeholder === undefined ? head : `${head} ${placeholder}`;
  });
  const wide = Math.max(...left.map((text) => text.length));
  return options.map(({ help }, row) => `  ${left[row].padEnd(wide)}  ${help}`).join("\n");
}
