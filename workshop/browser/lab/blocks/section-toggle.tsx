import { useLayoutEffect, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/page-view.js";
import { useLab } from "../lab-context.js";
import { useFolds } from "../use-page-flow.js";
import { Icon } from "../../parts/icon.js";

interface Props {
  action: ActionView;
  /** What is folded; absent where the section has no end on this page. */
  body: HTMLElement | undefined;
  /** Without its bar: it is unfolded by other blocks. */
  isHidden: boolean;
}

/** The heading of a section that folds. */
export function SectionToggle({ action, body, isHidden }: Props): ReactElement | null {
  const { begun } = useLab();
  const folds = useFolds();
  const isOpen = folds.isOpen(action);
  useLayoutEffect(() => {
    body?.toggleAttribute("hidden", !isOpen);
    body?.classList.toggle("section-body--bare", isHidden);
  }, [body, isOpen, isHidden]);
  if (isHidden) return null;
  return (
    <Button
      className="section-toggle"
      aria-expanded={isOpen}
      {...(body ? { "aria-controls": body.id } : {})}
      onPress={() => {
        folds.fold(action);
        if (!isOpen) begun.tell(action);
      }}
    >
      <Icon name={isOpen ? "chevronDown" : "chevronRight"} />
      {action.title}
    </Button>
  );
}
