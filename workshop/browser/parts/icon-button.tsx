import type { ReactElement } from "react";
import { Button, Tooltip, TooltipTrigger } from "react-aria-components";
import { Icon, type IconName } from "./icon.js";
import "./icon-button.css";

interface Props {
  icon: IconName;
  /** The name screen readers hear; shown as a tooltip as well. */
  label: string;
  /** A shorter tooltip, where the name holds a whole command. */
  hint?: string;
  onPress: () => void;
  isSmall?: boolean;
  isDisabled?: boolean;
}

/** A button that shows a picture only; its name appears when it is pointed at or focused. */
export function IconButton({ icon, label, hint, onPress, isSmall, isDisabled = false }: Props): ReactElement {
  const className = `button button--quiet button--icon${isSmall ? " button--small" : ""}`;
  return (
    <TooltipTrigger delay={400}>
      <Button className={className} aria-label={label} onPress={onPress} isDisabled={isDisabled}>
        <Icon name={icon} />
      </Button>
      <Tooltip className="tooltip" offset={6}>
        {hint ?? label}
      </Tooltip>
    </TooltipTrigger>
  );
}
