import { useMemo, type RefObject } from "react";
import type { SessionView } from "../../common/api.js";
import { navigate } from "../store/navigation.js";
import type { Route } from "../store/route.js";
import type { SessionStore } from "../store/session-store.js";
import type { Lab } from "./lab-context.js";
import { CONSOLE_TAB, TERMINAL_TAB } from "./work/tabs.js";
import type { TerminalsHandle } from "./work/terminals.js";

interface Parts {
  store: SessionStore;
  session: SessionView;
  page: string;
  tab: string;
  consolePath: string;
  isNarrow: boolean;
  isWatching: boolean;
  terminals: RefObject<TerminalsHandle | null>;
  /** On a narrow screen: shows what stands beside the text otherwise. */
  showWork: () => void;
}

/** What the parts of a lab may do to it. */
export function useLabActions(parts: Parts): Lab {
  const { store, session, page, tab, consolePath, isNarrow, isWatching, terminals, showWork } = parts;
  return useMemo<Lab>(() => {
    const isOver = session.phase !== "Active" && session.phase !== "Ready";
    const pageRoute = (name: string, beside = tab): Route => {
      if (isWatching) return { screen: "instructor", session: session.id, tab: beside };
      const kept = beside === TERMINAL_TAB ? {} : { tab: beside };
      return { screen: "lab", session: session.id, page: name, ...kept };
    };
    const showTab = (name: string): void => {
      if (isNarrow) showWork();
      if (name === tab) return;
      if (name === CONSOLE_TAB && !isWatching)
        navigate({ screen: "console", session: session.id, path: consolePath });
      else navigate(pageRoute(page, name));
    };
    const showTerminal = (terminal: string): void => {
      // On a narrow screen that would take the text away; the block shows the last lines instead.
      if (!isNarrow) showTab(TERMINAL_TAB);
      terminals.current?.show(terminal);
    };
    return {
      store,
      session,
      page,
      isNarrow,
      isOver,
      isWatching,
      isReadOnly: isOver || isWatching,
      run: (action) => {
        if (action.terminals[0] !== undefined) showTerminal(action.terminals[0]);
        void store.run(page, action.step);
      },
      paste: (terminal, text) => {
        showTab(TERMINAL_TAB);
        terminals.current?.show(terminal);
        terminals.current?.paste(terminal, text);
      },
      enterTerminal: (terminal) => {
        showTab(TERMINAL_TAB);
        terminals.current?.show(terminal);
        // Once it is on the screen: what is hidden takes no focus.
        requestAnimationFrame(() => terminals.current?.focus(terminal));
      },
      pageRoute,
      showTab,
    };
  }, [store, session, page, tab, consolePath, isNarrow, isWatching, terminals, showWork]);
}
