import type { ApiObject } from "../api/object.js";

const texts = new WeakMap<ApiObject, string>();

/** The JSON of an object; stored (frozen) objects are serialised once however many clients read them. */
export function objectText(object: ApiObject): string {
  if (!Object.isFrozen(object)) return JSON.stringify(object);
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
  }
  return text;
}
