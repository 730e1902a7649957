import type { ReactElement } from "react";
import type { StepResult } from "../../../common/api.js";
import type { ActionView } from "../../../common/page-view.js";
import { isOpening } from "./action-names.js";
import { isBusy, isDone, resultKey } from "../../store/step-results.js";
import { useSession } from "../../store/use-session.js";
import { useBlockPage, useLab } from "../lab-context.js";
import { RunBlock } from "./run-block.js";
import { SectionToggle } from "./section-toggle.js";

interface Props {
  action: ActionView;
  sectionBody: HTMLElement | undefined;
}

/** A block that runs by another one or by itself: nothing of it is seen, unless it came to something that a reader has to know. */
export function HiddenBlock({ action, sectionBody }: Props): ReactElement | null {
  const { store } = useLab();
  const key = resultKey(useBlockPage(), action.step);
  const result = useSession(store, ({ results }) => results.get(key));
  const refusal = useSession(store, ({ refusals }) => refusals.get(key));
  if (action.kind === "section-begin") return <SectionToggle action={action} body={sectionBody} isHidden />;
  if (isOpening(action) || action.kind === "section-end") return null;
  return isFine(result) && refusal === undefined ? null : <RunBlock action={action} />;
}

/** One that was taken out of its queue has not been run, and nothing runs it again but a reader. */
function isFine(result: StepResult | undefined): boolean {
  if (result === undefined || result.state === "typed") return true;
  if (result.state === "idle") return result.done === true;
  return isDone(result.state) || isBusy(result.state);
}
