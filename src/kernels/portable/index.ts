// The portable kernels by name: what a `kernel` routine may call. Each takes the memory, then positions and counts.

import * as arrow from "./arrow.ts";
import * as cholesky from "./cholesky.ts";
import * as eigen from "./eigen.ts";
import * as kronecker from "./kronecker.ts";
import * as lowrank from "./lowrank.ts";
import * as root from "./root.ts";
import * as vectors from "./vectors.ts";

/** Kernels that a routine may call, as they run in JavaScript. */
export const portable = {
  ones: vectors.ones,
  fillFrom: vectors.fillFrom,
  addMean: vectors.addMean,
  divideByOne: vectors.divideByOne,
  multiplyByOne: vectors.multiplyByOne,
  scalarInverse: vectors.scalarInverse,
  addToAll: vectors.addToAll,
  scalarSample: vectors.scalarSample,
  diagonalSample: vectors.diagonalSample,
  choleskySample: vectors.choleskySample,
  drawSigns: vectors.drawSigns,
  fillRows: cholesky.fillRows,
  placeRows: cholesky.placeRows,
  choleskyAppend: cholesky.choleskyAppend,
  arrowGather: arrow.arrowGather,
  arrowScatter: arrow.arrowScatter,
  arrowAccumulate: arrow.arrowAccumulate,
  arrowAddDiagonal: arrow.arrowAddDiagonal,
  arrowAddDiagonalOf: arrow.arrowAddDiagonalOf,
  arrowProbe: arrow.arrowProbe,
  arrowSubtractOwn: arrow.arrowSubtractOwn,
  arrowSubtractCross: arrow.arrowSubtractCross,
  arrowFactorize: arrow.arrowFactorize,
  arrowLocate: arrow.arrowLocate,
  arrowSolve: arrow.arrowSolve,
  arrowBack: arrow.arrowBack,
  arrowMultiply: arrow.arrowMultiply,
  arrowInvert: arrow.arrowInvert,
  kroneckerGather: kronecker.kroneckerGather,
  kroneckerScatter: kronecker.kroneckerScatter,
  kroneckerDamp: kronecker.kroneckerDamp,
  kroneckerStatus: kronecker.kroneckerStatus,
  kroneckerWhole: kronecker.kroneckerWhole,
  kroneckerDiagonal: kronecker.kroneckerDiagonal,
  kroneckerLogdet: kronecker.kroneckerLogdet,
  kroneckerSample: kronecker.kroneckerSample,
  rootAppend: root.rootAppend,
  rootJoin: root.rootJoin,
  rootDamp: root.rootDamp,
  rootCheck: root.rootCheck,
  rootSolve: root.rootSolve,
  rootSolveScore: root.rootSolveScore,
  rootMultiply: root.rootMultiply,
  rootScale: root.rootScale,
  rootInvert: root.rootInvert,
  rootDiagonal: root.rootDiagonal,
  rootSample: root.rootSample,
  lowrankAppend: lowrank.lowrankAppend,
  lowrankAppendMany: lowrank.lowrankAppendMany,
  lowrankChunk: lowrank.lowrankChunk,
  lowrankJoin: lowrank.lowrankJoin,
  lowrankScale: lowrank.lowrankScale,
  lowrankPlace: lowrank.lowrankPlace,
  lowrankFactorize: lowrank.lowrankFactorize,
  lowrankSolve: lowrank.lowrankSolve,
  lowrankMultiply: lowrank.lowrankMultiply,
  lowrankInvert: lowrank.lowrankInvert,
  lowrankDiagonal: lowrank.lowrankDiagonal,
  lowrankSample: lowrank.lowrankSample,
  jacobi: eigen.jacobi,
  eigenSort: eigen.eigenSort,
} as const;

export type PortableName = keyof typeof portable;
