/** A DNS label made of any text: `exercises/04-Image policies` becomes `04-image-policies`. Names in other scripts get a label of their own, each another. */
export function labelOf(text: string): string {
  const latin = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const words = latin
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .join("-");
  // Letters that a label cannot hold still tell names apart.
  const others = latin.replaceAll(/[^\p{L}\p{N}]|[a-z0-9]/gu, "");
  if (others === "") return within(words, MAX_LABEL) || "page";
  return `${within(words, MAX_LABEL - DIGEST_CHARACTERS - 1) || "page"}-${digest(others)}`;
}

/** A DNS label has 63 characters at most. */
const MAX_LABEL = 63;
const DIGEST_CHARACTERS = 6;

function within(label: string, length: number): string {
  const cut = label.slice(0, length);
  return cut.endsWith("-") ? cut.slice(0, -1) : cut;
}

function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0").slice(-DIGEST_CHARACTERS);
}

/** Names for page paths, each another: the last part where that is unique, else the whole path, else with a number behind it. */
export function pageNames(paths: readonly string[]): string[] {
  const short = paths.map((path) => labelOf(path.split("/").at(-1) ?? path));
  const counts = new Map<string, number>();
  for (const name of short) counts.set(name, (counts.get(name) ?? 0) + 1);
  const taken: TakenNames = new Map(short.flatMap((name) => (counts.get(name) === 1 ? [[name, 2]] : [])));
  return paths.map((path, at) => {
    const name = short[at] ?? "page";
    return counts.get(name) === 1 ? name : freeName(labelOf(path), taken);
  });
}

/** The names in use, each with the number to try next. */
export type TakenNames = Map<string, number>;

/** The name, or the first `NAME-2`, `NAME-3`, ... that is not taken; takes it. */
export function freeName(name: string, taken: TakenNames): string {
  let free = name;
  let number = taken.get(name) ?? 2;
  for (; taken.has(free); number++) free = `${within(name, MAX_LABEL - String(number).length - 1)}-${number}`;
  taken.set(name, number);
  taken.set(free, taken.get(free) ?? 2);
  return free;
}

/** Workspaces that the commands of a text name with `-k NAME` or `--workspace-name NAME`. */
export function workspacesNamedIn(text: string): string[] {
  const commands = text.split("\n").filter((line) => line.includes("tmc"));
  return [...new Set(commands.flatMap(workspacesInLine))];
}

function workspacesInLine(line: string): string[] {
  const words = line.split(/[\s=]+/);
  const command = words.indexOf("tmc");
  if (command < 0) return [];
  return words.flatMap((word, at) => {
    if (at < command || (word !== "-k" && word !== "--workspace-name")) return [];
    const name = /^[a-z0-9][a-z0-9-]*/.exec(words[at + 1] ?? "")?.[0];
    return name === undefined ? [] : [name];
  });
}
