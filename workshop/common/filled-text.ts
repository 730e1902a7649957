import { ShellReader } from "./shell-quote.js";

/** What a mark in templated text stands for; `written` is what the author wrote. */
export type Filling =
  | { kind: "value"; written: string; text: string }
  /** No value: why, and what to do about it. */
  | MissingValue
  /** `{{copy}}`, which is a button and no value. */
  | { kind: "copy"; written: string };

export interface MissingValue {
  kind: "missing";
  written: string;
  rule: "unknown-variable" | "template";
  /** The name that has none, where it is that. */
  name?: string;
  message: string;
  fix: string;
  /** Where the lab names what is not to be had here. */
  fidelity?: "lacking";
}

/** A filling with its place in a text. */
export interface PlacedFilling {
  filling: Filling;
  at: number;
  length: number;
}

/**
 * Values travel through Markdown as marks made of private-use characters, so that no value is ever read as Markdown, HTML or shell;
 * each is put in at the end, escaped for the place where it ends up.
 */
export class Fillings {
  readonly #fillings: Filling[] = [];

  /** Keeps the filling and returns the mark that stands for it. */
  mark(filling: Filling): string {
    this.#fillings.push(filling);
    return `\uE000${this.#fillings.length - 1}\uE001`;
  }

  /** Says of what has no value why that is so. */
  explain(why: (missing: MissingValue) => MissingValue): void {
    for (const [at, filling] of this.#fillings.entries())
      if (filling.kind === "missing") this.#fillings[at] = why(filling);
  }

  /** The text with every value as it is. */
  plain(text: string): string {
    return this.#replace(text, plainText);
  }

  /** The text as the author wrote it. */
  written(text: string): string {
    return this.#replace(text, ({ written }) => written);
  }

  /** The text with every value escaped for HTML, and a visible mark where one is missing. */
  html(html: string): string {
    const withAttributes = html.replace(/<[^<>]*>/g, (tag) =>
      this.#replace(tag, (filling) => escapeHtml(plainText(filling))),
    );
    return this.#replace(withAttributes, (filling) =>
      filling.kind === "missing"
        ? `<mark class="unknown-variable">${escapeHtml(plainText(filling))}</mark>`
        : escapeHtml(plainText(filling)),
    );
  }

  /** The text as a command: every value quoted as its place in the command needs. Throws where no quoting would bring the value there as it is. */
  shell(text: string): string {
    const reader = new ShellReader();
    let at = 0;
    for (const found of this.within(text)) {
      const { filling } = found;
      reader.read(text.slice(at, found.at));
      at = found.at + found.length;
      if (filling.kind === "value") reader.insert(filling, text[at] ?? "\n");
      else reader.read(plainText(filling));
    }
    return reader.end(text.slice(at));
  }

  /** What has no value in the text, each as it is written. */
  missing(text: string): string[] {
    return this.within(text).flatMap(({ filling }) => (filling.kind === "missing" ? [filling.written] : []));
  }

  /** Whether a text whose marks have been replaced by what they stand for still names something that has no value. */
  isUnfilled(plain: string): boolean {
    return this.#fillings.some(({ kind, written }) => kind === "missing" && plain.includes(written));
  }

  /** Every mark of the text with its place. */
  within(text: string): PlacedFilling[] {
    return [...text.matchAll(MARK)].map((found) => ({
      filling: this.#filling(found[1]),
      at: found.index,
      length: found[0].length,
    }));
  }

  #replace(text: string, replacement: (filling: Filling) => string): string {
    return text.replace(MARK, (_mark, index: string) => replacement(this.#filling(index)));
  }

  #filling(index: string | undefined): Filling {
    const filling = this.#fillings[Number(index)];
    if (filling) return filling;
    throw new Error(
      `no filling has the number ${String(index)}, although pages cannot write marks of their own`,
    );
  }
}

/** Removes the characters that marks are made of, so that a page cannot forge one. */
export function withoutMarks(text: string): string {
  return text.replace(/[\uE000-\uE00F]/g, "");
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

const MARK = /\uE000(\d{1,9})\uE001/g;
const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function plainText(filling: Filling): string {
  return filling.kind === "value" ? filling.text : filling.written;
}
