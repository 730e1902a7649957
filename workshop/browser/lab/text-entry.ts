/** Whether keys pressed here are text: in a field of the page. */
export function isTextField(target: EventTarget | null): boolean {
  return isEditable(target) && !isTerminal(target);
}

/** Whether keys pressed here are a program's: in a terminal. */
export function isTerminal(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(".xterm") !== null;
}

function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}
