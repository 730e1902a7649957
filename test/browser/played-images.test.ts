import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missingForContainers } from "../../containers/node/requirements.js";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { takePicture, THEMES } from "./chromium.js";
import { cutOff } from "./cut-off.js";
import { type StartedLab, startLab } from "./started-lab.js";

const lacks = missingForContainers();
if (lacks !== undefined) process.stdout.write(`left out: played images of a page (no ${lacks.what})\n`);

const run = (name: string, image: string): string =>
  `\n\`\`\`execute\nkubectl run ${name} --image=${image}\n\`\`\`\n`;
const FIRST = `# A shop\n\nIt has a server.\n${run("web", "nginx:1.27")}\nAnd another.\n${run("more", "nginx:1.27")}`;
const SECOND = `# Its database\n\nOf the shop's own, beside a shell.\n${run("api", "shop/api:1.0")}`;

describe.skipIf(isWithout("chromium") || lacks !== undefined)("images that are played", () => {
  let started: StartedLab;
  let page: Page;
  beforeAll(async () => {
    started = await startLab("shop", {
      "workshop.yaml":
        'title: A shop\nlayout: default\nimages: ["nginx:1.27", {name: "shop/api:1.0", exits: 1, log: no}]\n',
      "pages/01-web.md": FIRST,
      "pages/02-api.md": SECOND,
    });
    ({ page } = started);
    await page.getByText("It has a server.").waitFor();
  });
  afterAll(() => started?.close());

  it("are marked once, where they are first used", async () => {
    const note = page.getByRole("note");
    await note.getByText("nginx:1.27 is played by Lectern’s stand-in here").waitFor();
    expect(await note.count()).toBe(1);
    const [noted, first] = await Promise.all([
      note.boundingBox(),
      page.getByText("kubectl run web --image=nginx:1.27").boundingBox(),
    ]);
    expect(noted?.y).toBeLessThan(first?.y ?? 0);
  });

  it.each(THEMES.flatMap((theme) => [1440, 390].map((width) => [theme, width] as const)))(
    "can be read in the %s theme, %d wide",
    async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      await page.getByRole("note").waitFor();
      await takePicture(page, `played-${colorScheme}-${width}`);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await cutOff(page)).toEqual([]);
    },
  );
});
