// Curvature of terms that tie parameters together, probed one parameter after the other.

import { expect, it } from "vitest";
import { machine } from "../laws/machine.ts";

const text = `data y : real
param u : real[3]
param v : real[3]
y ~ Normal(u[1] + v[1], 1)
factor -2 * sum((u - v)^2) - sum(u^2) - 0.5 * sum(exp(v))
`;

it.each(["interpret", "js", "wasm"] as const)("diagonal, on %s: each parameter's own curvature", (backend) => {
  const built = machine(text, {}, { backend, structure: "diagonal" });
  const phi = [0.1, 0.2, 0.3, -0.4, 0.5, 0.6];
  built.state("phi").set(phi);
  built.run("prior");
  const { step, artefact } = built.built;
  const { offset, length } = step.layout.state.prior;
  const kept = [...artefact.memory.slice(offset, offset + length)];
  const expected = phi.map((x, i) => (i < 3 ? 4 + 2 : 4 + 0.5 * Math.exp(x)));
  expect(kept.slice(0, 6).map((x) => x.toFixed(10))).toEqual(expected.map((x) => x.toFixed(10)));
});
