// What the page does by itself: tell what is under the pointer, search the estimates, show and hand out the data. It
// writes text only, never markup; without it the page loses nothing but these.

/** JavaScript of the page. */
export const script = `"use strict";
(() => {
  const report = JSON.parse(document.getElementById("report").textContent);
  const minus = (text) => text.replace("-", "\\u2212");
  const shown = (x) => {
    if (typeof x !== "number") return x === null ? "" : String(x);
    const size = Math.abs(x);
    if (x === 0) return "0";
    if (Number.isInteger(x) && size < 1e6) return minus(String(x));
    return minus(size >= 1e6 || size < 1e-4 ? x.toExponential(3) : String(Number(x.toPrecision(4))));
  };
  const add = (parent, name, text, kind) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    parent.append(element);
    return element;
  };

  const tip = add(document.body, "div", "", "tip");
  tip.hidden = true;
  document.addEventListener("pointermove", (event) => {
    const mark = event.target instanceof Element ? event.target.closest(".drawing svg [aria-label]") : null;
    tip.hidden = mark === null;
    if (mark === null) return;
    tip.textContent = mark.getAttribute("aria-label");
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = Math.max(6, Math.min(event.clientX + 14, innerWidth - width - 6)) + "px";
    tip.style.top = (event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18) + "px";
  });
  document.addEventListener("pointerleave", () => { tip.hidden = true; });

  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const cell = (x) => {
    const text = x === null ? "" : String(x);
    return /[",\\r\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  for (const button of document.querySelectorAll("button[data-csv]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const { columns, rows } = report.tables[button.dataset.csv];
      save(button.dataset.csv + ".csv", "text/csv", [columns, ...rows].map((row) => row.map(cell).join(",") + "\\r\\n").join(""));
    });
  }
  for (const button of document.querySelectorAll("button[data-svg]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const drawings = [...button.closest("figure").querySelectorAll(".drawing svg")];
      const svg = drawings.find((one) => one.getClientRects().length > 0) ?? drawings[0];
      const colors = getComputedStyle(document.documentElement);
      const text = new XMLSerializer().serializeToString(svg);
      save(button.dataset.svg + ".svg", "image/svg+xml", text.replace(/var\\((--[a-z]+)\\)/g, (_, name) => colors.getPropertyValue(name).trim()));
    });
  }
  const whole = document.querySelector("button[data-all]");
  if (whole) {
    whole.hidden = false;
    whole.addEventListener("click", () => save("report.json", "application/json", JSON.stringify(report, null, 1)));
  }

  const most = 200;
  for (const place of document.querySelectorAll("[data-table]")) {
    place.closest("details").addEventListener("toggle", () => {
      if (place.childElementCount > 0) return;
      const { columns, rows, all } = report.tables[place.dataset.table];
      const table = add(place, "table");
      const head = add(add(table, "thead"), "tr");
      for (const name of columns) add(head, "th", name).scope = "col";
      const body = add(table, "tbody");
      for (const row of rows.slice(0, most)) {
        const line = add(body, "tr");
        for (const x of row) add(line, "td", shown(x), typeof x === "number" ? "number" : "");
      }
      if (all > most) add(place, "p", "The first " + Math.min(most, rows.length) + " of " + all + " rows; the download has " + (all > rows.length ? "the first " + rows.length : "all") + ".");
    });
  }

  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const list = document.querySelector("#table-estimates tbody");
  if (search && list) {
    const { columns, rows, all } = report.tables.estimates;
    const at = Object.fromEntries(columns.map((name, k) => [name, k]));
    const named = rows.map((row) => ({ row, name: row[at.index] === "" ? row[at.name] : row[at.name] + "[" + row[at.index] + "]" }));
    const robust = rows.some((row) => row[at.robust] !== null);
    const keys = ["estimate", "se", ...(robust ? ["robust"] : []), "lower", "upper"];
    const first = [...list.children];
    search.closest(".find").hidden = false;
    const show = () => {
      const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
      if (words.length === 0) {
        list.replaceChildren(...first);
        found.textContent = all > first.length ? "the first " + first.length + " of " + all + (all > rows.length ? "; the search finds those among the first " + rows.length : "") : "";
        return;
      }
      const hits = named.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
      list.replaceChildren();
      for (const { row, name } of hits.slice(0, most)) {
        const line = add(list, "tr");
        add(line, "td", name, "name");
        for (const key of keys) add(line, "td", shown(row[at[key]]), "number");
        const share = row[at.fromPrior];
        add(line, "td", share === null ? "" : Math.round(100 * share) + " %", "number");
      }
      found.textContent = hits.length + " found" + (hits.length > most ? ", the first " + most + " shown" : "");
    };
    search.addEventListener("input", show);
    show();
  }
})();
`;
