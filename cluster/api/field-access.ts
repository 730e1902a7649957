/** Reads of JSON objects whose shape nobody has promised. Paths are dotted; list indexes are not supported. */

export type JsonObject = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at `path`, or `undefined` where the path leads nowhere. */
export function valueAt(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const step of path.split(".")) {
    if (!isRecord(value)) return undefined;
    value = Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** The string, number or boolean at `path` as text; anything else is `fallback`. */
export function textAt(object: unknown, path: string, fallback = ""): string {
  return asText(valueAt(object, path), fallback);
}

export function numberAt(object: unknown, path: string, fallback = 0): number {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : fallback;
}

export function recordAt(object: unknown, path: string): JsonObject | undefined {
  const value = valueAt(object, path);
  return isRecord(value) ? value : undefined;
}

/** The objects in the list at `path`; none where there is no list. */
export function recordsAt(object: unknown, path: string): JsonObject[] {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function asText(value: unknown, fallback = ""): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : fallback;
}

/** Sets `path`, making the objects on the way; what a prototype has is no such object. */
export function setAt(object: JsonObject, path: string, value: unknown): void {
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  let parent = object;
  for (const step of steps) {
    const next = Object.hasOwn(parent, step) ? parent[step] : undefined;
    const child = isRecord(next) ? next : {};
    setOwn(parent, step, child);
    parent = child;
  }
  setOwn(parent, last, value);
}

/** The property of that name if it is the object's own: what a prototype has is nobody's field. */
export function ownAt(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Sets a property of the object's own, whatever its name. */
export function setOwn(object: JsonObject, name: string, value: unknown): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

/** Gives the field of an object a value where it has none. */
export function setDefault(object: unknown, field: string, value: unknown): void {
  if (isRecord(object)) object[field] ??= value;
}
