import { existsSync, readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The path of the first of these programs that is on the PATH, or `undefined`. */
export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** The path of Chromium without the parts that draw its own windows, or `undefined`. */
export function findHeadlessShell(): string | undefined {
  return findProgram("chromium-headless-shell");
}

/** The path of the machine's Chromium, or `undefined`; that without windows where there is one: it takes half the processor's time. */
export function findChromium(): string | undefined {
  return (
    findHeadlessShell() ??
    findProgram("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
  );
}

/** The folder of PostgreSQL's programs: Debian keeps each version's apart from the PATH. */
export function findPostgres(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian)
        .map(Number)
        .toSorted((one, other) => other - one)
    : [];
  const folders = versions.map((version) => join(debian, String(version), "bin"));
  const onPath = findProgram("initdb");
  return [...folders, ...(onPath === undefined ? [] : [dirname(onPath)])].find((folder) =>
    existsSync(join(folder, "initdb")),
  );
}
