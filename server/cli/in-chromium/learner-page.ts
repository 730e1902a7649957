import type { BrowserContext, ElementHandle, Locator, Page } from "playwright-core";
import type { PageAction } from "../../../workshop/common/action.js";
import type { LabPage } from "../../../workshop/common/lab.js";
import { PageTroubles } from "./page-troubles.js";

/** A page comes in a second; a machine under load takes its time. */
const PAGE_MS = 60_000;
/** Sections within tabs within boxes, and no more. */
const MAX_FOLDS = 8;
/** Characters of a page that did not come which say what is there instead. */
const SHOWN_CHARACTERS = 300;

/** A session's page in a browser, as its learner has it. */
export class LearnerPage {
  readonly troubles = new PageTroubles();
  readonly #page: Page;
  readonly #link: string;
  #isOpen = false;

  private constructor(page: Page, link: string) {
    this.#page = page;
    this.#link = link;
    this.troubles.listen(page);
  }

  /** A page of its own in that context, for whoever has the session's link; nothing is loaded yet. */
  static async of(context: BrowserContext, link: string): Promise<LearnerPage> {
    return new LearnerPage(await context.newPage(), link);
  }

  /** Turns to the page of the lab: by the link at first, then by "Next page", by its address where that is locked. Throws where it does not come up. */
  async turnTo(page: LabPage, actions: readonly PageAction[]): Promise<void> {
    this.troubles.turnTo(page);
    const article = this.#page.locator(`article[data-page=${JSON.stringify(page.name)}]`);
    try {
      if (!this.#isOpen) await this.#page.goto(this.#link, { timeout: PAGE_MS });
      else if (!(await this.#goNext(page)))
        await this.#page.goto(this.#addressOf(page), { timeout: PAGE_MS });
      this.#isOpen = true;
      await article.waitFor({ timeout: PAGE_MS });
      const [first] = actions;
      if (first) await this.block(first).waitFor({ state: "attached", timeout: PAGE_MS });
    } catch (error) {
      const shown = await this.#page
        .locator("body")
        .innerText()
        .catch(() => "");
      throw new Error(
        `The page "${page.title}" did not come up in the browser: ${firstLine(error)}. It shows: ${shown.replaceAll(/\s+/g, " ").slice(0, SHOWN_CHARACTERS)}`,
        { cause: error },
      );
    }
  }

  /** Where the block stands. */
  block({ view }: Pick<PageAction, "view">): Locator {
    return this.#page.locator(`[data-step=${JSON.stringify(view.step)}]`);
  }

  /** The tab beside the text of that name. */
  tab(name: string): Locator {
    return this.#page.getByRole("tab", { name, exact: true });
  }

  /** Unfolds what the block stands in: sections, tabs of the text, boxes. Rejects where that cannot be done in time. */
  async reveal(block: Locator, timeout: number): Promise<void> {
    for (let fold = 0; fold < MAX_FOLDS; fold += 1) {
      const way = (await block.evaluateHandle(wayToUnfold, undefined, { timeout })) as Handle;
      const control = way.asElement();
      if (control === null) return;
      await control.click({ timeout });
    }
  }

  /** The answer of the server to the block's click; `undefined` where none comes in time. */
  async answerTo(
    { view }: Pick<PageAction, "view">,
    page: string,
    timeout: number,
  ): Promise<number | undefined> {
    const path = `/pages/${encodeURIComponent(page)}/steps/${encodeURIComponent(view.step)}/run`;
    const answer = this.#page.waitForResponse((response) => new URL(response.url()).pathname.endsWith(path), {
      timeout,
    });
    return answer.then(
      (response) => response.status(),
      () => undefined,
    );
  }

  /** Empties what was copied, so that what is copied next is seen. */
  async forgetCopied(): Promise<void> {
    await this.#page.evaluate("navigator.clipboard.writeText('')");
  }

  /** What was copied last. */
  async copied(): Promise<string> {
    return String(await this.#page.evaluate("navigator.clipboard.readText()"));
  }

  async picture(): Promise<Buffer> {
    return this.#page.screenshot({ timeout: PAGE_MS });
  }

  async #goNext(page: LabPage): Promise<boolean> {
    const end = JSON.stringify(`/${encodeURIComponent(page.name)}`);
    const next = this.#page.locator(`a.page-footer__way--next[href$=${end}]`);
    if ((await next.count()) === 0) return false;
    await next.first().click({ timeout: PAGE_MS });
    return true;
  }

  #addressOf({ name }: LabPage): string {
    const address = new URL(this.#link);
    address.hash = "";
    address.pathname += `/${encodeURIComponent(name)}`;
    return address.href;
  }
}

interface Handle {
  asElement(): ElementHandle | null;
}

/** As much of a page's element as is looked at. */
interface PageElement {
  tagName: string;
  id: string;
  hidden: boolean;
  open?: boolean;
  parentElement: PageElement | null;
  ownerDocument: { querySelector(selector: string): PageElement | null };
  querySelector(selector: string): PageElement | null;
}

/** What has to be pressed for the outermost of what hides the element; runs in the page, so that it can call nothing of ours. */
function wayToUnfold(element: unknown): PageElement | null {
  let way: PageElement | null = null;
  let part = (element as PageElement).parentElement;
  for (; part !== null; part = part.parentElement) {
    if (part.tagName === "DETAILS" && part.open === false) way = part.querySelector("summary");
    else if (part.hidden && part.id !== "")
      way = part.ownerDocument.querySelector(`[aria-controls="${part.id}"]`) ?? way;
  }
  return way;
}

function firstLine(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line.replace(/[:.]$/, "");
}
