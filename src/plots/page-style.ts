// The style sheet of the page: two colours for data, one for text, light and dark; plots take their colours from here.

/** CSS of the page. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --panel: #f5f5f1; --ink: #1c1f24; --muted: #5a626c; --rule: #e2e3de;
  --accent: #2a5f94; --warm: #b4532a; --mark: #fff3cf;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --serif: Charter, "Bitstream Charter", "Iowan Old Style", "Sitka Text", Cambria, "Liberation Serif", Georgia, serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --panel: #1d2126; --ink: #e4e6e8; --muted: #9aa4ae; --rule: #30363d;
    --accent: #7fb3e3; --warm: #e49a70; --mark: #4a3f1a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 var(--sans); }
main, header, footer { max-width: 820px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 44px; }
h1, h2 { font-family: var(--serif); font-weight: 600; letter-spacing: -0.01em; text-wrap: balance; }
h1 { font-size: 34px; line-height: 1.15; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 22px; line-height: 1.25; margin: 0 0 6px; }
h3 { font-size: 15px; font-weight: 600; margin: 0 0 2px; }
p { margin: 0 0 10px; }
a { color: var(--accent); text-underline-offset: 2px; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.under { color: var(--muted); margin: 6px 0 0; overflow-wrap: anywhere; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 20px; top: 8px; }
nav { margin: 18px 0 0; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 14px; }
nav a { color: var(--muted); text-decoration: none; padding: 3px 0; }
nav a:hover { color: var(--ink); text-decoration: underline; }
section { padding: 34px 0 6px; }
section + section { border-top: 1px solid var(--rule); margin-top: 26px; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(148px, 1fr)); gap: 18px 20px; margin: 0; }
.figures dt { color: var(--muted); font-size: 13px; line-height: 1.3; }
.figures dd { margin: 1px 0 0; font-size: 21px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.figures small { display: block; color: var(--muted); font-size: 12px; line-height: 1.35; margin-top: 1px; }
.caption { color: var(--muted); font-size: 14px; line-height: 1.5; max-width: 68ch; margin: 0 0 16px; }
figure { margin: 0 0 10px; min-width: 0; }
.figures + .pair, .pair + figure { margin-top: 28px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 26px 24px; align-items: start; }
.pair figure { display: grid; grid-template-rows: subgrid; grid-row: span 3; gap: 0; }
.drawing svg { display: block; width: 100%; height: auto; overflow: visible; }
.drawing text { font-family: var(--sans); }
.drawing [aria-label] { cursor: default; }
.narrow { display: none; }
@media (max-width: 640px) {
  header { padding-top: 28px; }
  main, header, footer { padding-left: 16px; padding-right: 16px; }
  h1 { font-size: 28px; }
  section { padding-top: 26px; }
  .pair { grid-template-columns: 1fr; }
  .wide { display: none; }
  .narrow { display: block; }
  table { font-size: 13px; }
  th, td { padding-right: 11px; }
}
.tools { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 16px; margin-top: 8px; font-size: 13px; }
.tools button, summary { color: var(--muted); }
button { font: inherit; background: none; border: 0; padding: 3px 0; cursor: pointer; text-decoration: underline; text-decoration-color: var(--rule); text-underline-offset: 3px; }
button:hover, summary:hover { color: var(--ink); }
[hidden] { display: none !important; }
summary { cursor: pointer; padding: 3px 0; }
.tools details[open] { flex-basis: 100%; }
.scroll { overflow: auto; max-height: 420px; border: 1px solid var(--rule); border-radius: 4px; margin-top: 4px; }
.wide-table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; color: var(--muted); font-size: 13px; vertical-align: bottom; white-space: nowrap; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--rule); }
td { vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
.scroll th, .scroll td { padding: 3px 12px; white-space: nowrap; font-size: 12.5px; }
.scroll thead th { position: sticky; top: 0; background: var(--panel); }
.number { text-align: right; white-space: nowrap; }
.name { overflow-wrap: anywhere; min-width: 15ch; }
.reason { color: var(--muted); min-width: 26ch; }
.find { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; margin: 22px 0 8px; }
.find input { font: inherit; font-size: 14px; color: var(--ink); background: var(--panel); border: 1px solid var(--rule); border-radius: 4px; padding: 5px 9px; width: 260px; max-width: 100%; }
.find input::placeholder { color: var(--muted); opacity: 1; }
.find span { color: var(--muted); font-size: 13px; }
.notes { list-style: none; padding: 0; margin: 0; }
.notes li { padding: 8px 0; border-bottom: 1px solid var(--rule); overflow-wrap: anywhere; }
.notes b { font-weight: 600; }
.notes .warning b, .notes .error b { color: var(--warm); }
.notes span { color: var(--muted); font-size: 13px; }
code { font: 13px/1.5 var(--mono); overflow-wrap: anywhere; }
pre { font: 13px/1.5 var(--mono); background: var(--panel); border-radius: 4px; padding: 14px 16px; overflow-x: auto; margin: 8px 0 0; }
footer { color: var(--muted); font-size: 13px; padding-top: 30px; padding-bottom: 44px; }
.tip { position: fixed; z-index: 9; pointer-events: none; max-width: 320px; background: var(--ink); color: var(--paper); font-size: 12.5px; line-height: 1.4; padding: 5px 9px; border-radius: 4px; overflow-wrap: anywhere; }
@media print { nav, .tools, .find { display: none; } body { font-size: 11pt; } section { break-inside: avoid; } }
`;
