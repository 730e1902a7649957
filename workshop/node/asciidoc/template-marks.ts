import { escapeHtml, withoutMarks } from "../../common/filled-text.js";

/** A template's tag: `{{ name }}`, `{% if x %}`, `%name%`; each at most as long as the template's reader takes. */
const TAG = /\{\{[^{}\n]{0,2000}\}\}|\{%[^\n%]{0,2000}%\}|%[a-z_]\w{0,100}%/gi;
/** Private-use characters that are not those of values; AsciiDoc leaves them as they are. */
const [OPEN, CLOSE] = ["\uE00A", "\uE00B"];
const MARK = new RegExp(`${OPEN}(\\d{1,9})${CLOSE}`, "g");

/** Keeps what templates say apart from the AsciiDoc around it, which has braces and percent signs of its own. */
export class TemplateMarks {
  readonly #tags: string[] = [];

  /** The text with a mark for each tag. */
  of(text: string): string {
    return withoutMarks(text).replace(TAG, (tag) => this.#mark(tag));
  }

  /** A mark that stands for the value of that name. */
  value(name: string): string {
    return this.#mark(`{{ ${name} }}`);
  }

  /** Text as its author wrote it. */
  written(text: string): string {
    return text.replace(MARK, (_mark, at: string) => this.#tags[Number(at)] ?? "");
  }

  /** HTML with the tags in it. */
  html(html: string): string {
    return html.replace(MARK, (_mark, at: string) => {
      const tag = this.#tags[Number(at)] ?? "";
      return tag.startsWith("{{") && /[<&]/.test(tag) ? escapeHtml(tag) : tag;
    });
  }

  /** Whether the text, with what its author wrote in the place of the marks, has at most so many characters. */
  isWithin(text: string, characters: number): boolean {
    let left = characters - text.length;
    if (left < 0) return false;
    for (const [, at] of text.matchAll(MARK)) {
      left -= this.#tags[Number(at)]?.length ?? 0;
      if (left < 0) return false;
    }
    return true;
  }

  /** Whether the text is tags and nothing else, as a condition around blocks is. */
  isOnlyTags(text: string): boolean {
    const rest = text.replace(MARK, (_mark, at: string) =>
      this.#tags[Number(at)]?.startsWith("{%") ? "" : "x",
    );
    return text !== rest && rest.trim() === "";
  }

  #mark(tag: string): string {
    return `${OPEN}${this.#tags.push(tag) - 1}${CLOSE}`;
  }
}
