// A maximum at infinity, a saddle, an exact fit, a warm-up that ran out: said once, and of what it is so.

import { describe, expect, it } from "vitest";
import { compile, type Diagnostic, fit, NumericalError, stream } from "../../src/index.ts";

type Columns = Record<string, (number | string)[]>;

/** What summaries and errors say alike. */
type Said = { readonly code: string; readonly message: string } & { readonly hint?: unknown; readonly span?: unknown };

async function said(run: typeof fit, source: string, columns: Columns, options: object = {}): Promise<Said[]> {
  try {
    return [...(await run(compile(source), columns, options as never)).diagnostics];
  } catch (error) {
    if (error instanceof NumericalError) return [...error.diagnostics];
    throw error;
  }
}

const rows = Array.from({ length: 600 }, (_, i) => i);
const bimodal = { y: rows.map((i) => (i % 2 === 0 ? -2 : 2) + Math.sin(7 * i)) };
const components = `param m1 : real ~ Normal(-2, 5) init -2
param m2 : real ~ Normal(2, 5) init 2
param m3 : real ~ Normal(20, 5) init 20
param s : positive ~ HalfNormal(2)
let l1 = log(w[1]) - 0.5 * ((y - m1) / s)^2 - log(s)
let l2 = log(w[2]) - 0.5 * ((y - m2) / s)^2 - log(s)
let l3 = log(w[3]) - 0.5 * ((y - m3) / s)^2 - log(s)
factor logsumexp([l1, l2, l3])
`;

describe.each([
  ["fit", fit],
  ["stream", stream],
] as const)("a component of a mixture that is empty, in a %s", (_, run) => {
  it("is the direction of its weight", async () => {
    const [found] = await said(run as typeof fit, `data y : real\nparam w : simplex[3]\n${components}`, bimodal);
    expect(found?.code).toBe("FF606");
    expect(found?.message).toContain("log(w[2] / w[3]) goes to infinity");
    expect(String(found?.hint)).toContain("softmax of logits");
    expect(found?.span).not.toBeNull();
  });
  it("is the direction of its logit", async () => {
    const source = `data y : real\nparam e : real\nlet w = softmax([0, 0, e])\n${components}`;
    const [found] = await said(run as typeof fit, source, bimodal);
    expect(found?.code).toBe("FF606");
    expect(found?.message).toContain("−e goes to infinity");
    expect(found?.span).not.toBeNull();
  });
});

describe("a scale that collapses", () => {
  const source =
    "data x : real\ndata y : real\nparam a : real\nparam b : real\nparam s : positive\ny ~ Normal(a + b * x, s)\n";
  const columns = { x: rows.map((i) => Math.sin(i)), y: rows.map((i) => 1 + 2 * Math.sin(i)) };
  it.each(["full", "diagonal", "block"])("is said once, kept as %s", async (structure) => {
    const found = await said(fit, source, columns, { structure });
    expect(found.map((d) => d.code).filter((code) => code === "FF605")).toHaveLength(1);
  });
  it("is said of the full information where the flow did not get there, which has not converged", async () => {
    const { diagnostics, converged } = (await fit(compile(source), columns, {
      structure: "scalar",
    } as never)) as never as {
      diagnostics: Diagnostic[];
      converged: boolean;
    };
    const text = diagnostics.map((d) => d.message).join("\n");
    if (text.includes("with the full information")) expect(converged).toBe(false);
    else expect(text).toMatch(/`s` fell to/);
  });
});

describe("a warm-up that ran out of passes", () => {
  it("is called the fit of the first rows", async () => {
    const source = "data x : real\ndata y : binary\nparam a : real\nparam b : real\ny ~ Bernoulli(logit: a + b * x)\n";
    const columns = {
      x: rows.map((i) => Math.sin(i)),
      y: rows.map((i) => (Math.sin(i) + Math.sin(9 * i) > 0.3 ? 1 : 0)),
    };
    const found = await said(stream as typeof fit, source, columns, { maxPasses: 2 });
    expect(found.find((d) => d.code === "FF601")?.message).toMatch(/^The fit of the first rows did not converge/);
  });
});
