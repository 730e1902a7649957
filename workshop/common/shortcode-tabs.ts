import { escapeHtml } from "./filled-text.js";
import type { Shortcode } from "./shortcode-scan.js";

/** Shortcodes that make tabs: of many themes, and `tabpane` of Docsy, whose tabs hold code. */
export const TAB_SHORTCODES = ["tabs", "tabpane", "tab"] as const;

/** What stands in the place of a shortcode of tabs: HTML that begins or ends, with the fence of a tab of code inside of it. */
export interface TabPiece {
  begin?: string[];
  end?: string;
  /** Marks of a fence, with its language where it begins. */
  fence?: string;
}

interface TabSet {
  /** Titles that the set gives its tabs, in order. */
  titles: string[];
  count: number;
  /** The language of its code where its tabs hold code. */
  code: string | undefined;
  /** Whether the tab that is open holds code. */
  isCode: boolean;
}

/** Longer than the marks that code within a tab has. */
export const CODE_FENCE = "`````";

/** The tabs of a page, one shortcode after the other. */
export class ShortcodeTabs {
  readonly #open: TabSet[] = [];

  /** `undefined` for what has nothing to do with tabs, and for a tab of no set. */
  piece(shortcode: Shortcode): TabPiece | undefined {
    const { name, isClosing } = shortcode;
    if (name === "tabs" || name === "tabpane") return isClosing ? this.#endSet() : this.#beginSet(shortcode);
    const set = this.#open.at(-1);
    if (name !== "tab" || !set) return undefined;
    return isClosing ? endTab(set) : beginTab(set, shortcode);
  }

  #beginSet({ name, arguments: { named } }: Shortcode): TabPiece {
    const titles = (named["items"] ?? "").split(",").map((title) => title.trim());
    const isText = named["text"] === "true";
    const code = name === "tabpane" && !isText ? (named["lang"] ?? "") : undefined;
    this.#open.push({ titles: titles.filter((title) => title !== ""), count: 0, code, isCode: false });
    return { begin: ['<div class="tabs">'] };
  }

  #endSet(): TabPiece {
    this.#open.pop();
    return { end: "div" };
  }
}

function beginTab(set: TabSet, { written, arguments: { named, positional } }: Shortcode): TabPiece {
  const given = named["header"] ?? named["title"] ?? named["name"] ?? positional[0] ?? set.titles[set.count];
  const title = given ?? String(set.count + 1);
  // `{{% tab %}}` is Markdown in every theme.
  set.isCode = set.code !== undefined && named["text"] !== "true" && !written.startsWith("{{%");
  const opening = `<details class="tab"${set.count === 0 ? " open" : ""}>`;
  set.count += 1;
  const begin = [opening, `<summary>${escapeHtml(title)}</summary>`];
  return set.isCode ? { begin, fence: CODE_FENCE + (named["lang"] ?? set.code ?? "") } : { begin };
}

function endTab({ isCode }: TabSet): TabPiece {
  return isCode ? { fence: CODE_FENCE, end: "details" } : { end: "details" };
}
