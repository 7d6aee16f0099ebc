// Chooses the information structure under a budget, and says why.

export { type Measured, wayKey } from "./measured.ts";
export { groupsOf, type PlanOptions, plan } from "./plan.ts";
export { bytes, time } from "./quantities.ts";
export { type RatedTarget, type Rates, rates, secondsOf } from "./rates.ts";
export type { Draft } from "./ways.ts";
export { type Work, workKinds } from "./work.ts";
