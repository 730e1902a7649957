export type LabKey =
  | { does: "run" | "run-and-go" | "previous" | "next" | "console" }
  | { does: "terminal"; number: number };

interface Pressed {
  altKey: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  /** Place of the key on the keyboard: Alt changes the letter on some systems, never the place. */
  code: string;
}

/** What a key press means in a lab; `undefined` where it means nothing. */
export function keyOf(event: Pressed): LabKey | undefined {
  if (!event.altKey || event.ctrlKey || event.metaKey) return undefined;
  if (event.code === "Enter" || event.code === "NumpadEnter") {
    return { does: event.shiftKey ? "run-and-go" : "run" };
  }
  if (event.shiftKey) return undefined;
  if (event.code === "ArrowLeft") return { does: "previous" };
  if (event.code === "ArrowRight") return { does: "next" };
  if (event.code === "Digit0" || event.code === "Numpad0") return { does: "console" };
  const digit = /^(?:Digit|Numpad)([1-3])$/.exec(event.code)?.[1];
  return digit === undefined ? undefined : { does: "terminal", number: Number(digit) };
}

/** The keys as the help lists them. */
export const KEY_HELP: readonly { keys: string; does: string }[] = [
  { keys: "Alt+Enter", does: "Run the next unfinished block, or go to it where it is done by hand" },
  { keys: "Alt+Shift+Enter", does: "Run it and move on to the one after" },
  { keys: "Alt+←  Alt+→", does: "Previous page, next page (in a terminal they are the shell's)" },
  { keys: "Alt+1 … Alt+3", does: "Go to terminal 1, 2 or 3" },
  { keys: "Alt+0", does: "Go to the console" },
  { keys: "Ctrl+Shift+F", does: "Search in the terminal" },
  { keys: "Esc, then Tab", does: "Leave the terminal" },
  { keys: "← →", does: "Move the divider when it has the focus" },
];
