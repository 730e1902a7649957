import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

const NARROW_BELOW = 900;

/** Starts the first lab of the catalogue and resolves to the session's id once its page is shown. */
export async function openSession(page: Page, url: string): Promise<string> {
  await page.goto(url);
  await page.getByRole("article").first().getByRole("button", { name: "Start" }).click();
  await page.waitForURL(/\/s\/[^/]+\/.+/);
  await page.getByRole("tab", { name: "Console" }).waitFor();
  return /\/s\/([^/]+)/.exec(page.url())?.[1] ?? "";
}

/** Opens the console on its first page. */
export async function showConsole(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Console" }).click();
  await goTo(page, "Assignments");
  await page.getByRole("button", { name: "Workspaces", pressed: true }).waitFor();
}

/** Chooses a place in the navigation of the console. */
export async function goTo(page: Page, place: string): Promise<void> {
  const navigation = page.getByRole("navigation", { name: "Console" });
  await navigation.getByRole("button", { name: place, exact: true }).click();
}

/** Opens the form of a new policy on a template. */
export async function openForm(page: Page, template: string): Promise<Locator> {
  await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
  const form = page.getByRole("form", { name: "New image registry policy" });
  await form.getByLabel("Image Registry Template").selectOption({ label: template });
  return form;
}

/** Names the policy in the open form and creates it. */
export async function createPolicy(page: Page, name: string): Promise<void> {
  await page.getByLabel("Policy Name").fill(name);
  await page.getByRole("button", { name: "Create Policy", exact: true }).click();
  await policyRow(page, name).waitFor();
}

export function policyRow(page: Page, name: string): Locator {
  return page.getByRole("table", { name: "Direct policies" }).getByRole("row", { name });
}

/** Types a command into the first terminal and waits until it succeeded; `mark` is unique among the commands of a test. */
export async function runInTerminal(page: Page, mark: string, command: string): Promise<void> {
  await page.keyboard.press("Alt+1");
  await expect.poll(() => focusedName(page)).toBe("Terminal 1");
  await page.keyboard.type(`clear; ${command} && echo ${mark}-$((40 + 2))\n`);
  await page.locator(".xterm-rows").first().getByText(`${mark}-42`).waitFor();
}

/** What the focused element is called: its label, or its text. */
export function focusedName(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement)) return undefined;
    const labels = "labels" in focused ? (focused.labels as NodeListOf<HTMLLabelElement> | null) : null;
    return focused.getAttribute("aria-label") ?? labels?.[0]?.textContent ?? focused.textContent ?? undefined;
  });
}

/** On a screen of one column the console is one of the things to choose from. */
export async function showOnNarrow(page: Page, width: number): Promise<void> {
  if (width >= NARROW_BELOW) return;
  const bar = page.getByRole("navigation", { name: "What is shown" });
  const choice = bar.getByRole("button", { name: "Console" });
  // The page has it a moment after it has become so narrow.
  await choice.waitFor();
  if ((await choice.getAttribute("aria-pressed")) !== "true") await choice.click();
}
