const DATA = "data: ";

/** The text of server-sent events that are JSON, piece by piece as it comes. */
export class EventText<T> {
  #rest = "";

  /** The events that the piece completes. */
  take(piece: string): T[] {
    const whole = `${this.#rest}${piece}`.split("\n\n");
    this.#rest = whole.pop() ?? "";
    return whole.flatMap((one) => (one.startsWith(DATA) ? [JSON.parse(one.slice(DATA.length)) as T] : []));
  }
}
