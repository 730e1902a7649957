import type { ReactElement } from "react";
import type { ActionView } from "../../../common/api.js";
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
  const state = useSession(store, ({ results }) => results.get(key)?.state);
  const refusal = useSession(store, ({ refusals }) => refusals.get(key));
  if (action.kind === "section-begin") return <SectionToggle action={action} body={sectionBody} isHidden />;
  if (isOpening(action) || action.kind === "section-end") return null;
  const isFine =
    state === undefined || state === "idle" || state === "typed" || isDone(state) || isBusy(state);
  return isFine && refusal === undefined ? null : <RunBlock action={action} />;
}
