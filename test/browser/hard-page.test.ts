import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { launchChromium, openPage, SIZES, takePicture, THEMES } from "./chromium.js";
import { cutOff } from "./cut-off.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const LONG_TITLE =
  "Everything that is hard to show on one page, from very long titles to pictures that are not there";
const LONG_COMMAND = `kubectl create deployment web --image=registry.example.org/platform/team/service@sha256:${"0123456789abcdef".repeat(4)} --dry-run=client -o yaml`;
const PAGE = `# ${LONG_TITLE}

Prose with \`inline code that is quite long and has_no_spaces_in_some_of_its_words_at_all\`, a link to
[the documentation](https://kubernetes.io/docs/) and **bold words**. Copy \`kubectl get pods\`{{copy}} from here.

\`\`\`execute-1
${LONG_COMMAND}
\`\`\`

\`\`\`execute-1
seq 1 400
\`\`\`

\`\`\`execute-1
echo one; echo two >&2; (exit 3)
\`\`\`

\`\`\`execute-1
cat <<EOF
first line
second line
third line
EOF
\`\`\`

| Field | Meaning | Default | Example with a long word |
|---|---|:-:|---:|
| \`imageName\` | what the name must be | none | \`registry.example.org/platform/team/service\` |
| \`tag\` | a pattern of the tag | \`*\` | 1.36 |

\`\`\`yaml
apiVersion: policy.lectern.dev/v1
kind: ImagePolicy
metadata: { name: a-manifest-with-a-line-that-is-wider-than-the-column-of-the-text-can-ever-be }
\`\`\`

> A quotation that says something about policies, long enough to go over the end of the line.

![A picture that is not there](./images/missing.png)

\`\`\`editor:execute-command
name: no-such-thing
\`\`\`

<details>
<summary>More about it</summary>

Hidden until opened, with a block inside:

\`\`\`execute-1
date
\`\`\`

</details>

1. A list with a block inside:

   \`\`\`execute-1
   uname
   \`\`\`

2. and a second point.
   - deeper
     - and deeper

## A heading of the second level

### And one of the third

\`\`\`copy-and-edit
kubectl create configmap YOUR-NAME
\`\`\`
`;
const DASHBOARDS = ["Documentation of Kubernetes", "Grafana", "Prometheus", "Registry", "Argo", "Results"];
const LAB = writeLab("hard-page", {
  "workshop.yaml": `title: ${LONG_TITLE}\nlayout: default\ndashboards:\n${DASHBOARDS.map((name) => `  - { name: ${name}, url: "http://127.0.0.1:9/" }\n`).join("")}`,
  "pages/01-hard.md": PAGE,
});
const DEADLINE_MS = 60_000;

describe.skipIf(isWithout("chromium"))("a page of everything that is hard to show", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await startLectern(["--lab", LAB.folder]);
    browser = await launchChromium();
    page = (await openPage(browser)).page;
    page.setDefaultTimeout(DEADLINE_MS);
    await page.goto(server.url);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { level: 1, name: LONG_TITLE }).waitFor();
    for (const command of ["seq 1 400", "exit 3"]) await runBlock(page, command);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    LAB.remove();
  });

  it("says what is wrong with a block it does not know, and with a picture that is missing", async () => {
    await page.getByText("This block does not work:").waitFor();
    await page.getByText("(picture ./images/missing.png is missing)", { exact: false }).waitFor();
  });

  it("shows all of a long output in a place that scrolls by itself", async () => {
    const block = page.locator(".block").filter({ hasText: "seq 1 400" });
    await block.getByRole("button", { name: "Show output" }).click();
    const output = block.getByRole("group", { name: "Output" });
    await output.getByText(/400\s*$/).waitFor();
    expect((await output.boundingBox())?.height).toBeLessThan(400);
  });

  for (const theme of THEMES) {
    for (const size of SIZES) {
      it(`keeps within the screen, ${theme}, ${size.width} wide`, async () => {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize(size);
        const name = `hard-${theme}-${size.width}`;
        for (const [number, share] of [0, 0.33, 0.66, 1].entries()) {
          await page
            .locator(".reading")
            .evaluate((element, at) => element.scrollTo(0, (element.scrollHeight - 600) * at), share);
          await takePicture(page, `${name}-${number}`);
        }
        const widths = await page
          .locator(".reading")
          .evaluate((element) => [element.scrollWidth, element.clientWidth]);
        expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0);
        expect(await cutOff(page)).toEqual([]);
        expect(await accessibilityProblems(page, RULES_IN[theme])).toEqual([]);
      });
    }
  }

  it("brings each of many tabs forward, also on a phone", async () => {
    await page.setViewportSize(SIZES[2]);
    await page.getByRole("button", { name: "Results" }).click();
    await takePicture(page, "hard-tabs-390");
    expect(await page.locator('iframe[title="Results"]').isVisible()).toBe(true);
    await page.setViewportSize(SIZES[1]);
    await page.reload();
    await page.getByRole("tab", { name: "Results", selected: true }).waitFor();
    await takePicture(page, "hard-tabs-1024");
    const box = await page.getByRole("tab", { name: "Results" }).boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(SIZES[1].width + 1);
  });
});

async function runBlock(page: Page, command: string): Promise<void> {
  const block = page.locator(".block").filter({ has: page.locator("pre", { hasText: command }) });
  await block.getByRole("button", { name: /^Run/ }).click();
  await block.getByText(/Succeeded|Failed/).waitFor();
}
