import { lazy, Suspense, useCallback, useMemo, useRef, useState, type ReactElement } from "react";
import type { SessionView } from "../../common/api.js";
import { useOwnTabs, withOwnTabs } from "../store/own-tabs.js";
import type { SessionStore } from "../store/session-store.js";
import { NARROW, useMedia } from "../store/use-media.js";
import { useSession } from "../store/use-session.js";
import { BegunBlocks } from "./begun-blocks.js";
import { ConnectionBar } from "./connection-bar.js";
import { Divider, useDivider } from "./divider.js";
import { useIsGuest } from "../store/helper.js";
import { LabHeader } from "./header/lab-header.js";
import { LabContext, useLab, type FollowedStep } from "./lab-context.js";
import { useLabKeys } from "./lab-keys.js";
import type { LabRoute } from "./lab-screen.js";
import { NarrowSwitch } from "./narrow-switch.js";
import { ReadingPane } from "./reading-pane.js";
import { useLabActions } from "./use-lab-actions.js";
import { usePage } from "./use-page.js";
import { CONSOLE_TAB, TERMINAL_TAB } from "./work/tabs.js";
import type { TerminalsHandle } from "./work/terminals.js";
import { WorkPane } from "./work/work-pane.js";
import "./lab-layout.css";
import "./print.css";

const EndedBar = lazy(async () => ({ default: (await import("./ended-bar.js")).EndedBar }));
const WatchingBar = lazy(async () => ({ default: (await import("./watching-bar.js")).WatchingBar }));
const RoomBars = lazy(async () => ({ default: (await import("./room-bars.js")).RoomBars }));

interface Props {
  store: SessionStore;
  session: SessionView;
  route: LabRoute;
}

/** The learner's page: text on the left, terminals and console on the right. */
export function LabLayout({ store, session: given, route }: Props): ReactElement {
  const own = useOwnTabs(given.id);
  const session = useMemo(
    () => ({ ...given, dashboards: withOwnTabs(given.dashboards, own.tabs) }),
    [given, own.tabs],
  );
  const isWatching = route.screen === "watch";
  const pageName = usePageName(route, session);
  const loaded = usePage(session, pageName, { isWatching });
  const terminals = useRef<TerminalsHandle>(null);
  const [begun] = useState(() => new BegunBlocks());
  const layout = useRef<HTMLElement>(null);
  const [followed, follow] = useState<FollowedStep>();
  const [view, setView] = useState<"text" | "work">(route.screen === "console" ? "work" : "text");
  const divider = useDivider(layout);
  const tab = route.screen === "console" ? CONSOLE_TAB : (route.tab ?? TERMINAL_TAB);
  const isFollowing = isWatching && route.page === undefined;
  const showWork = useCallback(() => setView("work"), []);
  const isNarrow = useMedia(NARROW);
  const consolePath = useConsolePath(route);
  const lab = useLabActions({
    store,
    session,
    page: pageName,
    tab,
    consolePath,
    isNarrow,
    isWatching,
    isFollowing,
    isGuest: useIsGuest(session),
    terminals,
    showWork,
    changeTabs: own.apply,
    begun,
    followed,
    follow,
  });
  useLabKeys(lab, loaded.page);

  return (
    <LabContext value={lab}>
      <div className="lab" data-view={lab.isNarrow ? view : "both"} data-layout={session.layout}>
        <LabHeader page={pageName} />
        <Bars />
        <main className="lab__panes" ref={layout} style={divider.style}>
          {lab.isNarrow && view === "work" && (
            <h1 className="visually-hidden">{pageTitle(session, pageName)}</h1>
          )}
          <ReadingPane loaded={loaded} step={stepIn(route)} />
          <Divider divider={divider} />
          <WorkPane tab={tab} consolePath={consolePath} terminals={terminals} />
        </main>
        {lab.isNarrow && <NarrowSwitch view={view} tab={tab} onView={setView} />}
        <Announcement store={store} />
      </div>
    </LabContext>
  );
}

/** What screen readers say of what happens. */
function Announcement({ store }: { store: SessionStore }): ReactElement {
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {useSession(store, (state) => state.announcement)}
    </div>
  );
}

/** What is said of the session as a whole, over the panes. */
function Bars(): ReactElement {
  const { session, isOver, isWatching } = useLab();
  const { announcement, guest, pausedUntil, restoration } = session;
  return (
    <div data-notice>
      <ConnectionBar />
      {isOver && (
        <Suspense fallback={null}>
          <EndedBar />
        </Suspense>
      )}
      {isWatching && (
        <Suspense fallback={null}>
          <WatchingBar />
        </Suspense>
      )}
      {[announcement, guest, pausedUntil, restoration].some((told) => told !== undefined) && (
        <Suspense fallback={null}>
          <RoomBars />
        </Suspense>
      )}
    </div>
  );
}

function stepIn(route: LabRoute): string | undefined {
  return route.screen === "watch" ? route.step : undefined;
}

function pageTitle({ pages, title }: SessionView, page: string): string {
  return pages.find(({ name }) => name === page)?.title ?? title;
}

/** The page in the address; while the console is there, the one read last; while an instructor follows, the learner's. */
function usePageName(route: LabRoute, session: SessionView): string {
  const named = route.screen === "console" ? undefined : route.page;
  const [last, setLast] = useState(named ?? session.currentPage);
  if (named !== undefined && named !== last) setLast(named);
  if (route.screen === "watch") return named ?? session.currentPage;
  return named ?? last;
}

/** The console's place, also while its address is not shown, so that it is found as it was left. */
function useConsolePath(route: LabRoute): string {
  const named = consolePathIn(route);
  const [last, setLast] = useState(named ?? "");
  if (named !== undefined && named !== last) setLast(named);
  return named ?? last;
}

function consolePathIn(route: LabRoute): string | undefined {
  if (route.screen === "console") return route.path;
  return route.screen === "watch" && route.tab === CONSOLE_TAB ? (route.consolePath ?? "") : undefined;
}
