import type { LineMap } from "./template-page.js";

/** A text that is put together of a source's pieces and of what stands in place of others; knows the source's line of each of its own. */
export class LinedText {
  readonly #parts: string[] = [];
  /** Of each line of the text so far, from 1. */
  readonly #sources: number[] = [1];
  #isLineEmpty = true;

  /** Adds a piece of the source that begins on that line. */
  copy(text: string, line: number): void {
    this.#add(text, line, 1);
  }

  /** Adds what stands in place of something on that line. */
  put(text: string, line: number): void {
    this.#add(text, line, 0);
  }

  get text(): string {
    return this.#parts.join("");
  }

  get lines(): LineMap {
    return (line) => this.#sources[line - 1] ?? this.#sources.at(-1) ?? 1;
  }

  #add(text: string, first: number, step: 0 | 1): void {
    if (text === "") return;
    this.#parts.push(text);
    if (this.#isLineEmpty) this.#sources[this.#sources.length - 1] = first;
    let line = first;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      line += step;
      this.#sources.push(line);
    }
    this.#isLineEmpty = text.endsWith("\n");
  }
}
