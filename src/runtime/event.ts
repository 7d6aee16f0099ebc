// What happened to a flow on its way, to be told with its result.

/** Something that happened when so many rows had been taken in; 0 where it was at the very start. */
export type FlowEvent = Replanned | Noted;

/** The information came to be kept otherwise, from a row on. */
export interface Replanned {
  readonly kind: "replanned";
  readonly row: number;
  /** Structures as they are written after `structure`. */
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** What a companion of the flow saw or did. */
export interface Noted {
  /**
   * `changed`: the parameters moved, by the change test · `miscalibrated`: one-step-ahead intervals stopped covering ·
   * `saturated`: the rows bring no more information · `began`: it went on from another state's information ·
   * `combined`: it was made of several flows · `levels`: new levels came in · `position`: where in the data it went on.
   */
  readonly kind: "changed" | "miscalibrated" | "saturated" | "began" | "combined" | "levels" | "position";
  readonly row: number;
  /** One sentence. */
  readonly message: string;
  /** The figures behind it, as JSON has them. */
  readonly details: Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;
}
