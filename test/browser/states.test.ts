import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { ContractBrowser, sampleState } from "./contract-browser.js";
import { startContractServer, type ContractServer, type ContractState } from "./contract-server.js";
import { sampleSession } from "./sample-lab.js";

const POLICIES = "s/s1/policies";

// These states come up for real only by luck or after an hour, so a server that speaks the contract puts them there.
describe.skipIf(isWithout("chromium"))("the pages, in states that are hard to reach", () => {
  let opened: ContractBrowser;
  let page: Page;

  beforeAll(async () => {
    opened = await ContractBrowser.launch();
    ({ page } = opened);
  });
  afterAll(() => opened?.close());

  async function open(path: string, change: Partial<ContractState> = {}): Promise<ContractServer> {
    await opened.open(path, change);
    return opened.contract;
  }

  describe("the catalogue", () => {
    it("says what will be there when there are no labs", async () => {
      await open("", { labs: [] });
      await page.getByText("No labs yet").waitFor();
    });

    it("offers to try again where the labs could not be read, and then shows them", async () => {
      const { state } = await open("", {
        answers: new Map([
          ["GET api/labs", { status: 500, body: { error: { code: "X", message: "The disk is full." } } }],
        ]),
      });
      await page.getByText("The disk is full.").waitFor();
      state.answers.clear();
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByRole("link", { name: "Resume" }).waitFor();
    });

    it("says why a lab cannot be started here, and does not offer to", async () => {
      await open("");
      const lab = page.getByRole("article", { name: "Network Policies" });
      await lab.getByText("runs no containers").waitFor();
      expect(await lab.getByRole("button").count()).toBe(0);
    });

    it("asks before it ends a session to start the lab again", async () => {
      const { requests } = await open("");
      await page.getByRole("button", { name: "Start again" }).click();
      await page.getByRole("alertdialog").getByText("are deleted").waitFor();
      expect(requests.filter((request) => request.startsWith("DELETE"))).toEqual([]);
      await page.getByRole("button", { name: "End it and start again" }).click();
      await page.waitForURL(/\/s\/s1/);
      expect(requests).toContain("DELETE api/sessions/s1");
    });
  });

  describe("the making of a session", () => {
    const making = sampleSession(48, {
      phase: "Pending",
      provisioning: [
        { name: "namespace", title: "Namespace lab-7f3a", state: "done", durationMs: 140 },
        { name: "access", title: "Access to it", state: "running" },
        { name: "terminal", title: "Terminals", state: "waiting" },
      ],
    });

    it("shows each step as it happens and goes on to the lab", async () => {
      const contract = await open("s/s1", { session: making });
      await page.getByText("Access to it: running").waitFor();
      contract.state.session = sampleSession();
      contract.send({ type: "session", session: sampleSession() });
      await page.waitForURL(/\/s\/s1\/policies$/);
    });

    it("shows a failure on the step that failed, with the reason and a way on", async () => {
      const [done, running, waiting] = making.provisioning;
      const failed = { ...running, state: "failed", message: "The quota of the cluster is used up." };
      const provisioning = [done, failed, waiting] as typeof making.provisioning;
      await open("s/s1", { session: { ...making, phase: "Failed", provisioning } });
      const step = page.getByRole("listitem").filter({ hasText: "Access to it" });
      await step.getByText("The quota of the cluster is used up.").waitFor();
      await page.getByRole("button", { name: "Try again" }).waitFor();
    });
  });

  describe("a block", () => {
    it("has words for every state", async () => {
      await open(POLICIES);
      for (const words of [
        "Succeeded · 0.4 s",
        "Running",
        "Refused, as it should be · 0.6 s",
        "Waiting for this terminal to be free",
        "Failed · exit status 1 · 0.3 s",
        "No verdict",
      ]) {
        await page.getByText(words).first().waitFor();
      }
      await page.getByText('deployments.apps "busybox-lab-7f3a" not found').waitFor();
      await page
        .getByText("Policy no-busybox-image-policy refused the image busybox of container web")
        .waitFor();
    });

    it("answers the click at once, before the server has", async () => {
      const { state } = await open("s/s1/summary");
      const button = page.getByRole("button", { name: /^Run in terminal 1: kubectl .* get all/ });
      await button.waitFor();
      state.answers.set("POST api/sessions/s1/pages/summary/steps/0/run", { status: 500 });
      const asked: Route[] = [];
      await page.route("**/steps/0/run", (route) => void asked.push(route));
      await button.click();
      const words = page.getByText("Waiting for this terminal to be free", { exact: true });
      await words.first().waitFor();
      await expect.poll(() => asked).toHaveLength(1);
      await asked[0]?.continue();
      await page.getByRole("alert").getByText("The server answered 500").waitFor();
    });

    it("tells a screen reader how it ended and leaves the focus alone", async () => {
      const contract = await open("s/s1/summary");
      await page
        .getByRole("button", { name: /get all/ })
        .first()
        .waitFor();
      await page.keyboard.press("Alt+Enter");
      await page.getByText("Running").waitFor();
      contract.send({
        type: "step",
        result: { page: "summary", step: "0", number: 0, state: "succeeded", durationMs: 900, checks: [] },
      });
      await page.getByRole("status").getByText("Step 1: Succeeded, 0.9 s.").waitFor();
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
    });

    it("keeps its result when the answer to the click comes after the event that ended it", async () => {
      const contract = await open("s/s1/summary");
      const result = {
        page: "summary",
        step: "0",
        number: 0,
        state: "succeeded",
        durationMs: 900,
        checks: [],
      } as const;
      await page.route("**/steps/0/run", async (route) => {
        contract.send({ type: "step", result: { ...result, checks: [] } });
        await page.getByText("Succeeded").first().waitFor();
        await route.continue();
      });
      await page.getByRole("button", { name: /^Run in terminal 1/ }).click();
      await page.waitForResponse("**/steps/0/run");
      await page.getByText("Succeeded · 0.9 s").waitFor();
    });

    it("copies its command", async () => {
      await open(POLICIES);
      await page.getByRole("button", { name: "Copy no-busybox-image-policy" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("no-busybox-image-policy");
    });
  });

  it("runs what stands on the screen while the next page is still loading", async () => {
    const contract = await open("");
    const other = sampleSession().pages.find(({ name }) => name !== "policies")?.name ?? "";
    // Never answered.
    await page.route(`**/api/sessions/s1/pages/${other}`, () => undefined);
    await page.goto(`${contract.url}${POLICIES}`);
    await page.getByText("Create a custom policy").waitFor();
    await page.evaluate((to) => {
      history.pushState(null, "", to);
      dispatchEvent(new PopStateEvent("popstate"));
    }, `/s/s1/${other}`);
    await page
      .getByRole("button", { name: /^Run again in terminal/ })
      .first()
      .click();
    await expect
      .poll(() => contract.requests.find((request) => request.endsWith("/run")))
      .toContain("/policies/");
  });

  it("folds a section and opens it", async () => {
    await open(POLICIES);
    const heading = page.getByRole("button", { name: "If the deployment does progress" });
    const inside = page.getByText("Look at the warnings of the namespace.");
    expect(await inside.isVisible()).toBe(false);
    await heading.click();
    expect(await inside.isVisible()).toBe(true);
  });

  it("says that it reconnects when the line is lost, and that it is back", async () => {
    const contract = await open(POLICIES);
    await page.getByRole("heading", { level: 1 }).waitFor();
    contract.state.answers.set("GET api/sessions/s1/events", { status: 503 });
    contract.dropStreams();
    await page.getByText("Reconnecting").first().waitFor();
    contract.state.answers.clear();
    // Nothing joins a terminal here, so that more cannot be promised.
    await page.getByText("Back. The terminals follow.").waitFor();
  });

  describe("the time left", () => {
    it("is calm at first", async () => {
      await open(POLICIES);
      await page.getByRole("timer", { name: "47 min left" }).waitFor();
      expect(await page.getByRole("button", { name: "Extend" }).count()).toBe(0);
    });

    it("warns in the last ten minutes and can be extended", async () => {
      const contract = await open(POLICIES, { session: sampleSession(9.5) });
      await page.getByText("10 min are left.").waitFor();
      const asked: (string | null)[] = [];
      page.on("request", (request) => {
        if (request.url().endsWith("/extend")) asked.push(request.postData());
      });
      const extend = page.getByRole("button", { name: "Extend by 12 min" });
      contract.state.answers.set("POST api/sessions/s1/extend", { status: 502 });
      await extend.click();
      await page.getByRole("alert").waitFor();
      contract.state.answers.clear();
      contract.state.session = sampleSession(40);
      await extend.click();
      await page.getByRole("timer", { name: "39 min left" }).waitFor();
      // The same request once more: what was given although the answer did not come is not given twice.
      expect(asked).toEqual([asked[0], asked[0]]);
      expect(asked[0]).toMatch(/^\{"id":"[0-9a-f]{24}"\}$/);
    });

    it("offers nothing that is not allowed", async () => {
      await open(POLICIES, { session: sampleSession(1.5, { canExtend: false }) });
      await page.getByText("2 min are left.").waitFor();
      expect(await page.getByRole("button", { name: "Extend" }).count()).toBe(0);
    });
  });

  it("keeps the text readable when the session has ended, and offers a new one", async () => {
    const contract = await open(POLICIES);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const reason = "Its time was over.";
    contract.send({ type: "session", session: sampleSession(0, { phase: "Ended", reason }) });
    await page.getByText(reason).waitFor();
    await page.getByRole("button", { name: "Start again" }).waitFor();
    await page.getByText("Create a custom policy").waitFor();
    expect(
      await page.getByRole("button", { name: /^Run again in terminal 1: kubectl .* get ns/ }).isDisabled(),
    ).toBe(true);
  });

  it("keeps the text when the console fails", async () => {
    await open("s/s1/console", {
      answers: new Map([["GET api/sessions/s1/tmc/v1alpha1/organization", { status: 200, body: 7 }]]),
    });
    await page.getByRole("alert").first().waitFor();
    await page.getByRole("heading", { level: 1, name: "Image Registry Policies" }).waitFor();
  });

  it("turns pages by the keys and keeps the tab beside the text", async () => {
    await open("s/s1/console/policies");
    await page.getByRole("heading", { level: 1, name: "Image Registry Policies" }).waitFor();
    await page.keyboard.press("Alt+ArrowRight");
    await page.waitForURL(/\/s\/s1\/summary\?tab=Console$/);
    await expect.poll(() => focusedText(page)).toBe("What you have learned");
    await page.keyboard.press("Alt+ArrowLeft");
    await page.waitForURL(/\/s\/s1\/policies\?tab=Console$/);
  });

  it("has a key for the console, and ends a lab with what was done and how long it goes on", async () => {
    await open("s/s1/summary");
    const summary = page.getByRole("region", { name: "Your way through this lab" });
    await summary.getByText(/\d+ of \d+ steps are done/).waitFor();
    await summary.getByText(/Your session goes on until/).waitFor();
    await page.keyboard.press("Alt+0");
    await expect.poll(() => focusedText(page)).toBe("Console");
    await summary.getByRole("button", { name: "End this session" }).click();
    await page.getByRole("alertdialog", { name: "End this session?" }).waitFor();
    await page.keyboard.press("Escape");
  });

  it("remembers where the divider was moved to by the arrow keys", async () => {
    await open(POLICIES);
    const divider = page.getByRole("separator", { name: "Width of the text" });
    await divider.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.reload();
    await divider.waitFor();
    expect(await divider.getAttribute("aria-valuenow")).toBe("48");
  });

  it("works where it is mounted below another path", async () => {
    const below = await startContractServer(sampleState(), "/training/");
    opened.problems.splice(0);
    await page.goto(below.url);
    await page.getByRole("link", { name: "Resume" }).click();
    await page.getByRole("heading", { level: 1, name: "Image Registry Policies" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/training/s/s1/policies");
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Image Registry Policies" }).waitFor();
    expect(opened.problems).toEqual([]);
    await below.close();
  });

  describe("the instructor", () => {
    it("logs in with the token and is told when it is wrong", async () => {
      const { state } = await open("instructor", {
        answers: new Map([
          [
            "GET api/instructor/sessions",
            { status: 401, body: { error: { code: "X", message: "Log in." } } },
          ],
          [
            "POST api/instructor/login",
            { status: 401, body: { error: { code: "X", message: "That is not the token." } } },
          ],
        ]),
      });
      await page.getByLabel("Token").fill("wrong");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByText("That is not the token.").waitFor();
      state.answers.clear();
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("table").waitFor();
    });

    it("sees who is stuck first, and why", async () => {
      await open("instructor");
      const first = page.getByRole("row").nth(1);
      await first.getByText("failed three times").waitFor();
    });

    it("is asked by name before sessions end", async () => {
      const { requests } = await open("instructor");
      await page.getByRole("checkbox", { name: "Select session class-a-1", exact: true }).check();
      await page.getByRole("checkbox", { name: "Select session class-a-3" }).check();
      await page.getByRole("button", { name: "End…" }).click();
      await page.getByRole("alertdialog").getByText("class-a-1, class-a-3").waitFor();
      await page.getByRole("button", { name: "End 2 sessions" }).click();
      await page.getByText("None selected").waitFor();
      expect(requests.filter((request) => request.startsWith("DELETE"))).toEqual([
        "DELETE api/instructor/sessions/class-a-1",
        "DELETE api/instructor/sessions/class-a-3",
      ]);
    });

    it("makes sessions and copies all of their links", async () => {
      const links = [1, 2].map((n) => ({ id: `b-${n}`, link: `https://lectern.example/join/b-${n}` }));
      await open("instructor", {
        answers: new Map([["POST api/instructor/sessions", { status: 202, body: links }]]),
      });
      await page.getByRole("button", { name: "Create sessions" }).click();
      await page.getByRole("button", { name: "Create", exact: true }).click();
      await page.getByRole("button", { name: "Copy all" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        links.map(({ link }) => link).join("\n"),
      );
    });
  });
});

function focusedText(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.textContent);
}
