import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The path of the first of these programs that is on the PATH, or `undefined`. */
export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** The path of the machine's Chromium, or `undefined`. */
export function findChromium(): string | undefined {
  return findProgram("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
}
