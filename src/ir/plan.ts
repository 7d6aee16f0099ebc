// The planner's answer: a partition of the parameters into blocks, the structure in which each block keeps its
// information, what that costs, and why.

export type StructureKind = "full" | "root" | "arrow" | "kronecker" | "lowrank" | "diagonal" | "scalar";
export type InformationKind = "expected" | "empirical" | "sampled" | "observed";

/** A structure with what it must know of its block. */
export type Form =
  | { readonly kind: "full" | "root" | "diagonal" | "scalar" }
  /** `rank` directions beside a diagonal. */
  | { readonly kind: "lowrank"; readonly rank: number }
  /** One matrix outputs × inputs, used as W @ a; with `bias` a vector of `outputs` follows it in the block. */
  | { readonly kind: "kronecker"; readonly outputs: number; readonly inputs: number; readonly bias: boolean }
  /**
   * The first `core` coordinates are shared; the rest belongs to `levels` levels, parameter after parameter, each
   * levels × its width.
   */
  | { readonly kind: "arrow"; readonly core: number; readonly levels: number; readonly widths: readonly number[] };

/** One phrase of the setting `structure`: how some parameters are to keep their information. */
export interface StructureRequest {
  readonly kind: "auto" | "full" | "diagonal" | "scalar" | "block" | "kronecker" | "arrow" | "lowrank";
  /** `full sqrt`: in square-root form. */
  readonly root?: true;
  /** `lowrank 10`; absent lets the planner choose. */
  readonly rank?: number;
  /** `for W1 W2`; null is every parameter that no other phrase names. */
  readonly parameters: readonly string[] | null;
}

/** What a plan may spend; what is absent is not limited, but to a gigabyte and a millisecond a row. */
export interface Budget {
  /** Whatever it takes: not even that. */
  readonly any?: true;
  readonly bytes?: number;
  readonly secondsPerRow?: number;
  readonly secondsPerBatch?: number;
  readonly flopsPerRow?: number;
}

/** What an update costs a row, at the planned batch size, and what a flow holds. */
export interface Cost {
  /** Multiply–adds. */
  readonly flopsPerRow: number;
  readonly secondsPerRow: number;
  /** Bytes held while running. */
  readonly bytes: number;
}

/** A way considered for a block. */
export interface Candidate extends Cost {
  /** As it is written after `structure`: `full`, `full sqrt`, `lowrank 10`, … */
  readonly structure: string;
  readonly blocks: readonly { readonly parameters: readonly string[]; readonly form: Form }[];
  /** Expected share of the block's information that is lost: 0 nothing, 1 everything but its trace. */
  readonly loss: number;
  readonly fits: boolean;
  /** Why it was passed over, or that it was chosen. */
  readonly verdict: string;
  /** What a pilot measured; null where there was none, or the full information could not be had. */
  readonly pilot: Divergence | null;
}

/** How far a way's information Î is from the full I, at the same estimate and over the same rows, the prior in both. */
export interface Divergence {
  /** KL(N(φ, I⁻¹) ‖ N(φ, Î⁻¹)) in nats. */
  readonly kl: number;
  /** Standard errors of Î as a share of those of I. */
  readonly errors: { readonly least: number; readonly median: number; readonly most: number };
  /** The least ε of (1 − ε) I ⪯ Î ⪯ (1 + ε) I. */
  readonly epsilon: number;
  /** Coordinates compared: those about which the pilot's rows say anything. */
  readonly coordinates: number;
}

export interface PlanBlock extends Cost {
  readonly parameters: readonly string[];
  /** Unconstrained coordinates. */
  readonly size: number;
  /** As it is written after `structure`. */
  readonly structure: string;
  readonly form: Form;
  readonly loss: number;
  readonly reason: string;
  readonly candidates: readonly Candidate[];
}

export interface Plan extends Cost {
  readonly kind: "plan";
  readonly information: InformationKind;
  /** Draws a row of `sampled` information. */
  readonly draws: number;
  readonly blocks: readonly PlanBlock[];
  /** Rows of one internal batch. */
  readonly batchRows: number;
  /** Precision of contractions and of sums over a batch's rows; what is kept is double. */
  readonly precision: "double" | "single";
  /** Remarks about statements whose information is had another way than asked. */
  readonly notes: readonly string[];
}

/** A form as it is written after `structure`. */
export function formName(form: Form): string {
  switch (form.kind) {
    case "root":
      return "full sqrt";
    case "lowrank":
      return `lowrank ${form.rank}`;
    default:
      return form.kind;
  }
}

/** Whether an unknown value is a form for a block of so many coordinates. */
export function formFits(form: unknown, size: number): form is Form {
  if (typeof form !== "object" || form === null || !("kind" in form)) return false;
  const { kind, rank, outputs, inputs, bias, core, levels, widths } = form as Readonly<Record<string, unknown>>;
  const whole = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
  switch (kind) {
    case "full":
    case "root":
    case "diagonal":
    case "scalar":
      return true;
    case "lowrank":
      return whole(rank) && rank >= 1 && rank <= Math.max(1, size);
    case "kronecker":
      return whole(outputs) && whole(inputs) && typeof bias === "boolean" && outputs * (inputs + Number(bias)) === size;
    case "arrow":
      return (
        whole(core) &&
        whole(levels) &&
        Array.isArray(widths) &&
        widths.every(whole) &&
        core + levels * widths.reduce((sum: number, w: number) => sum + w, 0) === size
      );
    default:
      return false;
  }
}
