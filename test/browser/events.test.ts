import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { misplacedHeadings } from "./column-headings.js";
import { SIZES, launchChromium, openPage, takePicture } from "./chromium.js";
import { type LecternServer, startLectern } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const LAB = writeLab("day-lab", {
  "workshop.yaml":
    "title: Lab of the day\ndescription: What a morning holds.\nminutes: 45\nlayout: default\n",
  "pages/01-begin.md": "# Begin\n\n```execute-1\necho fine\n```\n",
});
const DEADLINE_MS = 60_000;

// One day, in order, against `lectern serve`: the instructor on a large screen, learners on small ones.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the day of an event", () => {
  let server: LecternServer;
  let browser: Browser;
  let instructor: Page;
  let learner: Page;
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
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    LAB.remove();
  });

  it("begins with one link for the room, made in the portal out of a list of names and a code", async () => {
    await instructor.getByRole("button", { name: "Create event" }).click();
    const form = instructor.getByRole("form", { name: "Create an event" });
    await form.locator("option", { hasText: "Lab of the day" }).waitFor({ state: "attached" });
    await form.getByLabel("Code").fill("heron");
    const names = form.getByLabel("List of names");
    await names.setInputFiles(list("Ada\nGrace\nada\n"));
    await form.getByRole("button", { name: "Create" }).click();
    await form.getByText("Line 3 has the name of line 1 again", { exact: false }).waitFor();
    // As spreadsheets of Windows save a text in Unicode.
    await names.setInputFiles(list("\uFEFFname;seat\r\nJürgen Größe;1\r\nAda Lovelace;2\r\n", "utf16le"));
    await takePicture(instructor, "event-form");
    expect(await accessibilityProblems(instructor)).toEqual([]);
    await form.getByRole("button", { name: "Create" }).click();
    const card = instructor.getByRole("article", { name: "Lab of the day" });
    await card.getByText("0 of 30 seats taken · 2 names on its list", { exact: false }).waitFor();
    link = (await card.locator("code", { hasText: "#join=" }).textContent()) ?? "";
    await card.getByRole("button", { name: "Show QR code" }).click();
    await card.getByRole("img", { name: /QR code/ }).waitFor();
    await takePicture(instructor, "event-card");
    expect(await accessibilityProblems(instructor)).toEqual([]);
  });

  it("lets a learner in by code and name, without the secret in the address, by the keyboard", async () => {
    learner = await opened(SIZES[2]);
    await learner.goto(link);
    await learner.getByLabel("Code").focus();
    await learner.keyboard.type("egret");
    await learner.keyboard.press("Enter");
    await learner.getByText("That is not the code of this event.", { exact: false }).waitFor();
    await learner.getByLabel("Code").fill("Heron");
    await learner.keyboard.press("Enter");
    await learner.locator("select:focus").and(learner.getByLabel("Your name")).waitFor();
    await learner.getByLabel("Your name").selectOption({ label: "Jürgen Größe" });
    expect(new URL(learner.url()).hash).toBe("");
    await learner.getByText(/Terminals work/).waitFor();
    await learner
      .getByText("On this screen text and terminal are shown one at a time", { exact: false })
      .waitFor();
    await takePicture(learner, "event-page");
    expect(await accessibilityProblems(learner)).toEqual([]);
    await learner.getByRole("button", { name: "Come in" }).click();
    await learner.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    await instructor.getByRole("link", { name: "Watch Jürgen Größe" }).waitFor();
    await instructor.getByText("1 of 30 seats taken", { exact: false }).waitFor();
    await takePicture(instructor, "event-names");
  });

  it("knows a learner who comes back by the link, and leads to the same session", async () => {
    const { pathname } = new URL(learner.url());
    await learner.goto("about:blank");
    await learner.goto(link.replace(/#.*/, ""));
    await learner.getByText("Welcome back, Jürgen Größe").waitFor();
    await learner.getByRole("button", { name: "Go on" }).click();
    await learner.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
    expect(new URL(learner.url()).pathname).toBe(pathname);
  });

  it("tells a browser that keeps no cookies so, before a seat is taken", async () => {
    const page = await opened(SIZES[2]);
    // Sends none and keeps none, as a browser does that is told to refuse them.
    await page.addInitScript(() => {
      const { fetch } = globalThis;
      globalThis.fetch = (address, options) => fetch(address, { ...options, credentials: "omit" });
    });
    await page.goto(link);
    await page.getByLabel("Code").fill("heron");
    await page.keyboard.press("Enter");
    await page.getByText("Your browser keeps no cookies of this page", { exact: false }).waitFor();
    await page.context().close();
  });

  it("tells before anything else that the network lets no sockets through, and tries again", async () => {
    const page = await opened(SIZES[0]);
    let isBlocked = true;
    await page.routeWebSocket(/\/api\/connection-check$/, (socket) => {
      if (isBlocked) void socket.close();
      else socket.connectToServer();
    });
    await page.goto(link);
    await page.getByLabel("Code").fill("heron");
    await page.keyboard.press("Enter");
    await page.getByText("Terminals cannot reach the server from here", { exact: false }).waitFor();
    await takePicture(page, "event-no-sockets");
    expect(await accessibilityProblems(page)).toEqual([]);
    isBlocked = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(/Terminals work/).waitFor();
    await page.getByText("The screen has room for text and terminal side by side.").waitFor();
    await page.context().close();
  });

  it("shows where people got stuck, who came how far, and how they found it, also on paper", async () => {
    await learner.getByRole("button", { name: /^Run/ }).first().click();
    await learner.getByText("Succeeded").first().waitFor();
    const asked = learner.getByRole("form", { name: "How was it?" });
    await asked.getByLabel("4 of 5").check();
    await asked.getByLabel("What should stay").fill("Mehr Übungen, bitte.");
    for (const colorScheme of ["dark", "light"] as const) {
      await learner.emulateMedia({ colorScheme });
      await takePicture(learner, `feedback-${colorScheme}-390`);
      expect(await accessibilityProblems(learner)).toEqual([]);
    }
    await asked.getByRole("button", { name: "Send" }).press("Enter");
    await learner.getByText("Thank you: your answer is kept.").waitFor();
    await instructor.getByRole("link", { name: /^Results of/ }).click();
    await instructor.getByRole("heading", { level: 1, name: "Results of Lab of the day" }).waitFor();
    await instructor.getByRole("row", { name: /Begin, step 1/ }).waitFor();
    await instructor.getByRole("row", { name: /Jürgen Größe 1 of 1/ }).waitFor();
    await instructor.getByRole("row", { name: /Ada Lovelace did not come/ }).waitFor();
    await instructor.getByText("One answer, 4 of 5 on average", { exact: false }).waitFor();
    await instructor.getByRole("row", { name: /Jürgen Größe 4 of 5 Mehr Übungen, bitte\./ }).waitFor();
    expect(await accessibilityProblems(instructor)).toEqual([]);
    await takePicture(instructor, "event-results");
    expect(await misplacedHeadings(instructor)).toEqual([]);
    const [file] = await Promise.all([
      instructor.waitForEvent("download"),
      instructor.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    expect(readFileSync(await file.path(), "utf8")).toMatch(
      /^\uFEFFname,page,[^]*Jürgen Größe,01-begin,1,done,1,0,/,
    );
    await instructor.emulateMedia({ media: "print" });
    expect(await instructor.getByRole("button", { name: "Print" }).isVisible()).toBe(false);
    expect(await instructor.getByText("Mehr Übungen, bitte.").isVisible()).toBe(true);
    await takePicture(instructor, "event-results-paper");
    await instructor.emulateMedia({ media: "screen", colorScheme: "dark" });
    await instructor.setViewportSize(SIZES[2]);
    await takePicture(instructor, "event-results-dark-390");
    expect(await accessibilityProblems(instructor)).toEqual([]);
    await instructor.emulateMedia({ colorScheme: "light" });
    await instructor.getByRole("link", { name: "All sessions" }).click();
  });

  it("keeps a learner's notes as they are typed, of two tabs both, and gives them with the files", async () => {
    const other = await learner.context().newPage();
    other.setDefaultTimeout(DEADLINE_MS);
    await other.goto(learner.url());
    const [mine, theirs] = [await notesOf(learner), await notesOf(other)];
    await mine.fill("Pods sind Gruppen.");
    await learner.getByText("Saved as you type", { exact: false }).waitFor();
    await theirs.fill("Labels wählen aus.");
    const choice = other.getByRole("region", { name: "Changed meanwhile" });
    await choice.getByText("Pods sind Gruppen.").waitFor();
    for (const colorScheme of ["dark", "light"] as const) {
      await other.emulateMedia({ colorScheme });
      await takePicture(other, `notes-changed-${colorScheme}-390`);
      expect(await accessibilityProblems(other)).toEqual([]);
    }
    await choice.getByRole("button", { name: "Keep both" }).press("Enter");
    await other.getByText("Saved as you type", { exact: false }).waitFor();
    const both = "Pods sind Gruppen.\n\nLabels wählen aus.";
    await other.reload();
    expect(await (await notesOf(other)).inputValue()).toBe(both);
    await other.close();
    await learner.reload();
    expect(await (await notesOf(learner)).inputValue()).toBe(both);
    const [file] = await Promise.all([
      learner.waitForEvent("download"),
      learner.getByRole("button", { name: "Download everything" }).click(),
    ]);
    const id = new URL(learner.url()).pathname.split("/")[2] ?? "";
    const text = execFileSync("tar", ["-xOzf", await file.path(), `${id}/notes.md`], { encoding: "utf8" });
    expect(text).toBe(`# Notes on Lab of the day\n\n## Begin\n\n${both}\n`);
  });

  it("gives its learner a certificate that says how far they came, to print and to keep", async () => {
    await learner.getByRole("link", { name: "Your results and certificate" }).click();
    const certificate = learner.getByRole("article", { name: "Certificate" });
    await certificate.getByText("Certificate of completion").waitFor();
    await certificate.getByText("Jürgen Größe").waitFor();
    await certificate.getByText("Its one step was done.").waitFor();
    await learner.getByRole("row", { name: /Begin, step 1 done/ }).waitFor();
    await takePicture(learner, "own-results-390");
    expect(await misplacedHeadings(learner)).toEqual([]);
    // The library tells of the pressed button for seven seconds, and the button is not there any more.
    await expect.poll(() => learner.locator('[data-live-announcer] [role="img"]').count()).toBe(0);
    expect(await accessibilityProblems(learner)).toEqual([]);
    const [file] = await Promise.all([
      learner.waitForEvent("download"),
      learner.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    expect(readFileSync(await file.path(), "utf8")).toMatch(
      /^\uFEFFname,page,[^]*Jürgen Größe,01-begin,1,done,/,
    );
    await learner.setViewportSize(SIZES[0]);
    await learner.emulateMedia({ colorScheme: "dark" });
    await takePicture(learner, "own-results-dark");
    expect(await misplacedHeadings(learner)).toEqual([]);
    expect(await accessibilityProblems(learner)).toEqual([]);
    await learner.emulateMedia({ media: "print" });
    expect(await learner.getByRole("button", { name: "Print" }).isVisible()).toBe(false);
    await takePicture(learner, "own-results-paper");
    await learner.emulateMedia({ media: "screen", colorScheme: "light" });
    await learner.setViewportSize(SIZES[2]);
    await learner.getByRole("link", { name: "To the event" }).click();
    await learner.getByRole("button", { name: "Go on" }).click();
    await learner.getByRole("heading", { level: 1, name: "Begin" }).waitFor();
  });

  it("ends with its deletion, after a question", async () => {
    await instructor.getByRole("button", { name: "Delete…" }).click();
    await instructor.getByRole("button", { name: "Delete it" }).click();
    await instructor.getByRole("article", { name: "Lab of the day" }).waitFor({ state: "detached" });
    await learner.getByText("This session has ended.").waitFor();
    expect(problems).toEqual([]);
  });

  it("shows the second of two who change who looks after an event both versions, in either theme", async () => {
    const [{ name: lab = "" } = {}] = await operatorAsks<{ name?: string }[]>("GET", "labs");
    for (const name of ["wren", "merlin", "rook"])
      await operatorAsks("POST", "instructor/tokens", { name, role: "helper" });
    const times = { from: new Date().toISOString(), until: new Date(Date.now() + 3_600_000).toISOString() };
    const staff = { owner: "wren" };
    const event = await operatorAsks<{ name: string }>("POST", "instructor/workshop-events", {
      lab,
      seats: 2,
      ...times,
      ...staff,
    });
    await instructor.reload();
    await instructor.getByRole("button", { name: "Who looks after it" }).click();
    const form = instructor.getByRole("form", { name: `Who looks after ${event.name}` });
    await form.getByLabel("Helpers").fill("rook");
    const faster = { ...staff, helpers: ["merlin"] };
    await operatorAsks("PUT", `instructor/workshop-events/${event.name}/staff`, { ...faster, was: staff });
    await form.getByRole("button", { name: "Save" }).click();
    const conflict = form.getByRole("region", { name: "Changed meanwhile" });
    await conflict.getByText("Theirs, saved: merlin").waitFor();
    await conflict.getByText("Yours, not saved: rook").waitFor();
    await instructor.setViewportSize(SIZES[2]);
    for (const colorScheme of ["light", "dark"] as const) {
      await instructor.emulateMedia({ colorScheme });
      await conflict.scrollIntoViewIfNeeded();
      await takePicture(instructor, `staff-conflict-${colorScheme}-390`);
      expect(await accessibilityProblems(instructor)).toEqual([]);
    }
    await form.getByRole("button", { name: "Save Mine over Theirs" }).press("Enter");
    await instructor.getByText("of wren · helped by rook").waitFor();
    expect(problems).toEqual([]);
  });

  it("offers helpers nothing on the card that they may not do", async () => {
    const { token } = await operatorAsks<{ token: string }>("POST", "instructor/tokens", {
      name: "robin",
      role: "helper",
    });
    const helper = await opened(SIZES[0]);
    const refused: string[] = [];
    helper.on("response", (answer) => answer.status() === 403 && refused.push(answer.url()));
    await helper.goto(`${server.url}instructor`);
    await helper.getByLabel("Token").fill(token);
    await helper.keyboard.press("Enter");
    await helper.getByText("Sessions appear here when people come to an event that you help in.").waitFor();
    const times = { from: new Date().toISOString(), until: new Date(Date.now() + 3_600_000).toISOString() };
    const [{ name: lab = "" } = {}] = await operatorAsks<{ name?: string }[]>("GET", "labs");
    const event = { lab, seats: 2, ...times, owner: "wren", helpers: ["robin"] };
    await operatorAsks("POST", "instructor/workshop-events", event);
    const card = helper.getByRole("article", { name: "Lab of the day" });
    await card.getByText("of wren · helped by robin").waitFor();
    expect(await card.getByRole("button").allTextContents()).toEqual([]);
    expect(await card.getByRole("link").allTextContents()).toEqual(["Results", "Rehearse", "Wall"]);
    expect(refused).toEqual([]);
    await helper.context().close();
    expect(problems).toEqual([]);
  });

  /** As the operator's own programs call the server. */
  async function operatorAsks<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { authorization: `Bearer ${server.token}`, "content-type": "application/json" };
    const answer = await fetch(`${server.url}api/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: expected success, got ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  async function opened(size: (typeof SIZES)[number]): Promise<Page> {
    const { page } = await openPage(browser, { size });
    page.setDefaultTimeout(DEADLINE_MS);
    page.on("pageerror", (error) => problems.push(error.message));
    return page;
  }
});

/** The field for notes, opened where it is folded. */
async function notesOf(page: Page) {
  await page.getByText("Your notes on this page").first().waitFor();
  const field = page.getByRole("textbox", { name: "Your notes on this page" });
  if (!(await field.isVisible())) await page.locator(".notes summary").click();
  return field;
}

function list(text: string, encoding: BufferEncoding = "latin1") {
  return { name: "names.csv", mimeType: "text/csv", buffer: Buffer.from(text, encoding) };
}
