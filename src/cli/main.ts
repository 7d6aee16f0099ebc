// The command `ffm`: finds the verb, reads its flags, runs it, and turns whatever happens into a message and an exit
// code. Verbs load the compiler only when they run, so that help is instant.

import { describe, everywhere, isOn, misuse, parse, value } from "./arguments.ts";
import type { Context, Format, Verb } from "./context.ts";
import { type ExitCode, exit, type Host } from "./host.ts";
import { announce, complain, usageError } from "./messages.ts";
import { later, verbs } from "./verbs/index.ts";
import { version } from "./version.ts";

type Surroundings = Omit<Context, "given">;

/** What is known before the flags are read: how to report that they can't be. */
function surroundings(host: Host): Surroundings {
  const { argv, env } = host;
  const json =
    argv.includes("--format=json") || argv.some((word, at) => word === "--format" && argv[at + 1] === "json");
  const format: Format = json ? "json" : "table";
  const plain = argv.includes("--no-color") || (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  const color = { stdout: !plain && host.stdout.terminal, stderr: !plain && host.stderr.terminal };
  return { host, format, color, sources: new Map() };
}

function overview(): string {
  const names = Object.keys(verbs);
  const wide = Math.max(...names.map((name) => name.length));
  const lines = Object.entries(verbs).map(([name, verb]) => `  ${name.padEnd(wide)}  ${verb.summary}`);
  return [
    "ffm: estimates and honest standard errors from a model in a few lines and a stream of data",
    "",
    "Usage: ffm VERB [flags]",
    "",
    ...lines,
    "",
    "Example: ffm new coffee && ffm run coffee.ffm",
    "",
    "ffm VERB --help explains a verb; ffm --version prints the version.",
    "",
  ].join("\n");
}

function manual(name: string, verb: Verb, options: Verb["options"]): string {
  const example = verb.example.split("\n").map((line) => `  ${line}`);
  const head = [`ffm ${name}: ${verb.summary}`, "", `Usage: ffm ${verb.usage}`, "", "Example:", ...example];
  return [...head, "", "Flags:", describe(options), ""].join("\n");
}

function find(name: string): Verb | undefined {
  return Object.entries(verbs).find(([known]) => known === name)?.[1];
}

async function unknownVerb(context: Surroundings, name: string): Promise<ExitCode> {
  if (later.includes(name)) {
    const message = `\`ffm ${name}\` is not built yet: this version can't do it.`;
    return usageError(context, misuse(message), "`ffm --help` lists what there is.");
  }
  const message = `There is no verb "${name}".`;
  const candidates = Object.keys(verbs);
  return usageError(context, misuse(message, name, candidates), "`ffm --help` lists what there is.");
}

/** The diagnostics that an error of the public API carries. */
function carried(error: unknown): Parameters<typeof complain>[1] | null {
  return error instanceof Error && "diagnostics" in error && Array.isArray(error.diagnostics)
    ? error.diagnostics
    : null;
}

async function failed(context: Surroundings, error: unknown): Promise<ExitCode> {
  if (context.host.signal.aborted) {
    announce(context, { code: "interrupted", message: "Interrupted.", hint: null });
    return exit.interrupted;
  }
  const diagnostics = carried(error);
  if (diagnostics !== null) return complain(context, diagnostics);
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  announce(context, { code: "internal", message, hint: "This is a fault of Fisher Flow: please report it." });
  return exit.failure;
}

async function execute(context: Surroundings, verb: Verb, argv: readonly string[], name: string): Promise<ExitCode> {
  const options = [...verb.options, ...everywhere];
  const given = parse(argv, options);
  if (given.kind === "misuse") return usageError(context, given, `\`ffm ${name} --help\` lists the flags.`);
  if (isOn(given, "help")) {
    context.host.stdout.write(manual(name, verb, options));
    return exit.ok;
  }
  const format: Format = value(given, "format") === "json" ? "json" : "table";
  return verb.run({ ...context, format, given });
}

/** Carries out one command. */
export async function main(host: Host): Promise<ExitCode> {
  const context = surroundings(host);
  const [first, ...rest] = host.argv;
  try {
    if (first === "--version" || first === "-V") {
      host.stdout.write(`${version}\n`);
      return exit.ok;
    }
    if (first === undefined || first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
      (first === undefined ? host.stderr : host.stdout).write(overview());
      return first === undefined ? exit.usage : exit.ok;
    }
    const [name, argv] = first === "help" ? [rest[0], ["--help"]] : [first, rest];
    const verb = find(name);
    return verb === undefined ? await unknownVerb(context, name) : await execute(context, verb, argv, name);
  } catch (error) {
    return failed(context, error);
  }
}
