import type { Quantity } from "../schema/quantity.js";
import { addQuantities, formatQuantity, parseQuantity } from "../schema/quantity.js";

/** Amounts by resource name. */
export type ResourceList = Map<string, Quantity>;

/** Reads a `ResourceList` field; entries that are no quantities are left out (validation refuses them elsewhere). */
export function resourceList(value: unknown): ResourceList {
  const list: ResourceList = new Map();
  if (typeof value !== "object" || value === null) return list;
  for (const [name, text] of Object.entries(value)) {
    const quantity = parseQuantity(text);
    if (quantity) list.set(name, quantity);
  }
  return list;
}

/** Adds `more` to `list` in place. */
export function addTo(list: ResourceList, more: ResourceList): void {
  for (const [name, quantity] of more) {
    const present = list.get(name);
    list.set(name, present ? addQuantities(present, quantity) : quantity);
  }
}

/** Raises each amount of `list` to that of `other`, in place. */
export function raiseTo(list: ResourceList, other: ResourceList): void {
  for (const [name, quantity] of other) {
    const present = list.get(name);
    if (!present || present.nano < quantity.nano) list.set(name, quantity);
  }
}

/** The JSON form, names sorted. */
export function toJson(list: ResourceList): Record<string, string> {
  return Object.fromEntries(sorted(list).map(([name, quantity]) => [name, formatQuantity(quantity)]));
}

/** `a=1,b=2` for the texts of the API. */
export function describeList(list: ResourceList): string {
  return sorted(list)
    .map(([name, quantity]) => `${name}=${formatQuantity(quantity)}`)
    .join(",");
}

function sorted(list: ResourceList): [string, Quantity][] {
  return [...list].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
