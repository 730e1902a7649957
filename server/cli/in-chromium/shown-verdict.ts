import { setTimeout as sleep } from "node:timers/promises";
import type { Locator } from "playwright-core";
import type { StepResult } from "../../../workshop/common/api.js";
import { REFUSAL_NOTE } from "../../../workshop/common/refusal.js";
import type { SessionStep } from "../../../workshop/node/session-step.js";

/** What the server told reaches a page at once; a machine under load takes its time. */
const SHOWN_MS = 30_000;
const LOOK_MS = 50;

/**
 * The verdict, once the block shows it. Where the block goes on to show another, that is a failure of its own: a learner would be told
 * something else than the report.
 */
export async function asShown(
  block: Locator,
  { action }: SessionStep,
  verdict: () => Promise<StepResult>,
): Promise<StepResult> {
  const frame = block.locator(".block").first();
  const until = performance.now() + SHOWN_MS;
  for (;;) {
    const result = await verdict();
    // Nothing is shown of a hidden block that is fine.
    if (action.view.flow?.isHidden && (await frame.count()) === 0) return result;
    const shown = await shownBy(frame);
    const difference = differenceOf(result, shown);
    if (difference === undefined) return result;
    if (performance.now() > until) return { ...result, state: "failed", message: difference };
    await sleep(LOOK_MS);
  }
}

interface Shown {
  state: string;
  checks: string[];
}

async function shownBy(frame: Locator): Promise<Shown> {
  if ((await frame.count()) === 0) return { state: "nothing", checks: [] };
  const [state, checks] = await Promise.all([stateOf(frame), Promise.all((await lines(frame)).map(stateOf))]);
  return { state, checks };
}

async function stateOf(part: Locator): Promise<string> {
  // A part that is drawn anew meanwhile is looked at again.
  return (await part.getAttribute("data-state", { timeout: SHOWN_MS }).catch(() => null)) ?? "nothing";
}

async function lines(frame: Locator): Promise<Locator[]> {
  return frame.locator(".checks__line").all();
}

function differenceOf({ state, checks, quiz }: StepResult, shown: Shown): string | undefined {
  if (shown.state !== state) return `The page shows "${shown.state}" for it, and the server says "${state}"`;
  const told = checks.filter(({ text }) => text !== REFUSAL_NOTE).map((check) => check.state);
  if (quiz !== undefined || told.length === 0 || told.join() === shown.checks.join()) return undefined;
  return `The page shows its checks as ${shown.checks.join(", ")}, and the server says ${told.join(", ")}`;
}
