/** Whether keys pressed here are text: in a field of the page. */
export function isTextField(target: EventTarget | null): boolean {
  return isEditable(target) && !isTerminal(target);
}

/** Whether keys pressed here are a program's: in a terminal. */
export function isTerminal(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(".xterm") !== null;
}

/** What is only chosen, as a radio button is, takes no text. */
const EDITABLE = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

function isEditable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(EDITABLE) !== null;
}
