import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { CLAIM, LtiPlatform, writeRegistration } from "../server/lti-platform.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, launchChromium, openPage, takePicture } from "./chromium.js";
import { type LecternServer, startLectern } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const LAB = writeLab("lti-lab", {
  "workshop.yaml": "title: Lab of a course\nminutes: 45\nlayout: default\n",
  "pages/01-begin.md": "# Begin\n\n```execute-1\necho fine\n```\n",
});
const DEADLINE_MS = 30_000;
const MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#";

// The platform is of another site than the tool: 127.0.0.1 and localhost.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))(
  "a link in a course of a learning platform",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "lectern-lti-"));
    const platform = new LtiPlatform();
    let server: LecternServer;
    let browser: Browser;

    beforeAll(async () => {
      await platform.start();
      const lti = writeRegistration(folder, platform, "anna");
      server = await startLectern(["--lab", LAB.folder, "--start", "instructor", "--lti", lti]);
      browser = await launchChromium();
      expect(new URL(server.url).hostname).toBe("localhost");
      const headers = { authorization: `Bearer ${server.token}`, "content-type": "application/json" };
      const body = JSON.stringify({ name: "anna", role: "instructor" });
      await fetch(`${server.url}api/instructor/tokens`, { method: "POST", headers, body });
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      platform.stop();
      LAB.remove();
      rmSync(folder, { recursive: true });
    });

    it("opens the learner's session, by the name the platform knows", async () => {
      const page = await course("ada");
      await page.getByRole("link", { name: "Do the lab" }).click();
      await page.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      expect(new URL(page.url()).hash).toBe("");
      await page.getByRole("button", { name: /^Run/ }).first().click();
      await page.getByText("Succeeded").first().waitFor();
      platform.toolKeys = `${server.url}lti/keys`;
      await expect.poll(() => platform.scores.at(-1)?.scoreGiven, { timeout: DEADLINE_MS }).toBe(1);
      await page.context().close();
    });

    it("in a frame, where browsers keep nothing for it, opens the lab in a window of its own", async () => {
      const page = await course("grace");
      const frame = page.frameLocator("iframe");
      const button = frame.getByRole("button", { name: "Open the lab in a window of its own" });
      await button.waitFor();
      await takePicture(page, "lti-frame");
      const [lab] = await Promise.all([page.waitForEvent("popup"), button.click()]);
      await lab.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      expect(new URL(lab.url()).origin).toBe(new URL(server.url).origin);
      await page.context().close();
    });

    it("says in a sentence why a launch that is over, or is of no registered deployment, leads nowhere", async () => {
      for (const [name, more, why] of [
        ["expired", { exp: Math.floor(Date.now() / 1000) - 600 }, "cannot be believed"],
        ["deployment", { [`${CLAIM}deployment_id`]: "two" }, "is not registered here"],
      ] as const) {
        const page = await course("eve", more);
        await page.getByRole("link", { name: "Do the lab" }).click();
        await page.getByRole("heading", { level: 1, name: "The lab cannot be opened" }).waitFor();
        await page.getByText(why, { exact: false }).waitFor();
        await page.getByText("SERVER_LTI_REFUSED").waitFor();
        for (const colorScheme of ["dark", "light"] as const) {
          await page.emulateMedia({ colorScheme });
          await takePicture(page, `lti-${name}-${colorScheme}`);
          expect(await accessibilityProblems(page)).toEqual([]);
        }
        await page.context().close();
      }
    });

    it("cannot be opened a second time by the address it led to", async () => {
      const page = await course("ada");
      let entry = "";
      page.on("framenavigated", (frame) => {
        if (frame.url().includes("#entry=")) entry = frame.url();
      });
      await page.getByRole("link", { name: "Do the lab" }).click();
      await page.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      expect(entry).toContain("/launch#entry=");
      await page.goto("about:blank");
      await page.goto(entry);
      await page.getByRole("heading", { level: 1, name: "The lab cannot be opened" }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.context().close();
    });

    it("shows results to who teaches the course, and a lab to who only administers the school", async () => {
      const teacher = await course("tess", { [`${CLAIM}roles`]: [`${MEMBERSHIP}Instructor`] });
      await teacher.getByRole("link", { name: "Do the lab" }).click();
      await teacher.getByRole("heading", { level: 1, name: "Results of Lab of a course" }).waitFor();
      await teacher.getByText("Name of ada").first().waitFor();
      await teacher.context().close();
      const institution = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator";
      const other = await course("oscar", { [`${CLAIM}roles`]: [institution] });
      await other.getByRole("link", { name: "Do the lab" }).click();
      await other.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
      await other.context().close();
    });

    it("lets a teacher choose the lab in a frame of the course, by keyboard, in either theme and on a phone", async () => {
      const page = await course("tess", {}, true);
      const frame = page.frameLocator("iframe");
      const choose = frame.getByRole("button", { name: "Choose Lab of a course" });
      await choose.waitFor();
      for (const size of [SIZES[0], SIZES[2]])
        for (const colorScheme of ["dark", "light"] as const) {
          await page.setViewportSize(size);
          await page.emulateMedia({ colorScheme });
          await takePicture(page, `lti-choice-${String(size.width)}-${colorScheme}`);
          expect(await accessibilityProblems(page)).toEqual([]);
        }
      await choose.focus();
      await page.keyboard.press("Enter");
      await frame.getByRole("heading", { name: "Chosen" }).waitFor();
      platform.toolKeys = `${server.url}lti/keys`;
      const chosen = JSON.stringify(await platform.chosen(platform.brought));
      expect(chosen).toContain('"custom":{"lab":"lti-lab"}');
      await page.context().close();
    });

    /** The page of the course that the person sees, with the link itself and the same in a frame. */
    async function course(subject: string, more: object = {}, chooses = false): Promise<Page> {
      const { page } = await openPage(browser, { size: SIZES[1] });
      page.setDefaultTimeout(DEADLINE_MS);
      platform.page = (path) => shownBy(platform, { path, tool: server.url, subject, more, chooses });
      await page.goto(`${platform.url}/course`);
      return page;
    }
  },
);

interface Shown {
  path: URL;
  tool: string;
  subject: string;
  more: object;
  /** Whether the link leads to a choice of labs. */
  chooses: boolean;
}

/** The page of a course, and the one that sends a browser back with what is signed of its person. */
async function shownBy(
  platform: LtiPlatform,
  { path: { pathname, searchParams }, tool, subject, more, chooses }: Shown,
): Promise<string | undefined> {
  if (pathname === "/course") {
    const { url, client } = platform;
    const asked = {
      iss: url,
      login_hint: subject,
      client_id: client,
      target_link_uri: chooses ? `${tool}lti/choose` : tool,
    };
    const link = escaped(`${tool}lti/login?${new URLSearchParams(asked).toString()}`);
    return `<!doctype html><html lang="en"><title>A course</title><main><h1>A course</h1><a href="${link}">Do the lab</a>
      <iframe title="The lab" width="700" height="300" src="${link}"></iframe></main></html>`;
  }
  if (pathname === "/chosen") return "<!doctype html><title>Chosen</title><h1>Chosen</h1>";
  if (pathname !== "/authorize") return undefined;
  const value = (name: string) => escaped(searchParams.get(name) ?? "");
  const nonce = searchParams.get("nonce") ?? "";
  const claims = chooses ? platform.choiceClaims(subject) : platform.claims(subject, "lti-lab", more);
  const token = await platform.sign({ ...claims, nonce });
  return `<!doctype html><title>A moment</title>
    <form method="post" action="${value("redirect_uri")}">
      <input name="id_token" type="hidden" value="${escaped(token)}">
      <input name="state" type="hidden" value="${value("state")}">
    </form>
    <script>document.forms[0].submit()</script>`;
}

function escaped(value: string): string {
  return value.replaceAll(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
