import { PAGE_KEY_HEADER } from "../../common/api.js";

const NAME = "lectern-page-key";
const KEY_BYTES = 32;

/** Where the browser keeps nothing for us, the key lives as long as the page. */
let unkept: string | undefined;

/**
 * The header that proves that a request comes from a page of this very origin. Cookies go to every port of a host name; what a page
 * keeps is for its own origin alone. Made on first use, and the same for all tabs.
 */
export function pageKeyHeader(): Record<string, string> {
  return { [PAGE_KEY_HEADER]: keptKey() };
}

function keptKey(): string {
  try {
    const kept = localStorage.getItem(NAME);
    if (kept !== null) return kept;
    localStorage.setItem(NAME, unkept ?? newKey());
    return localStorage.getItem(NAME) ?? "";
  } catch {
    return (unkept ??= newKey());
  }
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return btoa(String.fromCodePoint(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
