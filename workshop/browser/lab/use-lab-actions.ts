import { useMemo, type RefObject } from "react";
import type { SessionView } from "../../common/api.js";
import { isRestoring } from "../../common/restoration.js";
import type { BegunBlocks } from "./begun-blocks.js";
import { navigate } from "../store/navigation.js";
import type { Route } from "../store/route.js";
import type { SessionStore } from "../store/session-store.js";
import type { FollowedStep, Lab } from "./lab-context.js";
import { CONSOLE_TAB, EDITOR_TAB, policyConsole, TERMINAL_TAB } from "./work/tabs.js";
import { SLIDES_TAB, slidesPath } from "../../common/slides.js";
import type { TabChange } from "../store/own-tabs.js";
import type { TerminalsHandle } from "./work/terminals.js";

interface Parts {
  store: SessionStore;
  session: SessionView;
  page: string;
  tab: string;
  consolePath: string;
  isNarrow: boolean;
  isWatching: boolean;
  isFollowing: boolean;
  isGuest: boolean;
  terminals: RefObject<TerminalsHandle | null>;
  /** On a narrow screen: shows what stands beside the text otherwise. */
  showWork: () => void;
  changeTabs: (change: TabChange) => void;
  begun: BegunBlocks;
  followed: FollowedStep | undefined;
  follow: (step: FollowedStep) => void;
}

/** What the parts of a lab may do to it. */
export function useLabActions(parts: Parts): Lab {
  const { store, session, page, tab, consolePath, isNarrow, isWatching, isFollowing, isGuest } = parts;
  const { terminals, showWork, changeTabs, begun, followed, follow } = parts;
  return useMemo(
    () =>
      createLab({
        store,
        session,
        page,
        tab,
        consolePath,
        isNarrow,
        isWatching,
        isFollowing,
        isGuest,
        terminals,
        showWork,
        changeTabs,
        begun,
        followed,
        follow,
      }),
    [
      store,
      session,
      page,
      tab,
      consolePath,
      isNarrow,
      isWatching,
      isFollowing,
      isGuest,
      terminals,
      showWork,
      changeTabs,
      begun,
      followed,
      follow,
    ],
  );
}

function createLab(parts: Parts): Lab {
  const { store, session, page, isNarrow, isWatching, isFollowing, terminals } = parts;
  const isOver = session.phase !== "Active" && session.phase !== "Ready";
  const ways = createWays(parts);
  const bring = (terminal: string): void => {
    ways.showTab(TERMINAL_TAB);
    terminals.current?.show(terminal);
  };
  const enterTerminal = (terminal: string): void => {
    bring(terminal);
    // Once it is on the screen: what is hidden takes no focus.
    requestAnimationFrame(() => terminals.current?.focus(terminal));
  };
  const runAlone = runsAlone(parts, ways, bring);
  return {
    store,
    session,
    page,
    isNarrow,
    isOver,
    isWatching,
    isFollowing,
    isReadOnly: isOver || isWatching || isRestoring(session.restoration, Date.now()),
    isGuest: isWatching && parts.isGuest,
    followed: parts.followed,
    begun: parts.begun,
    run: (ofPage, action, entry) => {
      const queued = runAlone(ofPage, action, entry);
      parts.begun.tell(action);
      return queued;
    },
    runAlone,
    open: async (action) => {
      const { kind, dashboard } = action;
      if (kind === "terminal-select") enterTerminal(action.terminals[0] ?? "1");
      else if (kind !== "open-dashboard") parts.changeTabs(action);
      if (dashboard !== undefined && (kind === "open-dashboard" || action.bringsForward))
        ways.showTab(dashboard);
      parts.begun.tell(action);
    },
    paste: (terminal, text) => {
      bring(terminal);
      terminals.current?.paste(terminal, text);
    },
    enterLine: (terminal, line) => {
      bring(terminal);
      terminals.current?.enterLine(terminal, line);
    },
    enterTerminal,
    showSlides: showsSlides(parts, ways),
    lastLines: (terminal) => terminals.current?.lastLines(terminal) ?? "",
    ...ways,
  };
}

/** Turns to a place in the slides, in the tab that shows them. */
function showsSlides({ changeTabs }: Parts, { showTab }: Pick<Lab, "showTab">): Lab["showSlides"] {
  return (place) => {
    const tab = { dashboard: SLIDES_TAB, url: slidesPath(place), slides: place };
    changeTabs({ kind: "reload-dashboard", ...tab });
    showTab(SLIDES_TAB);
  };
}

/** Brings forward what the block acts on, and runs it. */
function runsAlone(
  { store, isNarrow, terminals, follow }: Parts,
  { showTab }: Pick<Lab, "showTab">,
  bring: (terminal: string) => void,
): Lab["runAlone"] {
  return (page, action, entry) => {
    const [terminal] = action.terminals;
    // On a narrow screen that would take the text away; the block shows the last lines instead.
    if (terminal !== undefined && isNarrow) terminals.current?.show(terminal);
    else if (terminal !== undefined) bring(terminal);
    if (action.kind === "edit" || action.kind === "show-file") {
      follow({ page, step: action.step });
      // On a narrow screen that would take the text away; the block says how it went.
      if (!isNarrow) showTab(EDITOR_TAB);
    }
    return store.run(page, action, entry);
  };
}

/** Where pages and tabs are: in a session of one's own, and in one that is watched. */
function createWays(parts: Parts): Pick<Lab, "pageRoute" | "showTab" | "showConsole"> {
  const { session, page, tab, consolePath, isNarrow, isWatching, isFollowing, showWork } = parts;
  const route = (name: string | undefined, beside: string, path = consolePath): Route => {
    const place = {
      session: session.id,
      ...(name === undefined ? {} : { page: name }),
      ...(beside === TERMINAL_TAB ? {} : { tab: beside }),
    };
    if (!isWatching) return { screen: "lab", ...place };
    return { screen: "watch", ...place, ...(beside === CONSOLE_TAB ? { consolePath: path } : {}) };
  };
  const stay = isFollowing ? undefined : page;
  const consoleRoute = (path: string): Route =>
    isWatching ? route(stay, CONSOLE_TAB, path) : { screen: "console", session: session.id, path };
  return {
    pageRoute: (name) => route(name, tab),
    showTab: (name) => {
      if (isNarrow) showWork();
      if (name === tab) return;
      const isPolicies = name === policyConsole(session.dashboards)?.name;
      navigate(isPolicies ? consoleRoute(consolePath) : route(stay, name));
    },
    showConsole: (path) => {
      if (isNarrow) showWork();
      navigate(consoleRoute(path));
    },
  };
}
