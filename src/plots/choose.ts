// Which plots there are of what is known.

import type { Shown } from "./data.ts";
import { estimatesPlot } from "./estimates.ts";
import { eventsPlot } from "./events.ts";
import { calibrationPlot, pitPlot, predictionsPlot } from "./held-out.ts";
import { informationPlot } from "./information.ts";
import { pathPlot } from "./path.ts";
import type { Plot, PlotKind } from "./plot.ts";
import { spectrumPlot } from "./spectrum.ts";

/** The plot of a kind, of predictions that of a response; null where what it shows is not known or empty. */
export function plotOf(kind: PlotKind, { summary, information, path, held: all }: Shown, response = 0): Plot | null {
  const held = all[response] ?? null;
  switch (kind) {
    case "estimates":
      return summary.parameters.length + summary.reports.length === 0 ? null : estimatesPlot(summary);
    case "path":
      return path === null ? null : pathPlot(path);
    case "events":
      return eventsPlot(summary);
    case "information":
      return informationPlot(information);
    case "spectrum":
      return spectrumPlot(information);
    case "calibration":
      return held === null ? null : calibrationPlot(held);
    case "pit":
      return held === null ? null : pitPlot(held);
    case "predictions":
      return held === null ? null : predictionsPlot(held);
  }
}
