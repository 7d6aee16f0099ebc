// Elements of the page in one call each. Text is always set as text: names of levels come from data.

type Content = Node | string;
type Attributes = Readonly<Record<string, string | number>>;

function filled<E extends Element>(element: E, attributes: Attributes, content: readonly Content[]): E {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...content);
  return element;
}

/** An HTML element. */
export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, content);
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...content: readonly Content[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, content);
}

/** The page's element of that id. */
export function byId<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return found;
}

/** A column of a table. */
export interface Column {
  readonly heading: string;
  readonly cells: readonly string[];
  readonly kind: "name" | "number" | "text";
}

/** A table whose first column names the rows. */
export function table(caption: string, columns: readonly Column[]): HTMLElement {
  const heads = columns.map(({ heading, kind }) => html("th", { scope: "col", class: kind }, heading));
  const count = columns[0]?.cells.length ?? 0;
  const rows = Array.from({ length: count }, (_, row) =>
    html(
      "tr",
      {},
      ...columns.map(({ cells, kind }, place) =>
        place === 0
          ? html("th", { scope: "row", class: kind }, cells[row] ?? "")
          : html("td", { class: kind }, cells[row] ?? ""),
      ),
    ),
  );
  const head = html("thead", {}, html("tr", {}, ...heads));
  return html("table", {}, html("caption", {}, caption), head, html("tbody", {}, ...rows));
}
