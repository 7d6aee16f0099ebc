// The names of a model with what is known of them: from the tree alone where the text has errors, with types and
// shapes as the checker found them where it has none.

import type { DefinedValue } from "../check/index.ts";
import { type Item, printType } from "../syntax/index.ts";
import type { Analysis } from "./analyse.ts";

/** A name that a model defines. */
export interface Definition {
  readonly name: string;
  readonly kind: "const" | "data" | "param" | "state" | "let" | "report" | "dimension" | "function" | "distribution";
  /** The line that defines it. */
  readonly text: string;
  /** What its values are, in a few words; null where that is not known. */
  readonly type: string | null;
  readonly doc: string | null;
}

/** A shape as the checker has it; its type is of a room that is not this one's neighbour. */
type Shape = DefinedValue["shape"];

function shaped(type: string, shape: Shape): string {
  if (shape.length === 0 || type.includes("[")) return type;
  const dims = shape.map((dim) => {
    if (typeof dim === "number") return String(dim);
    return dim.plus === 0 ? dim.name : `${dim.name} ${dim.plus < 0 ? "−" : "+"} ${Math.abs(dim.plus)}`;
  });
  return `${type}[${dims.join(", ")}]`;
}

function rated(value: { readonly type: string; readonly shape: Shape; readonly rate: "once" | "row" }): string {
  return `${shaped(value.type, value.shape)}, ${value.rate === "row" ? "one a row" : "the same for all rows"}`;
}

/** The lines of an item as written, without what follows on other lines where there are many. */
function written({ source }: Analysis, item: Item): string {
  if (item.span.file !== source.path) return "";
  const text = source.text.slice(item.span.start, item.span.end).replace(/[^\S\r\n]+/g, " ");
  const lines = text.split(/\r\n|\r|\n/);
  return lines.length <= 6 ? text : `${lines.slice(0, 5).join("\n")}\n…`;
}

/** Everything that a model's own lines define, in their order; dimensions that its data introduce and parameters of layers come last. */
export function definitionsOf(analysis: Analysis): readonly Definition[] {
  const { ast, model } = analysis;
  const found: Definition[] = [];
  for (const item of ast.items) {
    const text = written(analysis, item);
    const { doc } = item;
    switch (item.kind) {
      case "const": {
        const value = model?.constants.find((c) => c.name === item.name.text)?.value;
        found.push({ name: item.name.text, kind: "const", text, type: value === undefined ? null : `${value}`, doc });
        break;
      }
      case "data": {
        const known = model?.data.find((d) => d.name === item.name.text);
        const type = known === undefined ? printType(item.type) : rated(known);
        found.push({ name: item.name.text, kind: "data", text, type, doc });
        break;
      }
      case "param":
      case "state":
        found.push({ name: item.name.text, kind: item.kind, text, type: printType(item.type), doc });
        break;
      case "let":
      case "report": {
        const values = item.kind === "let" ? model?.definitions : model?.reports;
        const known = values?.find((v) => v.name === item.name.text);
        found.push({ name: item.name.text, kind: item.kind, text, type: known ? rated(known) : null, doc });
        break;
      }
      case "fn": {
        const parameters = item.parameters.map((p) => p.text).join(", ");
        found.push({ name: item.name.text, kind: "function", text, type: `(${parameters})`, doc });
        break;
      }
      case "distribution":
        found.push({ name: item.name.text, kind: "distribution", text, type: null, doc });
        break;
      default:
        break;
    }
  }
  const taken = new Set(found.map((d) => d.name));
  for (const item of ast.items) {
    if (item.kind !== "data") continue;
    for (const dim of item.type.shape) {
      if (dim.kind !== "name" || taken.has(dim.name)) continue;
      taken.add(dim.name);
      const type = "a size that the data tell";
      found.push({ name: dim.name, kind: "dimension", text: written(analysis, item), type, doc: null });
    }
  }
  for (const { name, doc, type, shape } of model?.parameters ?? []) {
    if (!name.includes(".")) continue;
    const shown = shaped(type.replace(/\[.*$/, ""), shape);
    found.push({ name, kind: "param", text: `param ${name} : ${shown}`, type: shown, doc });
  }
  return found;
}
