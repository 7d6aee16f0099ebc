// What a JavaScript host does with an artefact: instantiate it, stream columns through it, read the estimates. Written
// without imports and without our library, so that the same function runs in Node and, as text, in a page.

interface Place {
  readonly address: number;
  readonly length: number;
}
interface Layout {
  readonly capacity: number;
  readonly columns: Readonly<Record<string, Place>>;
  readonly state: Readonly<Record<string, Place>>;
}

/** The engine's interface, as far as a host of an artefact needs it. */
interface Engine {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{
    readonly instance: {
      readonly exports: Record<"init" | "update" | "finish", (rows?: number) => void> & {
        readonly memory: { readonly buffer: ArrayBuffer };
      };
    };
  }>;
}

/** Runs the flow; the bytes of phi and of the variances, in hexadecimal. */
export async function drive(
  bytes: Uint8Array<ArrayBuffer>,
  layout: Layout,
  data: Readonly<Record<string, readonly number[]>>,
): Promise<string> {
  const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
  const { instance } = await engine.instantiate(bytes, {});
  const { memory, init, update, finish } = instance.exports;
  const view = (address: number, length: number): Float64Array => new Float64Array(memory.buffer, address, length);
  const { x, y } = layout.columns;
  const total = data.y.length;
  init();
  for (let from = 0; from < total; ) {
    const count = Math.min(layout.capacity - (from % 3), total - from);
    for (const [k, name] of ["x1", "x2", "x3"].entries())
      view(x.address + 8 * k * layout.capacity, count).set(data[name].slice(from, from + count));
    view(y.address, count).set(data.y.slice(from, from + count));
    update(count);
    from += count;
  }
  finish();
  const { phi, variance } = layout.state;
  const found = [phi, variance].flatMap(({ address, length }) => [
    ...new Uint8Array(memory.buffer, address, 8 * length),
  ]);
  return found.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
