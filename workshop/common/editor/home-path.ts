/** Where other platforms have the home, as their labs name it in full. */
const HOMES = /^(?:~|\$HOME|\$\{HOME\}|\/home\/eduk8s|\/root)(?:\/|$)/;

/** A path of the home as `~/a`, `$HOME/a`, `./a` or `a` name it, relative to the home; `undefined` for what lies outside of it or is the home itself. */
export function homePath(written: string): string | undefined {
  const path = written.replace(HOMES, "");
  if (path.startsWith("/") || path.includes("\0")) return undefined;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? undefined : parts.join("/");
}
