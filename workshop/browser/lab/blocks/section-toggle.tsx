import { useLayoutEffect, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { ActionView } from "../../../common/api.js";
import { Icon } from "../../parts/icon.js";

interface Props {
  action: ActionView;
  /** What is folded; absent where the section has no end on this page. */
  body: HTMLElement | undefined;
}

/** The heading of a section that folds. */
export function SectionToggle({ action, body }: Props): ReactElement {
  const [isOpen, setIsOpen] = useState(action.section?.open ?? false);
  useLayoutEffect(() => {
    body?.toggleAttribute("hidden", !isOpen);
  }, [body, isOpen]);
  return (
    <Button
      className="section-toggle"
      aria-expanded={isOpen}
      {...(body ? { "aria-controls": body.id } : {})}
      onPress={() => setIsOpen(!isOpen)}
    >
      <Icon name={isOpen ? "chevronDown" : "chevronRight"} />
      {action.title}
    </Button>
  );
}
