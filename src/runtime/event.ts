// What happened to a flow on its way, to be told with its result.

/** The information came to be kept otherwise, from a row on. */
export interface FlowEvent {
  readonly kind: "replanned";
  /** Rows taken in before it; 0 where it was at the very start. */
  readonly row: number;
  /** Structures as they are written after `structure`. */
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}
