// Scores come out as the textbook writes them: derivatives of the library's log densities in their arguments, printed.

import { expect, test } from "vitest";
import { gradient, pushforward } from "../../src/autodiff/index.ts";
import { familyDensity, standardFamilies } from "../../src/check/index.ts";
import { GraphBuilder, type LeafName, type NodeId, printNode, rewrite } from "../../src/ir/index.ts";

/** First derivatives of an overload's log density, and its second along the diagonal, as text. */
function derivatives(form: string): { score: Record<string, string>; second: Record<string, string> } {
  const family = standardFamilies().find((f) => f.form === form);
  const { density } = familyDensity(family!);
  const { graph, logpdf, argumentNames } = density!;
  const g = new GraphBuilder();
  const [moved] = rewrite(graph, [logpdf], g);
  const slots = density!.arguments.map((a, k) => g.slot(k, a.shape, false));
  const names: LeafName = (node) => (node.op === "slot" ? argumentNames[node.attributes.index ?? 0] : null);
  const show = (nodes: readonly NodeId[]): Record<string, string> =>
    Object.fromEntries(nodes.map((node, k) => [argumentNames[k], printNode(g, node, names)]));
  const score = gradient(g, moved, slots);
  const second = score.map(
    (node, k) => pushforward(g, [node], new Map([[slots[k], g.constant(1, g.shape(slots[k]))]]))[0],
  );
  return { score: show(score), second: show(second) };
}

test.each([
  ["Poisson(log:)", { log: "y - exp(log)" }],
  ["Poisson(rate)", { rate: "xdivy(y, rate) - 1" }],
  ["Bernoulli(logit:)", { logit: "y - sigmoid(logit)" }],
  ["Bernoulli(probit:)", { probit: "y * millsRatio(probit) - (1 - y) * millsRatio(-probit)" }],
  ["Exponential(rate)", { rate: "1 / rate - y" }],
  ["Exponential(log:)", { log: "y * exp(-log) - 1" }],
  ["Gamma(shape, rate)", { shape: "log(rate) + (log(y) - digamma(shape))", rate: "shape / rate - y" }],
  ["Normal(mean, sd)", { mean: "(y - mean) / sd / sd", sd: "-1 / sd + t1^2 / sd\n  where t1 = (y - mean) / sd" }],
])("the score of %s", (form, score) => {
  expect(derivatives(form).score).toEqual(score);
});

test.each([
  ["Poisson(log:)", { log: "-exp(log)" }],
  ["Bernoulli(logit:)", { logit: "-(sigmoid(logit) * (1 - sigmoid(logit)))" }],
  ["Exponential(rate)", { rate: "-(1 / rate / rate)" }],
])("the second derivative of %s", (form, second) => {
  expect(derivatives(form).second).toEqual(second);
});
