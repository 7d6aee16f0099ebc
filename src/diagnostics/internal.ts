// Faults of the compiler itself. A user's mistake is a Diagnostic; these throw.

/** Stops at a broken invariant of our own. */
export function internalError(message: string): never {
  const error = new Error(
    `${message}\nThis is a fault of Fisher Flow, not of your model. Please report it with the model.`,
  );
  error.name = "InternalError";
  throw error;
}

/** Closes an exhaustive switch: a forgotten case does not compile. */
export function unreachable(value: never): never {
  return internalError(`Unexpected value: ${JSON.stringify(value)}`);
}
