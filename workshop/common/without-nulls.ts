/** Deeper than authors nest; what is below stays as it is. */
const MOST_LEVELS = 100;

/** The value without its nulls: what JSON and YAML hold where an author has left something empty is as good as not there. */
export function withoutNulls(value: unknown): unknown {
  return copied(value, { level: 0, made: new Map() });
}

interface Copying {
  level: number;
  /** What stands at several places, as an alias of YAML may, is copied once. */
  made: Map<object, unknown>;
}

function copied(value: unknown, { level, made }: Copying): unknown {
  if (typeof value !== "object" || value === null || level >= MOST_LEVELS) return value;
  const known = made.get(value);
  if (known !== undefined) return known;
  const below = { level: level + 1, made };
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    made.set(value, items);
    for (const item of value as unknown[]) if (item !== null) items.push(copied(item, below));
    return items;
  }
  const entries: Record<string, unknown> = {};
  made.set(value, entries);
  for (const [key, held] of Object.entries(value))
    if (held !== null)
      Object.defineProperty(entries, key, {
        value: copied(held, below),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  return entries;
}
