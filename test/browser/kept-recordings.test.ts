import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventRow } from "../../workshop/common/event-api.js";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, launchChromium, openPage, takePicture } from "./chromium.js";
import { type LecternServer, startLectern } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const LAB = writeLab("kept-lab", {
  "workshop.yaml": "title: A lab to look back at\nminutes: 45\nlayout: default\n",
  "pages/01-begin.md": "# Begin\n\n```execute-1\necho kept-$((40+2))\n```\n",
});
const DEADLINE_MS = 60_000;

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("recordings that are kept", () => {
  let server: LecternServer;
  let browser: Browser;
  let instructor: Page;
  let learner: Page;
  let event: EventRow;
  const problems: string[] = [];

  beforeAll(async () => {
    server = await startLectern(["--lab", LAB.folder, "--start", "instructor", "--keep-recordings"]);
    browser = await launchChromium();
    instructor = await opened(SIZES[0]);
    await instructor.goto(`${server.url}instructor`);
    await instructor.getByLabel("Token").fill(server.token);
    await instructor.keyboard.press("Enter");
    await instructor.getByText("No sessions yet").waitFor();
    const times = { from: new Date().toISOString(), until: new Date(Date.now() + 3_600_000).toISOString() };
    event = (await (
      await asOperator("POST", "workshop-events", { lab: "kept-lab", seats: 2, ...times })
    ).json()) as EventRow;
    learner = await opened(SIZES[2]);
    await learner.goto(event.link);
    await learner.getByLabel("Your name").fill("Ada Lovelace");
    await learner.getByRole("button", { name: "Come in" }).click();
    await learner.getByRole("button", { name: /^Run/ }).first().click();
    await learner.getByText("Succeeded").first().waitFor();
    const session = new URL(learner.url()).pathname.split("/")[2] ?? "";
    await asOperator("DELETE", `sessions/${session}`);
    await learner.getByText("This session has ended.").waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    LAB.remove();
  });

  it("are played by their learner below their results", async () => {
    await learner.goto(`${server.url}e/${event.name}/results`);
    await expect
      .poll(
        async () => {
          await learner.reload();
          await learner.getByRole("article", { name: "Certificate" }).waitFor();
          return learner.getByRole("heading", { name: "What your terminals showed" }).count();
        },
        { timeout: DEADLINE_MS },
      )
      .toBe(1);
    await learner.getByRole("button", { name: /^Terminal 1 of/ }).click();
    await expect.poll(() => shownBy(learner)).toContain("kept-42");
    await takePicture(learner, "own-kept-recordings-390");
    expect(await accessibilityProblems(learner)).toEqual([]);
  });

  it("are played by the instructors of the event at any speed from any step, and removed after a question", async () => {
    await instructor.getByRole("link", { name: `Recordings of ${event.name}` }).click();
    await instructor.getByRole("rowheader", { name: /Ada Lovelace/ }).waitFor();
    await instructor.getByRole("button", { name: /^Terminal 1 of Ada Lovelace/ }).click();
    const player = instructor.getByRole("region", { name: "Recording of terminal 1" });
    await player.getByLabel("Speed").selectOption("16");
    await player.getByRole("button", { name: "Play", exact: true }).waitFor();
    await player.getByRole("button", { name: /echo kept/ }).click();
    await expect.poll(() => shownBy(instructor)).toContain("kept-42");
    for (const colorScheme of ["dark", "light"] as const) {
      await instructor.emulateMedia({ colorScheme });
      await takePicture(instructor, `kept-recordings-${colorScheme}`);
      expect(await accessibilityProblems(instructor)).toEqual([]);
    }
    await instructor.getByRole("button", { name: /^Remove… the recordings of Ada Lovelace/ }).press("Enter");
    await instructor.getByRole("button", { name: "Remove", exact: true }).click();
    await instructor.getByText("Nothing is kept here.", { exact: false }).waitFor();
    expect(await accessibilityProblems(instructor)).toEqual([]);
    await learner.reload();
    await learner.getByRole("article", { name: "Certificate" }).waitFor();
    expect(await learner.getByRole("heading", { name: "What your terminals showed" }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  function asOperator(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${server.url}api/instructor/${path}`, {
      method,
      headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  async function opened(size: (typeof SIZES)[number]): Promise<Page> {
    const { page } = await openPage(browser, { size });
    page.setDefaultTimeout(DEADLINE_MS);
    page.on("pageerror", (error) => problems.push(error.message));
    return page;
  }
});

function shownBy(page: Page): Promise<string> {
  return page.getByRole("region", { name: "Recording of terminal 1" }).locator(".xterm-rows").innerText();
}
