import { LRUCache } from "lru-cache";
import type { ApiObject } from "../api/object.js";

/** Of JSON kept beside the objects, for answers and watchers to come: some 4,000 pods. */
const MAX_BYTES = 12 * 1024 * 1024;
/** What a single text may take of it: one larger than this would drive out what many read. */
const MAX_TEXT_BYTES = 256 * 1024;

const texts = new LRUCache<ApiObject, string>({
  maxSize: MAX_BYTES,
  maxEntrySize: MAX_TEXT_BYTES,
  sizeCalculation: (text) => text.length + 1,
});

/** The JSON of an object; stored (frozen) objects are serialised once for many clients that read them at about one time. */
export function objectText(object: ApiObject): string {
  if (!Object.isFrozen(object)) return JSON.stringify(object);
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  texts.set(object, text);
  return text;
}

/** Keeps a text that was made already, such as for the journal. */
export function rememberText(object: ApiObject, text: string): void {
  texts.set(object, text);
}
