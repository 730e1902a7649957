import type { HintText } from "../../workshop/common/page-view.js";
import type { Lab } from "../../workshop/common/lab.js";
import { findPage, hintText } from "../../workshop/common/render-page.js";
import type { SessionResource } from "../../workshop/common/session.js";
import type { HintsTaken } from "../../workshop/node/people-store.js";
import { variablesOf } from "../../workshop/node/session-environment.js";
import { type StepSurroundings, findStep, pageChanged } from "../../workshop/node/session-step.js";
import type { Tokens } from "../auth/tokens.js";
import { subjectOf } from "../learner/shell-environment.js";
import type { HintAddress } from "./workshop.js";

export interface TakeHintParts extends Pick<StepSurroundings, "client" | "settings" | "compiler"> {
  tokens: Pick<Tokens, "forFiles">;
  /** Counts the hints of a step that were taken; resolves when they are counted, or that they are missing is logged. */
  noteHints: (taken: Omit<HintsTaken, "at">) => Promise<void>;
}

/** The text of a hint, counted unless somebody only looks at it. Throws LAB_PAGE_NOT_FOUND, SESSION_PAGE_CHANGED where the page has no such hint (any more). */
export async function takeHint(
  parts: TakeHintParts,
  found: { session: SessionResource; lab: Lab },
  { page, step, hint, isCounted }: Omit<HintAddress, "session"> & { isCounted: boolean },
): Promise<HintText> {
  const { session, lab } = found;
  const { action } = await findStep({ ...found, page, step }, parts);
  const variables = variablesOf(lab, session, parts.client, parts.settings);
  const compiled = await parts.compiler.compile(lab, findPage(lab, page), variables);
  const text = hintText(compiled, { step, hint, fileKey: parts.tokens.forFiles(subjectOf(session)) });
  if (text === undefined) throw pageChanged();
  const { number } = action.view;
  if (isCounted)
    void parts.noteHints({ session: session.metadata.name, page, step, number, hints: hint + 1 });
  return text;
}
