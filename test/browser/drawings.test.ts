import { EventEmitter, once } from "node:events";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { takePicture, THEMES } from "./chromium.js";
import { type StartedLab, startLab } from "./started-lab.js";

const PAGE = `# Drawn things

The cost is $\`O(n^2)\`$, and \`$HOME\` is the shell's.

$$
\\sum_{i=1}^{n} i
$$

\`\`\`math
\\frac{
\`\`\`

\`\`\`mermaid
flowchart LR
  accTitle: A request to a pod
  A[Learner] --> B(API server) --> C["<b onmouseover='document.title=1'>Pod</b>"]
  click A "javascript:document.title=1"
  click B "https://kubernetes.example.org/"
\`\`\`

\`\`\`mermaid
flowchart LR
  A[[ --> B
\`\`\`

<div class="tabs"><p>A box of the author's own.</p></div>

=== "Linux"
    Here.

    \`\`\`execute-1
    echo on-linux
    \`\`\`

===+ "Windows"
    ### There

    Not here.
`;

/** What it is about stands below what draws itself late. */
const PRESSED = `# Pressed

![A tall picture](tall.svg)

\`\`\`mermaid
flowchart TD
  accTitle: A tall diagram
  A --> B --> C --> D --> E --> F --> G
\`\`\`

\`\`\`execute-1
echo pressed-$((40 + 2))
\`\`\`
`;

// What is drawn in the place of its text, on the page of a real server with its content security policy.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("what pages draw", () => {
  let lab: StartedLab;
  let page: Page;
  const loaded: string[] = [];
  const loadedToDraw = (): string[] => loaded.filter((path) => /draw-(?:diagram|formula)/.test(path));

  beforeAll(async () => {
    lab = await startLab("drawn", {
      "workshop.yaml": "title: Drawn\npages: [plain, one, pressed]\n",
      "pages/pressed.md": PRESSED,
      "pages/tall.svg":
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="700"><rect width="300" height="700"/></svg>',
      "pages/plain.md": "# Plain\n\nNothing is drawn here.\n",
      "pages/one.md": PAGE,
    });
    ({ page } = lab);
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  });
  afterAll(() => lab?.close());

  it("is loaded by the first page that has such a thing", async () => {
    await page.getByText("Nothing is drawn here.").waitFor();
    expect(loadedToDraw()).toEqual([]);
    await page.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("img", { name: "A request to a pod" }).locator("svg").waitFor();
    expect(loadedToDraw()).not.toEqual([]);
  });

  it("are formulas, also within a sentence; a dollar sign in code is the shell's", async () => {
    await expect.poll(() => page.locator(".prose math").count()).toBe(2);
    expect(await page.locator(".prose p").first().locator("math").count()).toBe(1);
    await page.getByText("$HOME", { exact: true }).waitFor();
  });

  it("are diagrams with their text, of which nothing runs", async () => {
    await page.getByText("The diagram as text").click();
    await page.locator("details pre").getByText("A[Learner] --> B(API server)").waitFor();
    const diagram = page.getByRole("img", { name: "A request to a pod" });
    const title = await page.title();
    await diagram.getByText("Pod", { exact: true }).hover();
    await diagram.getByText("Learner", { exact: true }).click();
    expect(await diagram.innerHTML()).not.toMatch(/onmouseover|javascript:/);
    expect(await page.title()).toBe(title);
    const link = diagram.locator('a[*|href="https://kubernetes.example.org/"]');
    expect(await link.getAttribute("target")).toBe("_blank");
  });

  it("stay as they were written where they cannot be drawn, with the reason", async () => {
    await page.getByText(/^This formula cannot be drawn.*expected '}'/).waitFor();
    await page.getByText(/^This diagram cannot be drawn.*Parse error on line/).waitFor();
    await page.locator("pre").getByText("A[[ --> B").waitFor();
  });

  it("are tabs, by a press and by the arrow keys; a step in one that is not shown is brought into sight", async () => {
    await page.getByText("A box of the author's own.").waitFor();
    await page.getByText("Not here.").waitFor();
    await page.getByRole("tab", { name: "Windows" }).press("ArrowRight");
    await page.getByRole("button", { name: /Run in terminal 1: echo on-linux/ }).waitFor();
    expect(await page.getByText("Not here.").isVisible()).toBe(false);
    await page.getByRole("tab", { name: "Linux" }).press("End");
    await page.getByText("Not here.").waitFor();
    await page.keyboard.press("Alt+Enter");
    await page.getByRole("tab", { name: "Linux", selected: true }).waitFor();
    await page.getByText(/^Succeeded/).waitFor();
  });

  it("can be read in both themes", async () => {
    const drawing = page.getByRole("img", { name: "A request to a pod" }).locator("svg");
    // Each drawing has a name of its own; the one before stays until it is there.
    let last = "";
    for (const colorScheme of THEMES) {
      const isOther = await page.evaluate(
        (scheme) => !matchMedia(`(prefers-color-scheme: ${scheme})`).matches,
        colorScheme,
      );
      if (isOther) last = (await drawing.getAttribute("id")) ?? "";
      await page.emulateMedia({ colorScheme });
      await expect.poll(() => drawing.getAttribute("id")).not.toBe(last);
      await takePicture(page, `drawings-${colorScheme}`);
      expect(await accessibilityProblems(page, RULES_IN[colorScheme])).toEqual([]);
    }
  });

  it("move nothing away from under whoever presses it meanwhile", async () => {
    const drawing = new EventEmitter();
    const held = once(drawing, "begins");
    await page.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("button", { name: /Run in terminal 1: echo pressed/ }).waitFor();
    await page.route(/tall\.svg|draw-diagram/, async (route) => held.then(() => route.continue()));
    await page.reload({ waitUntil: "domcontentloaded" });
    const button = page.getByRole("button", { name: /Run in terminal 1: echo pressed/ });
    await button.hover();
    const place = () => button.evaluate((element) => Math.round(element.getBoundingClientRect().top));
    const before = await place();
    await page.mouse.down();
    drawing.emit("begins");
    await page.getByRole("img", { name: "A tall diagram" }).locator("svg").waitFor();
    const picture = page.getByRole("img", { name: "A tall picture" });
    await expect
      .poll(() => picture.evaluate((image) => image.getBoundingClientRect().height))
      .toBeGreaterThan(100);
    await expect.poll(async () => Math.abs((await place()) - before)).toBeLessThanOrEqual(1);
    await page.mouse.up();
    await page.getByText(/^Succeeded/).waitFor();
  });

  it("let go of what was pressed where nobody tells the page of the release", async () => {
    const button = page.getByRole("button", { name: /^Run.*echo pressed/ });
    const place = () => button.evaluate((element) => Math.round(element.getBoundingClientRect().top));
    for (const sign of ["blur", "move"]) {
      await button.hover();
      const before = await place();
      await page.mouse.down();
      await button.evaluate(
        (element, [kind]) => {
          const told =
            kind === "blur"
              ? new Event("blur")
              : new PointerEvent("pointermove", { isPrimary: true, buttons: 0 });
          window.dispatchEvent(told);
          const block = element.closest("article > *, main > *") ?? element;
          for (let at: Element | null = block; at; at = at.parentElement)
            (at as HTMLElement).style.setProperty("overflow-anchor", "none");
          const tall = document.createElement("div");
          tall.style.height = "120px";
          setTimeout(() => block.before(tall), 50);
        },
        [sign],
      );
      await expect.poll(async () => (await place()) - before).toBeGreaterThanOrEqual(120);
      await page.mouse.move(0, 0);
      await page.mouse.up();
    }
  });
});
