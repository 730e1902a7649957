export type LabKey =
  | { does: "run" | "run-and-go" | "previous" | "next" | "console" }
  | { does: "terminal"; number: number };

interface Pressed {
  altKey: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  /** What the press stands for on this keyboard: where Alt types a `#`, it is that and no digit. */
  key: string;
  /** `DOM_KEY_LOCATION_NUMPAD` for the number pad, on which Alt types characters by their code. */
  location: number;
  getModifierState: (name: string) => boolean;
}

/** `KeyboardEvent.DOM_KEY_LOCATION_NUMPAD`. */
const NUMBER_PAD = 3;

/** What a key press means in a lab; `undefined` where it means nothing, or types a character. */
export function keyOf(event: Pressed): LabKey | undefined {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.getModifierState("AltGraph")) return undefined;
  if (event.key === "Enter") return { does: event.shiftKey ? "run-and-go" : "run" };
  if (event.key === "ArrowLeft" && !event.shiftKey) return { does: "previous" };
  if (event.key === "ArrowRight" && !event.shiftKey) return { does: "next" };
  if (event.location === NUMBER_PAD) return undefined;
  if (event.key === "0") return { does: "console" };
  return /^[1-3]$/.test(event.key) ? { does: "terminal", number: Number(event.key) } : undefined;
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

/** When the keys with Alt are not the lab's. */
export const KEY_NOTE =
  "Alt is Option on a Mac. In a text field these keys are the field's, and where Alt with a digit types a character, such as # or @, it types it.";
