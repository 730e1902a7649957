import type { Locator } from "playwright-core";
import type { PageAction } from "../../../workshop/common/action.js";
import type { InputField } from "../../../workshop/common/page-view.js";
import type { Quiz } from "../../../workshop/common/quiz.js";
import { givenValues } from "../../../workshop/common/test-inputs.js";

/** The button that takes a block, whatever its kind; those beside it copy its text or show its output. */
const BUTTON = ".block__run, .block__foot > .button, .block-link, .section-toggle, .inline-copy";

/** Takes a block as a person would: fills in what it asks for, and presses its button. Rejects where that cannot be done in time. */
export async function pressBlock(
  block: Locator,
  { question, test }: Pick<PageAction, "question" | "test">,
  timeout: number,
): Promise<void> {
  if (question) await answer(block, question, timeout);
  for (const field of test?.inputs?.fields ?? [])
    await fill(block, field, givenValues({ fields: [field], submit: "" })[field.name] ?? "", timeout);
  const isForm = question !== undefined || test?.inputs !== undefined;
  const button = isForm ? block.locator("button[type=submit]") : block.locator(BUTTON);
  await button.first().click({ timeout });
}

async function answer(block: Locator, { choice, answers }: Quiz, timeout: number): Promise<void> {
  if (choice === "text") return block.locator("input[name=answer]").fill(answers[0] ?? "", { timeout });
  for (const right of answers) await option(block, "answer", right).check({ timeout });
}

async function fill(
  block: Locator,
  { name, type }: InputField,
  value: string | readonly string[],
  timeout: number,
): Promise<void> {
  const field = block.locator(`[name=${JSON.stringify(name)}]`);
  if (type === "yes") return field.setChecked(value === "true", { timeout });
  if (type !== "one" && type !== "many") return field.fill(String(value), { timeout });
  for (const chosen of [value].flat())
    if (chosen !== "") await option(block, name, chosen).check({ timeout });
}

function option(block: Locator, name: string, value: string): Locator {
  return block.locator(`input[name=${JSON.stringify(name)}][value=${JSON.stringify(value)}]`);
}
