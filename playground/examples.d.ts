declare module "virtual:examples" {
  /** The models of examples/ with their data. */
  export const examples: readonly import("./build/examples.ts").Example[];
}
