import { lazy, Suspense, useEffect, type ReactElement } from "react";
import type { SessionView } from "../../common/api.js";
import { NO_COOKIES, mayKeepCookies } from "../api/cookies.js";
import type { ApiError } from "../errors.js";
import { Link } from "../parts/link.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { TopBar } from "../parts/top-bar.js";
import { navigate } from "../store/navigation.js";
import type { Route } from "../store/route.js";
import { useSession, useSessionStore } from "../store/use-session.js";
import { LabLayout } from "./lab-layout.js";

const Provisioning = lazy(async () => ({ default: (await import("./provisioning.js")).Provisioning }));

export type LabRoute = Extract<Route, { screen: "lab" | "console" | "watch" }>;

/** A session: its making, then the lab. */
export function LabScreen({ route }: { route: LabRoute }): ReactElement {
  const store = useSessionStore(route.session);
  const session = useSession(store, (state) => state.session);
  const problem = useSession(store, (state) => state.problem);
  const isMade = session !== undefined && wasMade(session);
  const hasPage = route.screen !== "lab" || route.page !== undefined;
  useEffect(() => {
    if (!isMade || hasPage || session.currentPage === "") return;
    navigate({ screen: "lab", session: session.id, page: session.currentPage }, { replace: true });
  }, [isMade, hasPage, session]);
  useEffect(() => {
    document.title = session ? `${session.title} · Lectern` : "Lectern";
  }, [session]);

  if (problem) return <CannotShow problem={problem} />;
  if (!session) return <Loading />;
  if (!isMade)
    return (
      <Suspense fallback={<Loading />}>
        <Provisioning session={session} />
      </Suspense>
    );
  if (!hasPage) return <Loading />;
  return <LabLayout store={store} session={session} route={route} />;
}

/** Whether there is a lab to show: also one that has ended or failed since. */
function wasMade({ phase, provisioning }: SessionView): boolean {
  if (phase === "Active" || phase === "Ending" || phase === "Ended") return true;
  return provisioning.length > 0 && provisioning.every(({ state }) => state === "done");
}

function Loading(): ReactElement {
  return (
    <>
      <TopBar />
      <main className="catalogue" aria-busy="true" aria-label="Loading the session">
        <div className="skeleton catalogue__skeleton" />
      </main>
    </>
  );
}

function CannotShow({ problem }: { problem: ApiError }): ReactElement {
  const isRefused = problem.status === 401 || problem.status === 403;
  return (
    <>
      <TopBar />
      <main className="catalogue">
        <ScreenTitle>
          {isRefused ? "This browser was not let into the session" : "This session cannot be shown"}
        </ScreenTitle>
        <p className="catalogue__lead">
          {isRefused && problem.code !== "SERVER_LINK_REVOKED" ? refusedWords() : problem.message}
        </p>
        <Link className="button button--primary" to={{ screen: "catalogue" }}>
          Go to the labs
        </Link>
      </main>
    </>
  );
}

function refusedWords(): string {
  return mayKeepCookies() ? REFUSED : `${NO_COOKIES} open the link you were given once more.`;
}

const REFUSED =
  "Open the link you were given, whole as it was. If it brings you here again, it is not valid any more: ask your instructor for a new one, or start a session of your own.";
