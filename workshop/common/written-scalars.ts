/** How numbers and truth values are written that stand in a list or a map, by that list or map. */
export class WrittenScalars {
  readonly #texts = new WeakMap<object, ReadonlyMap<string, string>>();

  /** Keeps what of the entries is written otherwise than it is read, by their keys, those of a list being their places. */
  set(holder: object, entries: Iterable<[string | number, { written: string | undefined }]>): void {
    const texts = new Map<string, string>();
    for (const [key, { written }] of entries) if (written !== undefined) texts.set(String(key), written);
    if (texts.size > 0) this.#texts.set(holder, texts);
  }

  /** How the number or truth value behind the key is written; `undefined` for other values. */
  of(holder: object, key: string): string | undefined {
    return this.#texts.get(holder)?.get(key);
  }

  /** The value behind the key as it is written, and so are the items of a list; values that are neither a number nor a truth value are themselves. */
  behind(holder: object, key: string): unknown {
    const value: unknown = Object.hasOwn(holder, key) ? Reflect.get(holder, key) : undefined;
    if (!Array.isArray(value)) return this.of(holder, key) ?? value;
    return value.map((item: unknown, at) => this.of(value, String(at)) ?? item);
  }
}
