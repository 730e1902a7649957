import type { ReactElement } from "react";
import { useCopy } from "../store/clipboard.js";
import { IconButton } from "./icon-button.js";

const NAMES = { idle: "Copy", copied: "Copied", refused: "The browser refused to copy" } as const;

/** A small button that copies a text and says that it has. */
export function CopyButton({ text, what }: { text: string; what: string }): ReactElement {
  const { state, copy } = useCopy();
  return (
    <IconButton
      isSmall
      icon={state === "copied" ? "tick" : state === "refused" ? "warning" : "copy"}
      label={state === "idle" ? `Copy ${what}` : NAMES[state]}
      hint={NAMES[state]}
      onPress={() => void copy(text)}
    />
  );
}
