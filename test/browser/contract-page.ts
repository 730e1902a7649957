import type { Browser, Page } from "playwright-core";
import { openPage } from "./chromium.js";
import { startContractServer, type ContractServer, type ContractState } from "./contract-server.js";
import { sampleLabs, samplePages, sampleRows, sampleSession } from "./sample-lab.js";

export interface ContractPage {
  page: Page;
  contract: ContractServer;
  /** What the page complained about so far. */
  problems: string[];
  close(): Promise<void>;
}

/** A browser at a path of the contract server, on the sample lab with what the test changes of it. */
export async function openContractPage(
  browser: Browser,
  path: string,
  change: Partial<ContractState> = {},
  options: Parameters<typeof openPage>[1] = {},
): Promise<ContractPage> {
  const state = { labs: sampleLabs, session: sampleSession(), pages: samplePages, rows: sampleRows };
  const contract = await startContractServer({ ...state, answers: new Map(), ...change });
  const { page, problems } = await openPage(browser, options);
  await page.goto(contract.url + path);
  return {
    page,
    contract,
    problems,
    close: async () => {
      await page.context().close();
      await contract.close();
    },
  };
}
