import { setTimeout as sleep } from "node:timers/promises";
import type { Locator } from "playwright-core";
import type { PageAction } from "../../../workshop/common/action.js";
import type { LearnerPage } from "./learner-page.js";

/** What a browser does is done at once; a machine under load takes its time. */
const DONE_MS = 30_000;
const LOOK_MS = 50;

/** What was clicked and is done in the browser alone: `undefined` once it has come to what the block says, otherwise why it has not. */
export async function browserVerdict(
  page: LearnerPage,
  block: Locator,
  { view }: PageAction,
): Promise<string | undefined> {
  const [isDone, otherwise] = done(page, block, view);
  const until = performance.now() + DONE_MS;
  while (!(await isDone())) {
    const refused = await refusalOf(block);
    if (refused !== undefined) return refused;
    if (performance.now() > until) return otherwise;
    await sleep(LOOK_MS);
  }
  return undefined;
}

/** How it is seen that a click did what it says, and what to tell where it did not. */
function done(
  page: LearnerPage,
  block: Locator,
  view: PageAction["view"],
): [isDone: () => Promise<boolean>, otherwise: string] {
  const tab = page.tab(view.dashboard ?? "");
  switch (view.kind) {
    case "copy":
    case "copy-and-edit":
      return [async () => (await page.copied()) === (view.text ?? ""), "The text was not copied"];
    case "copy-file":
    case "download-file":
      return [
        async () => (await block.locator(".status[data-tone=success]").count()) > 0,
        "The file did not come",
      ];
    case "open-dashboard":
      return [
        async () => (await tab.first().getAttribute("aria-selected")) === "true",
        `The tab ${view.dashboard} was not shown`,
      ];
    case "create-dashboard":
      return [async () => (await tab.count()) > 0, `The tab ${view.dashboard} was not made`];
    case "delete-dashboard":
      return [async () => (await tab.count()) === 0, `The tab ${view.dashboard} was not taken away`];
    case "section-begin":
      return [
        async () => (await block.locator(".section-toggle").getAttribute("aria-expanded")) === "true",
        "The section did not unfold",
      ];
    default:
      return [async () => true, ""];
  }
}

/** What a block says where something was not done. */
export async function refusalOf(block: Locator): Promise<string | undefined> {
  const said = block.locator(
    ".block__refusal, .status[data-tone=danger][role=status], .status[data-tone=warning][role=status]",
  );
  const texts = await said.allInnerTexts();
  return texts.map((text) => text.trim()).find((text) => text !== "");
}
