import type { Browser } from "playwright-core";
import { ServerError, serverErrorCodes } from "../../errors.js";

/** What keeps Chromium from talking to anybody but the pages it is shown. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];
/** A browser takes a second; a machine under load takes its time. */
const LAUNCH_MS = 60_000;
/** Where a container or a distribution lets users have no namespaces. */
const NO_SANDBOX =
  "It has no sandbox here: allow users namespaces of their own, or name a script with --chromium that starts it with --no-sandbox where you trust the lab. ";
/** Lines of what a browser says when it does not begin; the last ones name the cause. */
const SAID_LINES = 6;

/**
 * Starts that Chromium without a window, in its sandbox, as pages and what they frame are others' work; Chromium has none for root, whose
 * `user` is 0. Throws SERVER_USAGE where it does not begin, or where the package that speaks with it is missing.
 */
export async function launchChromium(executablePath: string, user = process.getuid?.()): Promise<Browser> {
  const { chromium } = await import("playwright-core").catch((error: unknown) => {
    throw new ServerError(
      serverErrorCodes.usage,
      '--browser needs the package playwright-core, which was left out when Lectern was installed. Type "npm install --no-save playwright-core@1.65.1" in its folder',
      error,
    );
  });
  try {
    return await chromium.launch({
      executablePath,
      args: QUIET,
      chromiumSandbox: user !== 0,
      timeout: LAUNCH_MS,
      handleSIGINT: false,
    });
  } catch (error) {
    const said = error instanceof Error ? error.message.trim().split("\n").slice(-SAID_LINES).join("\n") : "";
    const isOfSandbox = error instanceof Error && /no usable sandbox|setuid sandbox/i.test(error.message);
    throw new ServerError(
      serverErrorCodes.usage,
      `${executablePath} did not begin as a browser. ${isOfSandbox ? NO_SANDBOX : ""}Start it by hand to see why, or name another with --chromium PATH. It said:\n${said}`,
      error,
    );
  }
}
