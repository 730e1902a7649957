/** The encoding that the first bytes of a text say, as decoders call it: editors, shells and spreadsheets of Windows write UTF-16 with a mark in front. */
export function encodingOf([first, second]: Uint8Array): "utf-16le" | "utf-16be" | "utf-8" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
