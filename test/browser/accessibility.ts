import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[]; failureSummary: string }[];
}

interface Axe {
  getRules(tags: string[]): { ruleId: string; tags: string[] }[];
  run(where: Document, options: object): Promise<{ violations: Violation[] }>;
}

type Rules = "all" | "of colours";

/** What is asked of a screen that is looked at in both themes, the light one first: the other can differ in its colours alone. */
export const RULES_IN: Record<"light" | "dark", Rules> = { light: "all", dark: "of colours" };

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong with the page once its colours have settled, one line for each element; WCAG 2.2 A and AA. */
export async function accessibilityProblems(page: Page, rules: Rules = "all"): Promise<string[]> {
  await settleTransitions(page);
  // Evaluated by the debugger, which the content security policy of the page does not concern; once for each document.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  const violations = await page.evaluate(async (which) => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const ofColours = axe.getRules(tags).filter((rule) => rule.tags.includes("cat.color"));
    const runOnly = which === "all" ? tags : { type: "rule", values: ofColours.map(({ ruleId }) => ruleId) };
    // Of what is as it should be, nothing is written down.
    return (await axe.run(document, { runOnly, resultTypes: ["violations"] })).violations;
  }, rules);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} (${node.failureSummary.replaceAll("\n", " ")})`),
  );
}

/** While a theme changes, a button has the old colour of one property and the new one of another. */
async function settleTransitions(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // A style that has just changed begins its transitions only with the next frame.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    // Ended rather than waited for: Chromium never settles `finished` of one whose element changed meanwhile.
    for (const animation of document.getAnimations())
      if (animation instanceof CSSTransition) animation.finish();
  });
}
