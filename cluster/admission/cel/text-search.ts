/**
 * Where `part` stands in `text`, in halves of characters, one behind the other without sharing any, from `from` on. Takes time with the sum
 * of the two lengths whatever is in them (Knuth, Morris and Pratt), which the language's own search does not.
 */
export function* positionsOf(text: string, part: string, from = 0): Generator<number> {
  if (part === "") {
    for (let at = from; at <= text.length; at += 1) yield at;
    return;
  }
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && unit !== part.charCodeAt(matched)) matched = borders[matched - 1] ?? 0;
    if (unit === part.charCodeAt(matched)) matched += 1;
    if (matched < part.length) continue;
    yield at - part.length + 1;
    matched = 0;
  }
}

/** The first place of `part` from `from` on, or -1. */
export function firstPosition(text: string, part: string, from = 0): number {
  for (const position of positionsOf(text, part, from)) return position;
  return -1;
}

/** The last place of `part` that does not begin behind `from`, or -1. */
export function lastPosition(text: string, part: string, from: number): number {
  const end = Math.min(text.length, from + part.length);
  const [turned, turnedPart] = [reversed(text.slice(0, end)), reversed(part)];
  const found = firstPosition(turned, turnedPart);
  return found === -1 ? -1 : end - found - part.length;
}

/** The text between the places of `part`, as `text.split(part)` has it. */
export function splitAt(text: string, part: string): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const position of positionsOf(text, part)) {
    parts.push(text.slice(at, position));
    at = position + part.length;
  }
  return [...parts, text.slice(at)];
}

function reversed(text: string): string {
  return text.split("").toReversed().join("");
}

/** For each beginning of the text, the length of its longest own beginning that it also ends with. */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  let length = 0;
  for (let at = 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    while (length > 0 && unit !== text.charCodeAt(length)) length = borders[length - 1] ?? 0;
    if (unit === text.charCodeAt(length)) length += 1;
    borders[at] = length;
  }
  return borders;
}
