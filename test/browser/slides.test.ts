import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { takePicture } from "./chromium.js";
import { type StartedLab, startLab } from "./started-lab.js";

const PAGE = `# Decks

[The third slide](/slides/#/2) and [the end]({{ ingress_protocol }}://{{ session_hostname }}/slides/#/end).

\`\`\`dashboard:open-dashboard
name: Slides
\`\`\`

\`\`\`dashboard:reload-dashboard
name: Slides
url: "{{ ingress_protocol }}://{{ session_hostname }}/slides/#/1"
\`\`\`

\`\`\`dashboard:create-dashboard
name: Prying
url: /slides/prying.html
\`\`\`

\`\`\`dashboard:open-url
url: /slides/#/2
\`\`\`
`;

const DECK = `# First

---

# Second

---

# Third

---

<!-- .slide: id="end" -->
# The end
`;

/** Tries what a script of the learner's own page could, and writes down what came of it. */
const PRYING = `<!doctype html><html lang="en"><title>Prying</title><h1>Prying</h1><pre id="found"></pre><script>
const found = {};
const note = (name, attempt) => { try { found[name] = String(attempt()); } catch (error) { found[name] = error.name; } };
note("origin", () => self.origin);
note("parent", () => parent.document.title);
note("storage", () => localStorage.length);
note("cookie", () => document.cookie);
const session = location.pathname.split("/api/sessions/")[1].split("/")[0];
const base = location.pathname.split("/api/")[0];
const ask = (name, path, options) => fetch(base + path, { credentials: "include", ...options })
  .then((answer) => { found[name] = String(answer.status); }, () => { found[name] = "refused"; });
Promise.all([
  ask("session", "/api/sessions/" + session),
  ask("end", "/api/sessions/" + session, { method: "DELETE" }),
  ask("terminal", "/api/sessions/" + session + "/terminals/1/ticket", { method: "POST" }),
]).then(() => { document.getElementById("found").textContent = JSON.stringify(found); });
</script></html>`;

describe.skipIf(isWithout("chromium"))("slides of a lab", () => {
  let lab: StartedLab;
  let page: Page;

  beforeAll(async () => {
    lab = await startLab("decks", {
      "workshop.yaml": "title: Decks\nslides: deck\nlayout: default\n",
      "pages/decks.md": PAGE,
      "deck/slides.md": DECK,
      "deck/prying.html": PRYING,
    });
    ({ page } = lab);
    await page.getByRole("heading", { level: 1, name: "Decks" }).waitFor();
  });
  afterAll(() => lab?.close());

  const shown = (name: string) =>
    page
      .frameLocator("iframe[title=Slides]")
      .locator("section.present h1", { hasText: name })
      .first()
      .waitFor();

  it("are a tab behind the session's own, which blocks find by its name, and turn by keys", async () => {
    await page.getByRole("tab", { name: "Slides" }).waitFor();
    expect(await page.getByRole("tab").allTextContents()).toEqual(["Terminal", "Console", "Slides"]);
    await page.getByRole("button", { name: "Show Slides" }).click();
    await shown("First");
    await page.frameLocator("iframe[title=Slides]").locator(".slides").click();
    await page.keyboard.press("ArrowRight");
    await shown("Second");
    await takePicture(page, "slides");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("turn to where a link of the text or a block says", async () => {
    await page.getByRole("link", { name: "The third slide" }).click();
    await shown("Third");
    await page.getByRole("button", { name: "Load Slides again" }).click();
    await shown("Second");
    await page.getByRole("link", { name: "the end" }).click();
    await shown("The end");
  });

  it("open in a tab of the browser of their own", async () => {
    const [opened] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("link", { name: "Open in a new tab (opens in a new tab)" }).click(),
    ]);
    await opened.locator("section.present h1", { hasText: "Third" }).first().waitFor();
    expect(await opened.evaluate(() => self.origin)).toBe("null");
    await opened.close();
  });

  it("run as nobody: they read nothing of the learner's page and can ask for nothing in their name", async () => {
    await page.getByRole("button", { name: "Add the tab Prying" }).click();
    const found = page.frameLocator("iframe[title=Prying]").locator("#found");
    await expect.poll(() => found.textContent()).toContain("terminal");
    expect(JSON.parse((await found.textContent()) ?? "")).toEqual({
      origin: "null",
      parent: "SecurityError",
      storage: "SecurityError",
      cookie: "SecurityError",
      session: "refused",
      end: "refused",
      terminal: "refused",
    });
    await page.getByRole("tab", { name: "Terminal" }).click();
    await page.locator(".xterm").first().waitFor();
  });

  it("are given to nobody without the key of the session, and never as a script of a page of ours", async () => {
    const { origin } = new URL(lab.server.url);
    const address = await page.evaluate(async () => {
      const id = location.pathname.split("/s/")[1]?.split("/")[0] ?? "";
      return document.querySelector("iframe[title=Slides]")?.getAttribute("src") ?? id;
    });
    const [path = ""] = address.split("#", 1);
    const open = await fetch(path, { headers: { accept: "text/html" } });
    expect(open.status).toBe(200);
    expect(open.headers.get("content-security-policy")).toMatch(/^sandbox (?!.*allow-same-origin)/);
    const foreign = await fetch(path.replace(/slides\/[^/]+/, "slides/other"), {
      headers: { accept: "text/html" },
    });
    expect(foreign.status).toBe(401);
    expect(foreign.headers.get("content-security-policy")).toMatch(/^sandbox /);
    expect(await foreign.text()).toContain("These slides cannot be shown");
    const script = await fetch(`${path}dist/reveal.js`, {
      headers: { "sec-fetch-site": "same-origin", "sec-fetch-dest": "script", referer: origin },
    });
    expect(script.status).toBe(403);
    for (const outside of ["../workshop.yaml", "..%2fworkshop.yaml", "%2e%2e/pages/decks.md"])
      expect((await fetch(path + outside)).status).not.toBe(200);
  });
});
