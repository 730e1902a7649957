import type { Browser, Page } from "playwright-core";
import { launchChromium, openPage, SIZES } from "./chromium.js";
import { startContractServer, type ContractServer, type ContractState } from "./contract-server.js";
import { sampleLabs, samplePages, sampleSession } from "./sample-lab.js";
import { sampleRows } from "./sample-rows.js";

interface Look {
  theme?: "light" | "dark";
  size?: { width: number; height: number };
}

/**
 * A browser with one page in front of a contract server, for all tests of a file: what has loaded the scripts once opens a path in
 * a third of the time that a new one takes. Each `open` begins anew, with nothing of what was set, stored or asked for before.
 */
export class ContractBrowser {
  readonly browser: Browser;
  readonly page: Page;
  readonly contract: ContractServer;
  /** What the page complained about since it was opened. */
  readonly problems: string[];

  private constructor(
    browser: Browser,
    { page, problems }: { page: Page; problems: string[] },
    contract: ContractServer,
  ) {
    this.browser = browser;
    this.page = page;
    this.problems = problems;
    this.contract = contract;
  }

  static async launch(): Promise<ContractBrowser> {
    const browser = await launchChromium();
    return new ContractBrowser(browser, await openPage(browser), await startContractServer(sampleState()));
  }

  /** Opens a path on the sample lab with what the test changes of it. */
  async open(path: string, change: Partial<ContractState> = {}, look: Look = {}): Promise<void> {
    const { page, contract, problems } = this;
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.goto(`${contract.url}blank`);
    await page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await page.setViewportSize(look.size ?? SIZES[0]);
    await page.emulateMedia({ colorScheme: look.theme ?? "light" });
    for (const seen of [problems, contract.requests]) seen.splice(0);
    Object.assign(contract.state, sampleState(), change);
    await page.goto(contract.url + path);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.contract.close();
  }
}

/** The sample lab in the middle of its session. */
export function sampleState(): ContractState {
  return {
    labs: sampleLabs,
    session: sampleSession(),
    pages: samplePages,
    rows: sampleRows,
    orders: { given: [] },
    answers: new Map(),
  };
}
