// Automatic differentiation on the graph: score, Jacobian, Hessian, score factors.

export { derive, type Target } from "./derivatives.ts";
export { pushforward } from "./forward.ts";
export { dependents, dependsOn, gradient, pullback, type Seed } from "./reverse.ts";
