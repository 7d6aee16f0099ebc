// The editor: Monaco with the language's generated grammar, and the language service behind hovers, completion and
// formatting.

import "monaco-editor/features/bracketMatching/register";
import "monaco-editor/features/caretOperations/register";
import "monaco-editor/features/clipboard/register";
import "monaco-editor/features/codicon/register";
import "monaco-editor/features/comment/register";
import "monaco-editor/features/cursorUndo/register";
import "monaco-editor/features/find/register";
import "monaco-editor/features/format/register";
import "monaco-editor/features/gotoError/register";
import "monaco-editor/features/hover/register";
import "monaco-editor/features/indentation/register";
import "monaco-editor/features/linesOperations/register";
import "monaco-editor/features/multicursor/register";
import "monaco-editor/features/snippet/register";
import "monaco-editor/editor/contrib/suggest/browser/suggestController";
import "monaco-editor/features/toggleTabFocusMode/register";
import "monaco-editor/features/wordOperations/register";
import * as monaco from "monaco-editor/editor/editor.api";
import EditorWorker from "monaco-editor/editor/editor.worker?worker";
import grammar from "../grammar/ffm.monarch.json";
import type { CompletionKind } from "../src/service/index.ts";
import type { Client } from "./client.ts";
import type { Problem } from "./messages.ts";

const language = "ffm";
/** A question of the language service that takes longer has met a model that is too large to be checked while typing. */
export const serviceLimitMs = 8000;

self.MonacoEnvironment = { getWorker: () => new EditorWorker() };

const kinds: Readonly<Record<CompletionKind, keyof typeof monaco.languages.CompletionItemKind>> = {
  keyword: "Keyword",
  type: "TypeParameter",
  family: "Class",
  function: "Function",
  distribution: "Class",
  argument: "Field",
  setting: "Property",
  value: "EnumMember",
  const: "Constant",
  data: "Variable",
  param: "Variable",
  state: "Variable",
  let: "Variable",
  report: "Variable",
  dimension: "Constant",
};

const severities = { error: "Error", warning: "Warning", info: "Info" } as const;

function registerLanguage(client: Client): void {
  monaco.languages.register({ id: language, extensions: [".ffm"] });
  monaco.languages.setMonarchTokensProvider(language, grammar as unknown as monaco.languages.IMonarchLanguage);
  monaco.languages.setLanguageConfiguration(language, {
    comments: { lineComment: "//" },
    brackets: [
      ["(", ")"],
      ["[", "]"],
      ["{", "}"],
    ],
    autoClosingPairs: ["()", "[]", "{}", '""'].map((pair) => ({
      open: pair[0] as string,
      close: pair[1] as string,
      notIn: ["string", "comment"],
    })),
    wordPattern: /[\p{L}\p{Nl}_][\p{L}\p{Nl}_\p{M}\p{Nd}₀-₉]*/u,
  });
  monaco.languages.registerHoverProvider(language, {
    async provideHover(model, position) {
      const asked = { text: model.getValue(), offset: model.getOffsetAt(position) };
      const outcome = await client.ask("hover", asked, serviceLimitMs);
      if (outcome.kind !== "answer" || outcome.value === null) return null;
      const { markdown, span } = outcome.value;
      const range = monaco.Range.fromPositions(model.getPositionAt(span.start), model.getPositionAt(span.end));
      return { range, contents: [{ value: markdown }] };
    },
  });
  monaco.languages.registerCompletionItemProvider(language, {
    triggerCharacters: [":", "~", "(", ",", " "],
    async provideCompletionItems(model, position, context) {
      // A space is an occasion only after what asks for something.
      const before = model.getLineContent(position.lineNumber).slice(0, position.column - 1);
      if (context.triggerCharacter === " " && !/([:~]|^\s*\w+) $/.test(before)) return { suggestions: [] };
      const asked = { text: model.getValue(), offset: model.getOffsetAt(position) };
      const outcome = await client.ask("complete", asked, serviceLimitMs);
      if (outcome.kind !== "answer") return { suggestions: [] };
      const word = model.getWordUntilPosition(position);
      const range = new monaco.Range(position.lineNumber, word.startColumn, position.lineNumber, word.endColumn);
      const suggestions = outcome.value.map((item, place) => ({
        label: { label: item.label, ...(item.detail === null ? {} : { description: item.detail }) },
        kind: monaco.languages.CompletionItemKind[kinds[item.kind]],
        ...(item.documentation === null ? {} : { documentation: { value: item.documentation } }),
        insertText: item.insert,
        filterText: item.label,
        sortText: String(place).padStart(4, "0"),
        range,
      }));
      return { suggestions };
    },
  });
  monaco.languages.registerDocumentFormattingEditProvider(language, {
    async provideDocumentFormattingEdits(model) {
      const outcome = await client.ask("format", { text: model.getValue() }, serviceLimitMs);
      if (outcome.kind !== "answer" || outcome.value === null) return [];
      return [{ range: model.getFullModelRange(), text: outcome.value }];
    },
  });
}

/** The colours of one theme, by what a token is. */
function defineTheme(name: string, base: "vs" | "vs-dark", colours: Readonly<Record<string, string>>): void {
  const rules = Object.entries(colours).map(([token, foreground]) => ({ token, foreground }));
  monaco.editor.defineTheme(name, {
    base,
    inherit: true,
    rules,
    colors: { "editor.background": base === "vs" ? "#ffffff" : "#1e2227" },
  });
}

function followColourScheme(): void {
  defineTheme("ffm-light", "vs", {
    keyword: "8a1f7a",
    type: "0f6b5c",
    "type.identifier": "1f5fae",
    comment: "5f6b76",
    "comment.doc": "3d6b35",
    string: "9a3412",
    number: "7a4b00",
    operator: "3b4350",
    invalid: "b3261e",
  });
  defineTheme("ffm-dark", "vs-dark", {
    keyword: "dd9be0",
    type: "6fd0bb",
    "type.identifier": "8fbef5",
    comment: "8f9aa6",
    "comment.doc": "9dc48f",
    string: "f0a982",
    number: "e6c27a",
    operator: "c6ced8",
    invalid: "ff8a80",
  });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => monaco.editor.setTheme(dark.matches ? "ffm-dark" : "ffm-light");
  dark.addEventListener("change", apply);
  apply();
}

/** The editor as the page uses it. */
export interface Editor {
  text(): string;
  setText(text: string): void;
  onChange(listener: () => void): void;
  /** Marks what is wrong, each at its place. */
  mark(problems: readonly Problem[]): void;
  reveal(line: number, column: number): void;
  format(): Promise<void>;
}

/** Puts an editor into an element; `run` is done at Ctrl+Enter. */
export function createEditor(element: HTMLElement, client: Client, run: () => void): Editor {
  registerLanguage(client);
  followColourScheme();
  const editor = monaco.editor.create(element, {
    language,
    ariaLabel: "Model. Control+M makes Tab leave the editor.",
    automaticLayout: true,
    fontSize: 13.5,
    lineNumbersMinChars: 3,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    wordBasedSuggestions: "off",
    tabSize: 2,
    wordWrap: "on",
    wrappingIndent: "indent",
    fixedOverflowWidgets: true,
    padding: { top: 8, bottom: 8 },
    links: false,
    stickyScroll: { enabled: false },
    unicodeHighlight: { ambiguousCharacters: false },
  });
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, run);
  const model = editor.getModel();
  if (model === null) throw new Error("the editor has no text");
  return {
    text: () => model.getValue(),
    setText: (text) => {
      model.setValue(text);
      editor.setScrollTop(0);
    },
    onChange: (listener) => model.onDidChangeContent(listener),
    mark: (problems) => {
      const markers = problems.flatMap(({ code, severity, message, hint, place }) => {
        if (place === null) return [];
        const { start, end } = place;
        const marker = {
          code,
          severity: monaco.MarkerSeverity[severities[severity]],
          message: hint === null ? message : `${message}\n${hint}`,
          startLineNumber: start.line,
          startColumn: start.column,
          endLineNumber: end.line,
          // A marker of no width is not seen.
          endColumn: start.line === end.line && start.column === end.column ? end.column + 1 : end.column,
        };
        return [marker];
      });
      monaco.editor.setModelMarkers(model, language, markers);
    },
    reveal: (lineNumber, column) => {
      editor.setPosition({ lineNumber, column });
      editor.revealLineInCenterIfOutsideViewport(lineNumber);
      editor.focus();
    },
    format: async () => {
      await editor.getAction("editor.action.formatDocument")?.run();
    },
  };
}
