// The door of the sources room: data of every kind as raw columns, and raw columns as a model wants them.

export {
  type Encoded,
  type EncodeOptions,
  type Encoder,
  encoder,
  type Levels,
  rowNumber,
  why,
} from "./encode.ts";
export type { Following } from "./follow.ts";
export { jsonSource, objectSource } from "./json.ts";
export { excessLevels, type Learner, learnLevels, levelLearner } from "./levels.ts";
export type { Constant } from "./memory.ts";
export { type ObjectEncoder, type ObjectHolder, objectEncoder, objectHolder } from "./objects.ts";
export { type OnceValues, readOnce } from "./once.ts";
export { type OpenOptions, openSource } from "./open.ts";
export { type Failure, type Opened, SourceError } from "./outcome.ts";
export { writeParquet } from "./parquet.ts";
export { nameAt, rawStretch, timeAt } from "./parts.ts";
export { type RawBatches, type Rows, rawBatches, rowSource } from "./rows.ts";
export {
  type Available,
  type OncePart,
  type SelectedItem,
  type SelectedOnce,
  type Selection,
  select,
} from "./select.ts";
