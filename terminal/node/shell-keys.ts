/**
 * Keys that no keyboard has, which the shell's line editor takes in every keymap: whatever the learner bound to Ctrl-U or Enter, and
 * in whatever mode the editor is, these do the same.
 */
export const shellKeys = {
  /** Removes the line that may be half typed; the shell's own key for it (Ctrl-Y, `p` in vi mode) brings it back. */
  removeLine: "\u001b[5700~",
  /** Reads a command that follows, up to its end, and makes it the line. */
  takeCommand: "\u001b[5701~",
  /** Enters the line. */
  enter: "\u001b[5702~",
  /** Clears the screen and draws the prompt at its top. */
  clearScreen: "\u001b[5703~",
  /** Gives history expansion back, which is off while a command of ours runs. */
  restoreHistoryExpansion: "\u001b[5704~",
  /** Asks how the last command ended. */
  report: "\u001b[5705~",
  /** Enters the next line of a command of which zsh has read some. */
  nextLine: "\u001b[5706~",
} as const;

/** Ends what `takeCommand` reads: zsh reads it as a paste. At a prompt that takes it for a key it does nothing. */
const END_OF_COMMAND = { bash: "\u001e", zsh: "\u001b[201~" } as const;
/** Ctrl-G: readline leaves a question, a search or a half-pressed key and keeps the line. */
const ABORT = "\u0007";
// oxlint-disable-next-line no-control-regex
const NOT_TYPEABLE = /[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f]/g;

/** All of ASCII but letters, digits and what stands for itself wherever it stands. */
const SHELL_SYNTAX = /[\t\n!-*;-?[-^`{-~]/g;

/** How a command is handed to a shell's line editor. */
export interface CommandEntry {
  /** Word of 32 hexadecimal digits that the shell repeats in its marks of this command and of no other. */
  nonce: string;
  shell: keyof typeof END_OF_COMMAND;
  /** Whether the screen is cleared first. */
  clear: boolean;
  /** Whether the learner may have left a question or a search at the prompt. */
  isPromptTouched: boolean;
}

/** Keys that put the command on the prompt's line and enter it. */
export function entered(command: string, { nonce, shell, clear, isPromptTouched }: CommandEntry): string {
  return [
    // In zsh it would lose the line.
    isPromptTouched && shell === "bash" ? ABORT : "",
    shellKeys.removeLine,
    clear ? shellKeys.clearScreen : "",
    shellKeys.takeCommand,
    `${nonce} ${written(command)}${END_OF_COMMAND[shell]}`,
    shellKeys.enter,
  ].join("");
}

/** As `printf %b` reads it, without a character that means something to a shell: where nothing of ours reads it, nothing of it runs. */
function written(command: string): string {
  return typeable(command).replace(
    SHELL_SYNTAX,
    (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

/** The command as a keyboard would send it to a program that is no shell of ours. */
export function typedText(command: string, isPasteBracketed: boolean): string {
  const text = typeable(command);
  return isPasteBracketed ? `\u001b[200~${text}\u001b[201~\r` : `${text.replaceAll("\n", "\r")}\r`;
}

/** Whether the command is nothing but blank lines and comments. */
export function isBlank(command: string): boolean {
  return typeable(command)
    .split("\n")
    .every((line) => /^\s*(?:#.*)?$/.test(line));
}

/** Without control characters, of which an ESC could end a paste and begin typing, and without the line ends around it. */
function typeable(command: string): string {
  return command.replace(/\r\n?/g, "\n").replace(NOT_TYPEABLE, "").replace(/^\n+/, "").trimEnd();
}
