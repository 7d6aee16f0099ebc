// Lines of a stream of bytes as they come: with a time limit to waiting, whatever the line ends, a byte order mark, and
// a last line that does not end.

/** What came of a stream: lines, or nothing within the time that there was. */
export interface Arrived {
  readonly lines: readonly string[];
  /** Whether there is nothing to come. */
  readonly ended: boolean;
}

/** Lines of a stream. */
export interface Lines {
  /** The next lines, as soon as there are any; after so many milliseconds perhaps none. */
  next(patience: number | null): Promise<Arrived>;
  close(): Promise<void>;
}

/** Characters of a line; longer ones are cut to pieces, so that no line takes all memory. */
const longest = 1 << 24;

/** Reads the lines of a stream. An abort is the end of it. */
export function linesOf(stream: AsyncIterable<Uint8Array | string>, signal: AbortSignal | null = null): Lines {
  const iterator = stream[Symbol.asyncIterator]();
  const decoder = new TextDecoder("utf-8");
  let coming: Promise<IteratorResult<Uint8Array | string>> | null = null;
  let rest = "";
  let ended = false;
  let interrupt: () => void = () => {};
  const interrupted = new Promise<"interrupted">((resolve) => {
    interrupt = () => resolve("interrupted");
  });
  if (signal?.aborted === true) interrupt();
  else signal?.addEventListener("abort", interrupt, { once: true });

  const split = (text: string): readonly string[] => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() as string;
    if (rest.length > longest) {
      lines.push(rest);
      rest = "";
    }
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] as string;
      if (line.charCodeAt(line.length - 1) === 13) lines[i] = line.slice(0, -1);
    }
    return lines;
  };
  const finish = (): Arrived => {
    ended = true;
    const last = split(decoder.decode());
    const whole = rest === "" ? last : [...last, rest.endsWith("\r") ? rest.slice(0, -1) : rest];
    rest = "";
    return { lines: whole, ended: true };
  };

  return {
    async next(patience) {
      if (ended) return { lines: [], ended };
      coming ??= iterator.next();
      coming.catch(() => {});
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<"late">((resolve) => {
        if (patience !== null) timer = setTimeout(() => resolve("late"), Math.max(0, patience));
      });
      const first = await Promise.race([coming, interrupted, late]).finally(() => clearTimeout(timer));
      if (first === "late") return { lines: [], ended };
      // a line that was interrupted in its middle is none
      if (first === "interrupted") {
        ended = true;
        return { lines: [], ended };
      }
      coming = null;
      if (first.done === true) return finish();
      const text = typeof first.value === "string" ? first.value : decoder.decode(first.value, { stream: true });
      return { lines: split(text), ended };
    },
    async close() {
      ended = true;
      signal?.removeEventListener("abort", interrupt);
      // a stream that says nothing would never answer
      void iterator.return?.()?.catch(() => {});
    },
  };
}
