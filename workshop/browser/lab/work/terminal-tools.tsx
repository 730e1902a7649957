import type { ReactElement } from "react";
import { ToggleButton } from "react-aria-components";
import { IconButton } from "../../parts/icon-button.js";
import { Icon } from "../../parts/icon.js";
import type { TerminalLook } from "./terminal-look.js";

interface Props {
  name: string;
  look: TerminalLook;
  onSearch: () => void;
}

/** The buttons at the end of a terminal's bar. */
export function TerminalTools({ name, look, onSearch }: Props): ReactElement {
  return (
    <div className="terminal-pane__tools">
      <IconButton
        isSmall
        icon="search"
        label={`Search in ${name}`}
        hint="Search (Ctrl+Shift+F)"
        onPress={onSearch}
      />
      <IconButton
        isSmall
        icon="smaller"
        label="Smaller type"
        onPress={() => look.setFontSize(look.fontSize - 1)}
      />
      <IconButton
        isSmall
        icon="larger"
        label="Larger type"
        onPress={() => look.setFontSize(look.fontSize + 1)}
      />
      <ToggleButton
        className="button button--quiet button--small terminal-pane__reader"
        isSelected={look.isForScreenReader}
        onChange={look.setForScreenReader}
      >
        <Icon name="speaker" size={14} />
        <span className="terminal-pane__reader-name">Screen reader</span>
      </ToggleButton>
    </div>
  );
}
