/** Changes of size that are remembered; a window that is dragged makes ten a second. */
const REMEMBERED = 256;

export interface ScreenSize {
  columns: number;
  rows: number;
}

/** A size and the position of the stream from which it counts. */
export interface SizeChange extends ScreenSize {
  position: number;
  /** Counts from 0 for the first size. */
  number: number;
}

/** Which size a terminal had at which place of its output; everybody who reads the output takes the sizes in order. */
export class SizeHistory {
  #changes: SizeChange[];

  constructor(first: ScreenSize) {
    this.#changes = [{ ...first, position: 0, number: 0 }];
  }

  get current(): SizeChange {
    return this.#changes.at(-1) as SizeChange;
  }

  add(position: number, { columns, rows }: ScreenSize): void {
    const { number } = this.current;
    this.#changes.push({ columns, rows, position, number: number + 1 });
    if (this.#changes.length > REMEMBERED) this.#changes.shift();
  }

  /** The size that output at this position was made for; the earliest known where that is forgotten. */
  at(position: number): SizeChange {
    return (
      this.#changes.findLast((change) => change.position <= position) ?? (this.#changes[0] as SizeChange)
    );
  }

  /** The change that follows the one of this number. */
  after(number: number): SizeChange | undefined {
    return this.#changes.find((change) => change.number > number);
  }
}
