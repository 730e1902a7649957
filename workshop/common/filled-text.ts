import { quoteForShell } from "./shell-quote.js";

/** What a mark in templated text stands for. */
export type Filling = { kind: "value"; text: string } | { kind: "missing"; name: string } | { kind: "copy" };

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

  /** The text with every value as it is. */
  plain(text: string): string {
    return this.#replace(text, plainText);
  }

  /** The text with every value escaped for HTML, and a visible mark where one is missing. */
  html(html: string): string {
    const withAttributes = html.replace(/<[^>]*>/g, (tag) =>
      this.#replace(tag, (filling) => escapeHtml(plainText(filling))),
    );
    return this.#replace(withAttributes, (filling) =>
      filling.kind === "missing"
        ? `<mark class="unknown-variable">${escapeHtml(plainText(filling))}</mark>`
        : escapeHtml(plainText(filling)),
    );
  }

  /** The text as a command: every value quoted as its place in the command needs. */
  shell(text: string): string {
    let command = "";
    let at = 0;
    for (const found of text.matchAll(MARK)) {
      command += text.slice(at, found.index);
      command += quoteForShell(plainText(this.#filling(found[1])), command);
      at = found.index + found[0].length;
    }
    return command + text.slice(at);
  }

  /** Names in the text that have no value. */
  missing(text: string): string[] {
    return this.within(text).flatMap(({ filling }) => (filling.kind === "missing" ? [filling.name] : []));
  }

  /** Every mark of the text with its place. */
  within(text: string): { filling: Filling; at: number; length: number }[] {
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
    return this.#fillings[Number(index)] ?? { kind: "missing", name: "?" };
  }
}

/** Removes the characters that marks are made of, so that a page cannot forge one. */
export function withoutMarks(text: string): string {
  return text.replace(/[\uE000-\uE003]/g, "");
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

const MARK = /\uE000(\d+)\uE001/g;
const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function plainText(filling: Filling): string {
  if (filling.kind === "value") return filling.text;
  return filling.kind === "missing" ? `{{ ${filling.name} }}` : "";
}
