import { findChromium } from "../../test/requirements/programs.js";
import { launchChromium, openPage } from "../../test/browser/chromium.js";
import { type Figure, median } from "../figure.js";
import { withSessions } from "./with-sessions.js";

const RUNS = 5;
const BOUND_MS = 1_000;

/** What an instructor waits for who opens, or loads anew, the page with everybody on it. */
export function portalPaint(count: number): Figure {
  return {
    name: `portal's first paint with ${count} sessions`,
    unit: "ms",
    bound: BOUND_MS,
    method: `median of ${RUNS} loads after one warm-up: from the navigation to the frame after the first row is there, Chromium`,
    missing: () => (findChromium() === undefined ? "there is no Chromium on this machine" : undefined),
    measure: () =>
      withSessions({ lab: "first-steps", count }, async ({ instructor, token }) => {
        const browser = await launchChromium();
        try {
          const { page } = await openPage(browser);
          await page.goto(`${instructor.url}instructor`);
          await page.getByLabel("Token").fill(token);
          await page.getByLabel("Token").press("Enter");
          const times: number[] = [];
          for (let run = 0; run <= RUNS; run += 1) {
            await page
              .getByText(/^first-steps-/)
              .first()
              .waitFor();
            if (run > 0) times.push(await painted());
            await page.reload({ waitUntil: "commit" });
          }
          return median(times.slice(1));

          /** Milliseconds from the navigation to now, once the browser has drawn what is there. */
          function painted(): Promise<number> {
            return page.evaluate(
              () =>
                new Promise<number>((resolve) =>
                  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))),
                ),
            );
          }
        } finally {
          await browser.close();
        }
      }),
  };
}
