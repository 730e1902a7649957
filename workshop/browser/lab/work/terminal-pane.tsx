import type { ReactElement, Ref } from "react";

export interface TerminalPaneHandle {
  paste(text: string): void;
}

interface Props {
  terminal: string;
  isShown: boolean;
  isLabelled: boolean;
  ref: Ref<TerminalPaneHandle>;
}

/** One terminal of the session. */
export function TerminalPane({ terminal }: Props): ReactElement {
  return <div aria-label={`Terminal ${terminal}`} />;
}
