/** Tokens of a header that names the shapes of its lines, which are the last. */
export const HEADER_TOKENS = 7;

/** How a shape is written: as its lines are, with other separators, since it stands in a line itself, and with places instead of values. */
export const SHAPE = { separator: "/", host: "%h", path: "%p", tag: "%t" } as const;

/**
 * The shape of a line whose tokens only equal or fit anything, so that it fits an image where it is the image in that shape; `undefined` of others. A port is
 * compared otherwise: an image without one fits any.
 */
export function shapeOf(line: string): string | undefined {
  const [host = "", port, path = "", tag = "", ...rest] = line.split("|");
  if (port !== "*" || rest.some((token) => token !== "")) return undefined;
  const places = [place(host, SHAPE.host), port, place(path, SHAPE.path), place(tag, SHAPE.tag)];
  if (places.includes(undefined)) return undefined;
  return [...places, ...rest].join(SHAPE.separator);
}

function place(token: string, name: string): string | undefined {
  if (token === "*") return token;
  return token.startsWith("=") ? `=${name}` : undefined;
}
