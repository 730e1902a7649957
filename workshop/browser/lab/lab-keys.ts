import { useEffect, useRef } from "react";
import type { ActionView, PageView } from "../../common/page-view.js";
import { bringIntoSight } from "./bring-into-sight.js";
import { navigate } from "../store/navigation.js";
import { requiredSentence } from "./page-footer.js";
import { nextBlock, requiredActions } from "../store/step-results.js";
import { keyOf, type LabKey } from "./key-names.js";
import type { Lab } from "./lab-context.js";
import { isTerminal, isTextField } from "./text-entry.js";
import { CONSOLE_TAB, policyConsole, tabsOf } from "./work/tabs.js";

/** The keys of the lab, wherever the focus is but in a text field; inside a terminal the arrows stay the shell's. */
export function useLabKeys(lab: Lab, page: PageView | undefined): void {
  const latest = useRef({ lab, page });
  useEffect(() => {
    latest.current = { lab, page };
  }, [lab, page]);
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      const key = keyOf(event);
      if (!key || latest.current.page === undefined) return;
      if (isTextField(event.target)) return;
      if ((key.does === "previous" || key.does === "next") && isTerminal(event.target)) return;
      event.preventDefault();
      event.stopPropagation();
      act(key, latest.current.lab, latest.current.page);
    }
    // While capturing, because the terminal takes every key it is given.
    window.addEventListener("keydown", pressed, { capture: true });
    return () => window.removeEventListener("keydown", pressed, { capture: true });
  }, []);
}

function act(key: LabKey, lab: Lab, page: PageView): void {
  switch (key.does) {
    case "run":
      return runNext(lab, page, false);
    case "run-and-go":
      return runNext(lab, page, true);
    case "previous":
      return goTo(lab, page.previous?.name);
    case "next":
      return goOn(lab, page);
    case "terminal": {
      const terminal = lab.session.terminals[key.number - 1];
      if (terminal !== undefined) lab.enterTerminal(terminal);
      return;
    }
    case "console":
      enterConsole(lab);
  }
}

function runNext(lab: Lab, page: PageView, goesOn: boolean): void {
  if (lab.isReadOnly)
    return lab.store.announce(
      lab.isOver
        ? "The session has ended; nothing can be run."
        : "You are watching; nothing can be run from here.",
    );
  const results = lab.store.snapshot().results;
  const action = nextBlock(page.name, page.actions, results);
  if (!action) return lab.store.announce("Every block of this page has been run.");
  if (action.kind === "quiz" || action.inputs) return answer(lab, action);
  if (action.kind === "manual" && !hasFocus(action)) return goToManual(lab, action);
  void lab.run(page.name, action);
  const shown = goesOn ? nextBlock(page.name, page.actions, lab.store.snapshot().results) : action;
  bringIntoSight(blockOf(shown ?? action), { block: goesOn ? "center" : "nearest" });
}

/** What is done by hand cannot be run: its button takes the focus, and the same key then presses it. */
function goToManual(lab: Lab, action: ActionView): void {
  bringIntoSight(blockOf(action), { block: "center" });
  blockOf(action)?.querySelector<HTMLElement>(".block__foot button")?.focus({ preventScroll: true });
  lab.store.announce(`${action.title}: do this by hand, then press its button.`);
}

/** A question takes the focus first; the same key then gives the answer. */
function answer(lab: Lab, action: ActionView): void {
  const block = blockOf(action);
  if (hasFocus(action)) return block?.querySelector("form")?.requestSubmit();
  bringIntoSight(block, { block: "center" });
  block?.querySelector<HTMLElement>("input, textarea")?.focus({ preventScroll: true });
  const asked = action.inputs ? "Fill it in" : "Choose an answer";
  lab.store.announce(`${action.title} ${asked}, then press the same keys again.`);
}

function blockOf({ step }: ActionView): HTMLElement | null {
  return document.querySelector(`[data-step="${step}"]`);
}

function hasFocus(action: ActionView): boolean {
  return blockOf(action)?.contains(document.activeElement) ?? false;
}

function enterConsole(lab: Lab): void {
  if (policyConsole(tabsOf(lab.session)) === undefined) return lab.store.announce("This lab has no console.");
  lab.showTab(CONSOLE_TAB);
  // Once it is on the screen: what is hidden takes no focus.
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[role="tab"][data-key="${CONSOLE_TAB}"]`)?.focus(),
  );
}

function goOn(lab: Lab, page: PageView): void {
  const required = requiredActions(page.name, page.actions, lab.store.snapshot().results).length;
  if (required === 0 || lab.isReadOnly) return goTo(lab, page.next?.name);
  lab.store.announce(requiredSentence(required));
}

function goTo(lab: Lab, page: string | undefined): void {
  if (page !== undefined) navigate(lab.pageRoute(page));
}
