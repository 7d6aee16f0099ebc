// Text in a page: nothing that a model or its data say can become markup.

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML, for elements and for attributes in quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter);
}

/** A value as JSON that can stand in a `script` element: no tag, comment or line separator can be read in it. */
export function embedded(value: unknown): string {
  const unsafe = /[<>&\u2028\u2029]/g;
  return JSON.stringify(value).replace(unsafe, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
