import type { Browser } from "playwright-core";
import type { LecternServer } from "../../compose.js";
import { readEnvironment } from "../../config.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { linkPath } from "../../http/access.js";
import { subjectOf } from "../../learner/shell-environment.js";
import { ChromiumPlayers } from "./chromium-players.js";
import { findChromium } from "./find-chromium.js";
import { launchChromium } from "./launch-chromium.js";

export interface BrowserFlags {
  /** Click the blocks on the learner's page. */
  browser?: boolean;
  /** Chromium's program; looked for where absent. */
  chromium?: string;
}

/** The browser that was asked for, without a window; `undefined` where none was. Throws SERVER_USAGE where there is none. */
export async function openBrowser({ browser, chromium }: BrowserFlags): Promise<Browser | undefined> {
  if (browser) return launchChromium(findChromium(chromium, readEnvironment().path));
  if (chromium === undefined) return undefined;
  throw new ServerError(
    serverErrorCodes.usage,
    "--chromium names the browser that --browser clicks in. Give both, or leave out --chromium",
  );
}

/** Pages of that browser for the sessions of a server that listens at `url`, which ends in `/`. */
export function playersOf(
  browser: Browser,
  server: LecternServer,
  { url, signal }: { url: string; signal: AbortSignal },
): ChromiumPlayers {
  return new ChromiumPlayers(browser, {
    linkOf: (session) => `${url}${linkPath(server.platform.tokens, subjectOf(session))}`,
    resultsOf: (session) => server.resultsOf(session),
    host: server.platform.host,
    signal,
  });
}
