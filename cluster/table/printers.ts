import type { ApiObject } from "../api/object.js";
import { ageOf } from "./age.js";

/** What a printer may look at beside the object. */
export interface PrintContext {
  /** Milliseconds since the epoch. */
  now: number;
  store: { list(storageKey: string, namespace?: string): ApiObject[] };
}

/** The cells of one row, in the order of the columns. */
export type Printer = (object: ApiObject, context: PrintContext) => unknown[];

/** The printer of a built-in kind; without one, a row has the name and the time of creation. */
export function printerOf(_group: string, _kind: string): Printer {
  return ({ metadata }, { now }) => [metadata.name, ageOf(metadata.creationTimestamp, now)];
}
