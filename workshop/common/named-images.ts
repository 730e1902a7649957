/** An image that a command line or a manifest names. */
export interface NamedImage {
  name: string;
  /** Line of the text, from 0. */
  line: number;
}

/** What stands around a name in a command or a manifest, and what ends it. */
const QUOTES = /["']/g;
const ENDS = /[,;]/g;

/** The images that a text names: behind `--image` and behind `image:`. */
export function imagesNamedIn(text: string): NamedImage[] {
  const lines = text.includes("image") ? text.replaceAll(QUOTES, "").replaceAll(ENDS, " ").split("\n") : [];
  return lines.flatMap((line, at) => {
    if (!line.includes("image")) return [];
    const words = line.split(/\s+/);
    return words.flatMap((word, index) => nameAt(words, word, index)).map((name) => ({ name, line: at }));
  });
}

function nameAt(words: readonly string[], word: string, at: number): string[] {
  if (word.startsWith("--image=")) return [word.slice("--image=".length)];
  const next = words[at + 1];
  return (word === "--image" || word === "image:") && next !== undefined && next !== "" ? [next] : [];
}
