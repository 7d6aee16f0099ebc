// Chooses the information structure under a budget, and says why.

export { bytes, type PlanOptions, plan } from "./plan.ts";
