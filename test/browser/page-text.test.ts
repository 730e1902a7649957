import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabPage } from "../../workshop/common/lab.js";
import { pageHighlighter } from "../../workshop/common/highlight/highlight-code.js";
import { compileLabPage } from "../../workshop/common/render-page.js";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { SIZES, takePicture, THEMES } from "./chromium.js";
import { ContractBrowser } from "./contract-browser.js";
import { cutOff } from "./cut-off.js";

const FENCE = "```";
const SOURCE = `## Code

${FENCE}yaml
# A pod that waits
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: "web"}}
spec:
  replicas: 3
  ready: true
${FENCE}

${FENCE}diff
@@ -1 +1 @@
-old
+new
${FENCE}

${FENCE}execute
kubectl get pods -n $NS --output=wide | grep 'web' && echo "done" # all of them
${FENCE}

${FENCE}editor:create-file
file: ~/web.json
text: '{"name": "web", "port": 80}'
${FENCE}

${FENCE}dashboard:open-url
url: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/?with=a-long-question&that=goes-on-and-on
${FENCE}

## Boxes

:::note[In *short*]
Text with \`code\`.
:::

!!! warning "Mind"
    More than a line

    - and a list

:::danger
It is gone then.
:::

??? tip "What is folded"
    What nobody needs at first.

> [!TIP]
> As on GitHub.

## Notes

Kubernetes[^k] has pods[^p].

[^k]: A system for containers.
[^p]: Its *smallest* thing.

Pod
: What runs.

Node
: Where it runs.

### Deeper

| a | b |
|---|--:|
| 1 | 2 |
`;

function compiledPage() {
  const page: LabPage = {
    name: "policies",
    title: "Everything a page may hold",
    file: "pages/page.md",
    source: SOURCE,
    firstLine: 1,
    problems: [],
    steps: [],
    terminals: [],
    blocks: [],
    pictures: {},
    checks: { expectations: {}, standIns: [] },
  };
  const lab = { layout: "split" as const, ingresses: [], pages: [page] };
  const { html, actions, problems } = compileLabPage(lab, page, {}, pageHighlighter());
  expect(problems).toEqual([]);
  return {
    name: page.name,
    title: page.title,
    html,
    actions: actions.map(({ view }) => view),
    problems: [],
  };
}

describe.skipIf(isWithout("chromium"))("the text of a page", () => {
  let opened: ContractBrowser;
  beforeAll(async () => {
    opened = await ContractBrowser.launch();
  });
  afterAll(() => opened?.close());

  for (const theme of THEMES) {
    it(`can be read by everybody, ${theme}`, async () => {
      await opened.open("s/s1/policies", { pages: { policies: compiledPage() } }, { theme });
      const { page } = opened;
      await page.getByText("What is folded").click();
      for (const size of SIZES) {
        await page.setViewportSize({ ...size, height: 2_600 });
        await takePicture(page, `page-text-${theme}-${size.width}`);
        expect(await accessibilityProblems(page, RULES_IN[theme])).toEqual([]);
        expect(await cutOff(page)).toEqual([]);
      }
    });
  }

  it("says where a button leads before it is pressed", async () => {
    await opened.open("s/s1/policies", { pages: { policies: compiledPage() } });
    const link = opened.page.getByRole("link", { name: "Open in a new tab (opens in a new tab)" });
    const address = (await link.getAttribute("href")) ?? "";
    expect(address).toContain("https://kubernetes.io/docs/");
    expect(await opened.page.getByText(address, { exact: true }).isVisible()).toBe(true);
  });

  it("has contents that lead to its headings", async () => {
    await opened.open("s/s1/policies", { pages: { policies: compiledPage() } });
    const { page } = opened;
    await page.getByText("On this page", { exact: true }).click();
    const contents = page.getByRole("navigation", { name: "On this page" });
    await contents.waitFor();
    expect(await contents.getByRole("link").allTextContents()).toEqual(["Code", "Boxes", "Notes", "Deeper"]);
    await contents.getByRole("link", { name: "Notes" }).click();
    const heading = page.getByRole("heading", { name: "Notes" });
    await expect.poll(() => heading.evaluate((found) => document.activeElement === found)).toBe(true);
    await page.getByRole("link", { name: "Note 2" }).click();
    expect(new URL(page.url()).pathname).toMatch(/s\/s1\/policies$/);
  });

  it("is printed alone, white and with what is folded", async () => {
    await opened.open("s/s1/policies", { pages: { policies: compiledPage() } }, { theme: "dark" });
    const { page } = opened;
    await page.getByRole("heading", { name: "Boxes" }).waitFor();
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await takePicture(page, "page-text-print");
    expect(await page.getByText("What nobody needs at first.").isVisible()).toBe(true);
    expect(await page.locator(".work").isVisible()).toBe(false);
    expect(await page.getByRole("banner").isVisible()).toBe(false);
    expect(await page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor)).toBe(
      "rgb(255, 255, 255)",
    );
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    expect(height).toBeGreaterThan(SIZES[0].height);
  });
});
