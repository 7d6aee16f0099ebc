// The page: an example in the editor, what is wrong with it while it is written, and what it gives when it is run.

import { examples } from "virtual:examples";
import { openClient } from "./client.ts";
import { createEditor, serviceLimitMs } from "./editor.ts";
import { byId, html } from "./elements.ts";
import type { Problem, Run } from "./messages.ts";
import { whole } from "./numbers.ts";
import { codeView, dataView, estimatesView, planView, problemsView } from "./results.ts";
import { tabs } from "./tabs.ts";

/** Milliseconds after the last key until the text is checked. */
const pause = 150;
const first = "insurance";

const page = {
  example: byId("example", HTMLSelectElement),
  limit: byId("limit", HTMLSelectElement),
  run: byId("run", HTMLButtonElement),
  stop: byId("stop", HTMLButtonElement),
  format: byId("format", HTMLButtonElement),
  reset: byId("reset", HTMLButtonElement),
  status: byId("status", HTMLParagraphElement),
  problems: byId("problems", HTMLUListElement),
  tabs: byId("tabs", HTMLDivElement),
  data: byId("panel-data", HTMLDivElement),
  estimates: byId("panel-estimates", HTMLDivElement),
  plan: byId("panel-plan", HTMLDivElement),
  code: byId("panel-code", HTMLDivElement),
};

const service = openClient();
const runner = openClient();
const panels = tabs(["data", "estimates", "plan", "code"]);
const editor = createEditor(byId("editor", HTMLDivElement), service, () => void run());

const texts = new Map(examples.map(({ name, text }) => [name, text]));
const byName = new Map(examples.map((example) => [example.name, example]));
let current = byName.get(location.hash.slice(1)) ?? byName.get(first) ?? examples[0];
let running = false;
/** The text whose results are shown. */
let shown: string | null = null;

function say(text: string, kind: "plain" | "error" = "plain"): void {
  page.status.textContent = text;
  page.status.dataset.kind = kind;
}

function show(problems: readonly Problem[]): void {
  editor.mark(problems);
  page.problems.replaceChildren(...problemsView(problems, editor.reveal));
}

function empty(): void {
  const hint = html("p", { class: "hint" }, "Run the model to see this.");
  for (const panel of [page.estimates, page.plan, page.code]) panel.replaceChildren(hint.cloneNode(true));
}

function fill(run: Run): void {
  // The panel may be hidden; its list of tabs is as wide.
  const width = Math.min(760, Math.max(280, page.tabs.clientWidth - 40));
  page.estimates.replaceChildren(...estimatesView(run, width));
  page.plan.replaceChildren(...planView(run));
  page.code.replaceChildren(...codeView(run));
}

// ---------------------------------------------------------------- while writing

let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;

async function check(): Promise<void> {
  const question = ++asked;
  const outcome = await service.ask("diagnose", { text: editor.text() }, serviceLimitMs);
  // A newer text has been sent meanwhile.
  if (question !== asked) return;
  if (outcome.kind === "answer") show(outcome.value);
  else if (outcome.kind === "timeout") say("The model is too large to be checked while it is written.", "error");
  else if (outcome.kind === "fault") say(outcome.message, "error");
}

editor.onChange(() => {
  if (current !== undefined) texts.set(current.name, editor.text());
  if (shown !== null && !running) say(editor.text() === shown ? "" : "Edited since the last run.");
  clearTimeout(timer);
  timer = setTimeout(() => void check(), pause);
});

// ---------------------------------------------------------------- running

function setRunning(on: boolean): void {
  running = on;
  page.run.disabled = on;
  page.stop.hidden = !on;
}

async function run(): Promise<void> {
  if (running || current === undefined) return;
  const { name, columns } = current;
  const text = editor.text();
  const limit = Number(page.limit.value);
  setRunning(true);
  say("Compiling …");
  const outcome = await runner.ask("run", { text, columns }, 1000 * limit, (progress) => {
    const { pass, logLikelihood, rows } = progress;
    const reached = logLikelihood === null ? "" : `, log-likelihood ${logLikelihood.toPrecision(6)}`;
    say(`Pass ${whole(pass)} over ${whole(rows)} rows${reached}`);
  });
  setRunning(false);
  // The data of another example are on the page by now.
  if (current.name !== name) return;
  switch (outcome.kind) {
    case "timeout":
      return say(`Stopped: the model did not finish within ${limit} s.`, "error");
    case "stopped":
      return say("Stopped.");
    case "fault":
      return say(`The run failed: ${outcome.message}`, "error");
    case "answer": {
      const { run: result, problems } = outcome.value;
      asked++;
      // what a check of the same text would say is said
      if (editor.text() === text) clearTimeout(timer);
      show(problems);
      if (result === null) {
        const worst = problems.find((p) => p.severity === "error");
        if (worst?.place) editor.reveal(worst.place.start.line, worst.place.start.column);
        return say(`The model did not run: ${worst?.message ?? "see the problems"}`, "error");
      }
      fill(result);
      shown = text;
      if (page.estimates.hidden && page.plan.hidden && page.code.hidden) panels.select("estimates");
      const { summary } = result;
      const ended = summary.converged || summary.mode === "stream" ? "Done" : "Not converged";
      say(
        `${ended}: ${whole(summary.rows)} rows, ${whole(summary.passes)} passes, ${summary.timing.totalMs.toFixed(0)} ms.`,
      );
    }
  }
}

// ---------------------------------------------------------------- controls

function open(name: string): void {
  const next = byName.get(name);
  if (next === undefined) return;
  if (running) runner.stop();
  current = next;
  shown = null;
  page.example.value = name;
  history.replaceState(null, "", `#${name}`);
  page.data.replaceChildren(...dataView(next.file, next.columns));
  empty();
  panels.select("data");
  say("");
  editor.setText(texts.get(name) ?? next.text);
}

for (const { name, title } of examples) page.example.append(html("option", { value: name }, `${name}: ${title}`));
page.example.addEventListener("change", () => open(page.example.value));
page.run.addEventListener("click", () => void run());
page.stop.addEventListener("click", () => runner.stop());
page.format.addEventListener("click", () => void editor.format());
page.reset.addEventListener("click", () => {
  if (current !== undefined) editor.setText(current.text);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) void run();
});

if (current !== undefined) open(current.name);
