/** A DNS label made of any text: `exercises/04-Image policies` becomes `04-image-policies`. */
export function labelOf(text: string): string {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
  return label === "" ? "page" : label;
}

/** Names for page paths: the last part where that is unique, else the whole path. */
export function pageNames(paths: readonly string[]): string[] {
  const short = paths.map((path) => labelOf(path.split("/").at(-1) ?? path));
  return paths.map((path, at) => {
    const name = short[at] ?? "page";
    return short.indexOf(name) === short.lastIndexOf(name) ? name : labelOf(path);
  });
}

/** Workspaces that the commands of a text name with `-k NAME` or `--workspace-name NAME`. */
export function workspacesNamedIn(text: string): string[] {
  const found = [...text.matchAll(/\btmc\b[^\n]*?\s(?:-k|--workspace-name)[ =]([a-z0-9][a-z0-9-]*)/g)].map(
    (match) => match[1] ?? "",
  );
  return [...new Set(found)];
}
