/** 1,000: more than any session makes. */
const MAX_ITEMS = 1_000;

/** The objects with those of a `kind: List` in its place, as `kubectl apply` takes them; lists within lists too. */
export function withoutLists<Value>(objects: readonly Value[]): Value[] {
  const found: Value[] = [];
  const left = [...objects].toReversed();
  while (left.length > 0 && found.length < MAX_ITEMS) {
    const object = left.pop() as Value;
    const { apiVersion, kind, items } = Object(object) as {
      apiVersion?: unknown;
      kind?: unknown;
      items?: unknown;
    };
    if (apiVersion === "v1" && kind === "List" && Array.isArray(items))
      left.push(...(items as Value[]).toReversed());
    else found.push(object);
  }
  return found;
}
