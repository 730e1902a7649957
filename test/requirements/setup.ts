import { provideChromium } from "./chromium.js";
import { provideKubectl } from "./kubectl.js";

/**
 * Finds or gets what the suites need of the machine before any of them starts. What cannot be had is said in one line
 * each, with the suites it leaves out (`LECTERN_TEST_WITHOUT` tells them); on CI it is a failure.
 */
export async function setup(): Promise<void> {
  const missing = [
    { tool: "kubectl", suites: "kubectl, labs and browser", why: await provideKubectl() },
    { tool: "chromium", suites: "browser", why: await provideChromium() },
  ].filter(({ why }) => why !== undefined);
  for (const { suites, why } of missing) process.stderr.write(`left out: the ${suites} tests (${why})\n`);
  if (missing.length > 0 && process.env["CI"] === "true")
    throw new Error("CI runs every test: install what is named above");
  process.env["LECTERN_TEST_WITHOUT"] = missing.map(({ tool }) => tool).join(",");
}
