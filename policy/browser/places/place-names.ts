/** What is in a namespace of the home cluster, or of a further one that is named. */
interface Placed {
  namespace: string;
  cluster?: string;
}

/** The part of a route that leads to the namespace. */
export function placeOf({ namespace, cluster }: Placed): Placed {
  return { namespace, ...(cluster !== undefined && { cluster }) };
}

/** As the namespace is called where those of several clusters stand together. */
export function nameOf({ namespace, cluster }: Placed): string {
  return cluster === undefined ? namespace : `${cluster}/${namespace}`;
}

/** The first of many names, and how many there are besides. */
export function namedSome(names: readonly string[], total: number): string {
  const rest = total - names.length;
  return `${names.join(", ")}${rest > 0 ? ` and ${rest.toLocaleString("en")} more` : ""}`;
}
