import { useEffect, type ReactElement } from "react";
import { Link } from "../parts/link.js";
import { TopBar } from "../parts/top-bar.js";
import { navigate } from "../store/navigation.js";
import type { Route } from "../store/route.js";
import { SessionContext, useSession, useSessionStore } from "../store/use-session.js";
import { LabLayout } from "./lab-layout.js";
import { Provisioning } from "./provisioning.js";

export type LabRoute = Extract<Route, { screen: "lab" | "console" }>;

interface Props {
  route: LabRoute;
  /** An instructor looks on: the page is the one the learner reads. */
  isWatching?: boolean;
}

/** A session: its making, then the lab. */
export function LabScreen({ route, isWatching = false }: Props): ReactElement {
  const store = useSessionStore(route.session);
  const session = useSession(store, (state) => state.session);
  const problem = useSession(store, (state) => state.problem);
  const isMade = session !== undefined && (session.phase === "Active" || session.provisioning.every(isDone));
  const hasPage = isWatching || route.screen === "console" || route.page !== undefined;
  useEffect(() => {
    if (!isMade || hasPage || session.currentPage === "") return;
    navigate({ screen: "lab", session: session.id, page: session.currentPage }, { replace: true });
  }, [isMade, hasPage, session]);
  useEffect(() => {
    document.title = session ? `${session.title} · Lectern` : "Lectern";
  }, [session]);

  if (problem) return <CannotShow message={problem.message} />;
  if (!session) return <Loading />;
  if (!isMade) return <Provisioning session={session} />;
  if (!hasPage) return <Loading />;
  return (
    <SessionContext value={store}>
      <LabLayout store={store} session={session} route={route} isWatching={isWatching} />
    </SessionContext>
  );
}

function isDone(step: { state: string }): boolean {
  return step.state === "done";
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

function CannotShow({ message }: { message: string }): ReactElement {
  return (
    <>
      <TopBar />
      <main className="catalogue">
        <h1 className="catalogue__title">This session cannot be shown</h1>
        <p className="catalogue__lead">{message}</p>
        <Link className="button button--primary" to={{ screen: "catalogue" }}>
          Go to the labs
        </Link>
      </main>
    </>
  );
}
