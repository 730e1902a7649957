import type { ApiObject } from "../api/object.js";

/** What a watch sends at once, and as HTTP's chunked encoding writes it: made once for all the watches that send it. */
export class WatchLine {
  readonly text: string;
  #chunk: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get chunk(): Buffer {
    this.#chunk ??= chunkOf(this.text);
    return this.#chunk;
  }
}

/** The lines of the changes that are being sent; forgotten at the end of the turn, for the watches that are as quick as this one. */
const lines = new Map<ApiObject, Map<string, WatchLine>>();

/** The line of an object that is in the store, and so never changes; `form` names all else that it depends on. */
export function sharedLine(object: ApiObject, form: string, make: () => string): WatchLine {
  if (lines.size === 0) setImmediate(() => lines.clear());
  const forms = lines.get(object) ?? new Map<string, WatchLine>();
  lines.set(object, forms);
  const line = forms.get(form) ?? new WatchLine(make());
  forms.set(form, line);
  return line;
}

function chunkOf(text: string): Buffer {
  const content = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from("\r\n")]);
}
