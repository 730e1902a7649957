import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { takePicture } from "./chromium.js";
import { ContractBrowser } from "./contract-browser.js";
import { sampleSession } from "./sample-lab.js";

/** Nothing listens there. */
const UNREACHABLE = "http://127.0.0.1:9/docs";

describe.skipIf(isWithout("chromium"))("the tabs beside the text", () => {
  let opened: ContractBrowser;
  let page: Page;

  beforeAll(async () => {
    opened = await ContractBrowser.launch();
    ({ page } = opened);
  });
  afterAll(() => opened?.close());

  async function open(path: string, session: Parameters<typeof sampleSession>[1]): Promise<void> {
    await opened.open(path, { session: sampleSession(48, session) });
  }

  it("says where a framed page comes from, and leads out of one that cannot be reached", async () => {
    await open("s/s1/policies?tab=Docs", {
      dashboards: [{ name: "Console" }, { name: "Docs", url: UNREACHABLE }],
    });
    await page.getByText("From 127.0.0.1:9. Empty or grey? Then it cannot be reached from here").waitFor();
    const way = page.getByRole("link", { name: "Open in a new tab" });
    expect(await way.getAttribute("href")).toBe(UNREACHABLE);
    await page.getByRole("button", { name: "Load again" }).click();
    await page.getByTitle("Docs").waitFor();
    await takePicture(page, "tabs-framed");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it.each(["http://app-{{ session_namespace }}.example", "javascript:alert(1)"])(
    "says in a sentence that %s is no address, and the lab goes on",
    async (url) => {
      await open("s/s1/policies?tab=App", { dashboards: [{ name: "Console" }, { name: "App", url }] });
      await page.getByRole("alert").getByText("The tab App cannot be shown").waitFor();
      await page.getByRole("heading", { level: 1, name: "Image Registry Policies" }).waitFor();
      await page.getByRole("tab", { name: "Terminal" }).click();
      await page.locator(".xterm").first().waitFor();
      expect(opened.problems.filter((problem) => !problem.startsWith("Failed to load"))).toEqual([]);
    },
  );

  it("has a terminal that a block asks for beyond the layout's, and brings it forward", async () => {
    await open("s/s1/summary", { terminals: ["1", "2"] });
    opened.contract.state.pages = {
      ...opened.contract.state.pages,
      summary: {
        ...opened.contract.state.pages["summary"]!,
        actions: [{ ...opened.contract.state.pages["summary"]!.actions[0]!, terminals: ["2"] }],
      },
    };
    await page.reload();
    await page.getByRole("button", { name: /^Run in terminal 2/ }).click();
    await page.getByRole("button", { name: "Terminal 2", pressed: true }).waitFor();
    await page.getByRole("region", { name: "Terminal 2" }).locator(".xterm").waitFor();
  });
});
