import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { ServerError, serverErrorCodes } from "../../errors.js";

/** As distributions and Google call it; that without windows first, which takes half the processor's time. */
const NAMES = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "chrome",
  "microsoft-edge",
];
/** Where installers put it that change no PATH. */
const PLACES = [
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/usr/lib/chromium/chromium",
  "/usr/lib64/chromium-browser/chromium-browser",
];

/**
 * The Chromium that is named, or the first that is found: on the search path, where installers put it, where Playwright keeps what it
 * downloads. Throws SERVER_USAGE with the line to type where there is none.
 */
export function findChromium(
  given: string | undefined,
  searchPath: string,
  { home = homedir(), places = PLACES }: { home?: string; places?: readonly string[] } = {},
): string {
  if (given !== undefined) {
    if (isProgram(given)) return given;
    throw new ServerError(
      serverErrorCodes.usage,
      `--chromium ${given} is no file that can be run. Name the program of Chromium or Chrome itself, such as /usr/bin/chromium`,
    );
  }
  const folders = searchPath.split(delimiter).filter((folder) => folder !== "");
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [...onPath, ...places, ...ofPlaywright(join(home, ".cache", "ms-playwright"))].find(
    isProgram,
  );
  if (found !== undefined) return found;
  throw new ServerError(
    serverErrorCodes.usage,
    '--browser needs Chromium, and none is on the PATH or where it is usually installed. Install it ("apt-get install chromium" on Debian and Ubuntu, "dnf install chromium" on Fedora), or name yours with --chromium PATH',
  );
}

/** Where Playwright puts it within the folder of a version, that without windows first; the last two are of its versions before 1.57. */
const OF_PLAYWRIGHT = [
  "chrome-headless-shell-linux64/chrome-headless-shell",
  "chrome-linux64/chrome",
  "chrome-headless-shell-linux-arm64/chrome-headless-shell",
  "chrome-linux-arm64/chrome",
  "chrome-linux/headless_shell",
  "chrome-linux/chrome",
];

/** The newest that `playwright install` has left there. */
function ofPlaywright(cache: string): string[] {
  try {
    return readdirSync(cache)
      .filter((name) => name.startsWith("chromium"))
      .toSorted((one, other) => other.localeCompare(one, "en", { numeric: true }))
      .flatMap((name) => OF_PLAYWRIGHT.map((program) => join(cache, name, program)));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
