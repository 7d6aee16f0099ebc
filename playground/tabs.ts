// Tabs as ARIA describes them: one is selected, arrow keys move between them.

import { byId } from "./elements.ts";

/** The tabs of the page and what they open. */
export interface Tabs {
  select(name: string): void;
}

/** Makes the elements `tab-NAME` and `panel-NAME` work together. */
export function tabs(names: readonly string[]): Tabs {
  const all = names.map((name) => ({
    name,
    tab: byId(`tab-${name}`, HTMLButtonElement),
    panel: byId(`panel-${name}`, HTMLDivElement),
  }));
  const select = (name: string): void => {
    for (const { name: own, tab, panel } of all) {
      const selected = own === name;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      panel.hidden = !selected;
    }
  };
  for (const [place, { name, tab }] of all.entries()) {
    tab.addEventListener("click", () => select(name));
    tab.addEventListener("keydown", ({ key }) => {
      const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
      const next = all[(place + step + all.length) % all.length];
      if (step === 0 || next === undefined) return;
      select(next.name);
      next.tab.focus();
    });
  }
  select(names[0] ?? "");
  return { select };
}
