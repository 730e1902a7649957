import type { Browser } from "playwright-core";
import type { SessionHost } from "../../../terminal/common/session-host.js";
import type { StepResult } from "../../../workshop/common/api.js";
import type { SessionResource } from "../../../workshop/common/session.js";
import type { StepPlayer } from "../../../workshop/node/step-player.js";
import { ClickPlayer } from "./click-player.js";
import { LearnerPage } from "./learner-page.js";

export interface ChromiumPlayersParts {
  /** The link that admits a browser to the session. */
  linkOf: (session: SessionResource) => string;
  /** What the server knows of the session's steps. */
  resultsOf: (session: string) => Promise<readonly StepResult[]>;
  host: Pick<SessionHost, "endShell">;
  signal?: AbortSignal;
}

/** As wide as text and terminals stand side by side. */
const SIZE = { width: 1440, height: 900 };

/** One Chromium, in which each session of a validation has a page of its own, like a learner on a machine of theirs. */
export class ChromiumPlayers {
  readonly #parts: ChromiumPlayersParts;
  readonly #browser: Browser;
  readonly #pages = new Map<string, LearnerPage>();

  constructor(browser: Browser, parts: ChromiumPlayersParts) {
    this.#browser = browser;
    this.#parts = parts;
  }

  /** Opens the session's page, whose blocks are then clicked. */
  async player(session: SessionResource): Promise<StepPlayer> {
    const { linkOf, resultsOf, host, signal } = this.#parts;
    const { name } = session.metadata;
    const context = await this.#browser.newContext({
      viewport: SIZE,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await LearnerPage.of(context, linkOf(session));
    this.#pages.set(name, page);
    return new ClickPlayer({
      page,
      host,
      results: () => resultsOf(name),
      close: async () => {
        this.#pages.delete(name);
        await context.close();
      },
      signal,
    });
  }

  /** What the session's page looks like now, as PNG; `undefined` where it has none. */
  async picture(session: string): Promise<Buffer | undefined> {
    return this.#pages.get(session)?.picture();
  }
}
