import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClickPlayer } from "../../server/cli/in-chromium/click-player.js";
import { LearnerPage } from "../../server/cli/in-chromium/learner-page.js";
import type { LabPage } from "../../workshop/common/lab.js";
import type { SessionStep } from "../../workshop/node/session-step.js";
import { isWithout } from "../requirements/without.js";
import { launchChromium } from "./chromium.js";

const PAGES: Readonly<Record<string, string>> = {
  "/s": `<article data-page="first">First</article><a class="page-footer__way--next" href="/s/one-more">Next page</a>
    <div data-step="a"><button class="inline-copy" onclick="copy()">Copy</button></div><script>
    async function copy() {
      document.title = "there was: " + await navigator.clipboard.readText();
      await navigator.clipboard.writeText("text");
    }
    async function ask(path, headers) {
      try { await (await fetch(path, { headers })).text(); } catch {}
    }
    (async () => {
      await ask("/lost-stream", { accept: "text/event-stream" });
      await ask("/refused-stream", { accept: "text/event-stream" });
      await ask("/lost-file");
    })();
    </script>`,
  "/s/one": '<article data-page="one">One</article>',
  "/s/one-more": '<article data-page="one-more">One more</article>',
};

let browser: Browser;
let context: BrowserContext;
let server: Server;
let link = "";

describe.skipIf(isWithout("chromium"))("a page that is clicked on", () => {
  beforeAll(async () => {
    server = createServer(({ url = "" }, response) => {
      const html = PAGES[url];
      if (html !== undefined) response.setHeader("content-type", "text/html").end(html);
      else if (url === "/lost-stream") response.write(": begins\n\n", () => response.destroy());
      else if (url === "/favicon.ico") response.end();
      else response.destroy();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    link = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/s`;
    browser = await launchChromium();
    context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  it("is turned to the page of that name, and to none whose name begins so", async () => {
    const page = await LearnerPage.of(context, link);
    await page.turnTo(named("first"), []);
    await page.turnTo(named("one"), []);
  });

  it("has nothing copied before a block copies", async () => {
    const page = await LearnerPage.of(context, link);
    await page.turnTo(named("first"), []);
    const player = new ClickPlayer({
      page,
      host: { endShell: () => Promise.reject(new Error("no shell")) },
      results: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    });
    const step = {
      page: "first",
      action: { view: { step: "a", number: 1, kind: "copy", text: "text", terminals: [] } },
    } as unknown as SessionStep;
    for (const time of ["first", "second"]) {
      expect(await player.take(step, { queuedForMs: 0 })).toMatchObject({ state: "succeeded" });
      const [shown] = context.pages().slice(-1);
      expect(await shown?.title(), time).toBe("there was:");
    }
  });

  it("is not blamed for a stream of events that is lost, as it is for a file", async () => {
    const page = await LearnerPage.of(context, link);
    await page.turnTo(named("first"), []);
    const told = () => page.troubles.problems().map(({ message }) => message);
    await expect.poll(() => told().filter((message) => message.includes("/lost-file"))).toHaveLength(2);
    expect(told().filter((message) => message.includes("stream"))).toEqual([]);
  });
});

function named(name: string): LabPage {
  return { name, title: name, file: `pages/${name}.md`, firstLine: 1 } as LabPage;
}
