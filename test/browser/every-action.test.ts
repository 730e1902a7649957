import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { ACTION_WORDS } from "../../workshop/common/action-forms.js";
import { REFUSED_ACTIONS } from "../../workshop/common/refused-actions.js";
import { compileLabPage } from "../../workshop/common/render-page.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import type { ValidatedStep, ValidationReport } from "../../workshop/node/validation-report.js";
import { isWithout } from "../requirements/without.js";
import { runCli } from "../server/lectern-process.js";
import { launchChromium, openPage } from "./chromium.js";
import { startLectern } from "./lectern-server.js";

const corpus = fileURLToPath(new URL("../labs/corpus/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lectern-every-action-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What workshops of Educates cannot hold. */
const OURS = /^(?:quiz:|manual$)/;
/** What happens in the browser alone, so that a replay without one has nothing to do. */
const OF_THE_BROWSER = [
  "copy",
  "copy-and-edit",
  "dashboard:create-dashboard",
  "dashboard:delete-dashboard",
  "dashboard:expose-dashboard",
  "dashboard:open-dashboard",
  "dashboard:open-url",
  "dashboard:reload-dashboard",
  "files:upload-file",
  "files:upload-files",
  "section:begin",
  "section:end",
  "terminal:select",
  "workshop:copy",
  "workshop:copy-and-edit",
];
/** What a person does, a page elsewhere, and what is nothing to click; the first two are clicked below and among the blocks of the editor. */
const NEVER_REPLAYED = ["dashboard:open-url", "files:upload-file", "files:upload-files", "section:end"];
/** Ninety blocks, clicked one by one on a machine that does much else. */
const TWO_REPLAYS_MS = 600_000;
/** Text of the page, and no block. */
const TEXTS = ["section:heading"];

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))(
  "every action of a workshop of Educates",
  () => {
    it.each(["hugo-actions", "classic-actions"])(
      "is done in Chromium and without it: %s",
      async (name) => {
        const wordOf = await wordsOf(name);
        const all = ACTION_WORDS.filter((word) => !OURS.test(word) && !REFUSED_ACTIONS.includes(word));
        expect(new Set([...wordOf.values(), ...TEXTS])).toEqual(new Set(all));
        const [direct, clicked] = [await validate(name), await validate(name, "--browser")];
        for (const { steps } of [direct, clicked])
          expect(steps.filter(({ state }) => state === "failed").map(placeOf)).toEqual([]);
        const without = (report: ValidationReport): string[] =>
          [
            ...new Set(report.steps.filter(isSkipped).map((step) => wordOf.get(placeOf(step)) ?? "")),
          ].toSorted();
        expect(without(direct)).toEqual(OF_THE_BROWSER);
        expect(without(clicked)).toEqual(NEVER_REPLAYED);
      },
      TWO_REPLAYS_MS,
    );

    it("opens a page elsewhere in a window of its own", async () => {
      const server = await startLectern(["--lab", join(corpus, "hugo-actions")]);
      const browser = await launchChromium();
      try {
        const { page } = await openPage(browser);
        await page.goto(server.url);
        await page.getByRole("button", { name: "Start" }).click();
        await page.getByRole("heading", { level: 1, name: "Terminals" }).waitFor();
        await page.goto(page.url().replace(/01-terminals.*$/, "02-copies-and-tabs"));
        const elsewhere = "https://garden.example.org/";
        await page.context().route(elsewhere, (route) => route.fulfill({ body: "A garden" }));
        const opening = page.waitForEvent("popup");
        await page.getByRole("link", { name: /Open in a new tab/ }).click();
        const opened = await opening;
        await opened.getByText("A garden").waitFor();
        expect(opened.url()).toBe(elsewhere);
      } finally {
        await browser.close();
        await server.stop();
      }
    });
  },
);

/** The word of each action of a lab of the corpus, by its place. */
async function wordsOf(name: string): Promise<ReadonlyMap<string, string>> {
  const lab = await loadLab(join(corpus, name));
  const words = lab.pages.flatMap((page) =>
    compileLabPage(lab, page, {}).actions.map(
      ({ view }) => [placeOf({ page: page.name, step: view.number }), view.action] as const,
    ),
  );
  return new Map(words);
}

async function validate(name: string, ...flags: string[]): Promise<ValidationReport> {
  const out = join(folder, `${name}${flags.join("")}.json`);
  const lab = join(corpus, name);
  const { status, output } = await runCli(["validate", lab, "--reporter", "json", "--out", out, ...flags]);
  expect([status, output]).toEqual([0, expect.anything()]);
  return JSON.parse(readFileSync(out, "utf8")) as ValidationReport;
}

function isSkipped({ state }: ValidatedStep): boolean {
  return state === "skipped";
}

function placeOf({ page, step }: Pick<ValidatedStep, "page" | "step">): string {
  return `${page} ${String(step)}`;
}
