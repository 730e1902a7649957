import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventRow } from "../../workshop/common/event-api.js";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, launchChromium, openPage, takePicture } from "./chromium.js";
import { type LecternServer, startLectern } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const LAB = writeLab("full-lab", {
  "workshop.yaml": "title: A lab that many want\nminutes: 45\nlayout: default\n",
  "pages/01-begin.md": "# Begin\n\n```execute-1\necho fine\n```\n",
});
const DEADLINE_MS = 60_000;

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))(
  "an event with fewer seats than people",
  () => {
    let server: LecternServer;
    let browser: Browser;
    let instructor: Page;
    let link = "";
    const problems: string[] = [];

    beforeAll(async () => {
      server = await startLectern(["--lab", LAB.folder, "--start", "instructor"]);
      browser = await launchChromium();
      instructor = await opened(SIZES[0]);
      await instructor.goto(`${server.url}instructor`);
      await instructor.getByLabel("Token").fill(server.token);
      await instructor.keyboard.press("Enter");
      await instructor.getByText("No sessions yet").waitFor();
      const answer = await fetch(`${server.url}api/instructor/workshop-events`, {
        method: "POST",
        headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
        body: JSON.stringify({
          lab: "full-lab",
          seats: 1,
          from: new Date().toISOString(),
          until: new Date(Date.now() + 3_600_000).toISOString(),
        }),
      });
      ({ link } = (await answer.json()) as EventRow);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      LAB.remove();
    });

    it("tells who waits their place, and lets them in by itself: out of turn, by a new seat, by one that is free", async () => {
      const ada = await arrived("Ada", "Come in");
      await ada.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      const grace = await arrived("Grace", "Wait for a seat");
      await grace.getByText("Grace, you are at place 1 of 1").waitFor();
      await takePicture(grace, "waiting-390");
      expect(await accessibilityProblems(grace)).toEqual([]);
      const joan = await arrived("Joan", "Wait for a seat");
      await joan.getByText("Joan, you are at place 2 of 2").waitFor();
      const mary = await arrived("Mary", "Wait for a seat");
      await mary.getByText("Mary, you are at place 3 of 3").waitFor();

      const card = instructor.getByRole("article", { name: "A lab that many want" });
      await card.getByText("1 of 1 seats taken · 3 wait for one", { exact: false }).waitFor();
      await card.getByRole("button", { name: "Seats" }).press("Enter");
      const list = card.getByRole("list", { name: "Waiting list" });
      expect(await list.getByRole("listitem").allInnerTexts()).toEqual(
        ["Grace", "Joan", "Mary"].map((name) => expect.stringContaining(name)),
      );
      for (const colorScheme of ["dark", "light"] as const) {
        await instructor.emulateMedia({ colorScheme });
        await takePicture(instructor, `event-seats-${colorScheme}`);
        expect(await accessibilityProblems(instructor)).toEqual([]);
      }
      await list.getByRole("button", { name: "Let in Joan out of turn" }).press("Enter");
      await joan.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      await mary.getByText("Mary, you are at place 2 of 2").waitFor();
      await card.getByText("2 of 1 seats taken · 2 wait for one", { exact: false }).waitFor();
      await card.getByRole("spinbutton", { name: "Seats" }).fill("3");
      await card.getByRole("button", { name: "Change" }).click();
      await grace.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      await mary.getByText("Mary, you are at place 1 of 1").waitFor();
      await instructor.getByRole("link", { name: /^Results of/ }).click();
      await instructor.getByRole("button", { name: "Remove Ada" }).click();
      // An answer that fails is asked for again.
      const refusal = { status: 503, contentType: "application/problem+json", body: "{}" };
      await mary.route("**/api/events/*/join", (route) => route.fulfill(refusal), { times: 1 });
      await instructor.getByRole("button", { name: "Remove", exact: true }).click();
      await mary.getByRole("alert").waitFor();
      await mary.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      await ada.getByText("This session has ended.").waitFor();
      expect(problems).toEqual([]);
    });

    it("lets somebody leave the waiting list, and come back to its end", async () => {
      const bo = await arrived("Bo", "Wait for a seat");
      const cy = await arrived("Cy", "Wait for a seat");
      await bo.getByRole("button", { name: "Leave the waiting list" }).click();
      await bo.getByText("one person waits for one", { exact: false }).waitFor();
      await cy.getByText("Cy, you are at place 1 of 1").waitFor();
      await bo.getByLabel("Your name").fill("Bo");
      await bo.getByRole("button", { name: "Wait for a seat" }).click();
      await bo.getByText("Bo, you are at place 2 of 2").waitFor();
      expect(problems).toEqual([]);
    });

    it("keeps a seat for who has closed their page, says until when, and lets them in when they come", async () => {
      const dot = await arrived("Dot", "Wait for a seat");
      await dot.getByText("Dot, you are at place", { exact: false }).waitFor();
      await dot.goto("about:blank");
      await instructor.goto(`${server.url}instructor`);
      const card = instructor.getByRole("article", { name: "A lab that many want" });
      await card.getByRole("button", { name: "Seats" }).press("Enter");
      await card.getByRole("button", { name: "Let in Dot out of turn" }).press("Enter");
      const kept = card.getByRole("list", { name: "Seats that are kept" });
      await kept.getByText(/^Dot has not come yet; kept until \d\d:\d\d$/).waitFor();
      for (const colorScheme of ["dark", "light"] as const) {
        await dot.emulateMedia({ colorScheme });
        await dot.goto(link);
        await dot.getByText(/A seat is free for you, and is kept until \d\d:\d\d/).waitFor();
        await takePicture(dot, `seat-kept-390-${colorScheme}`);
        expect(await accessibilityProblems(dot)).toEqual([]);
        await instructor.emulateMedia({ colorScheme });
        await takePicture(instructor, `seats-kept-${colorScheme}`);
        expect(await accessibilityProblems(instructor)).toEqual([]);
      }
      await dot.getByRole("button", { name: "Go on" }).click();
      await dot.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      await kept.waitFor({ state: "detached" });
      expect(problems).toEqual([]);
    });

    async function arrived(name: string, button: string): Promise<Page> {
      const page = await opened(SIZES[2]);
      await page.goto(link);
      await page.getByLabel("Your name").fill(name);
      await page.getByRole("button", { name: button }).click();
      return page;
    }

    async function opened(size: (typeof SIZES)[number]): Promise<Page> {
      const { page } = await openPage(browser, { size });
      page.setDefaultTimeout(DEADLINE_MS);
      page.on("pageerror", (error) => problems.push(error.message));
      return page;
    }
  },
);
