import { lazy, Suspense, useEffect, useEffectEvent, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { DiskView, HealthProblem, InstructorEvent, InstructorRow } from "../../common/instructor-api.js";
import { api } from "../api/api-client.js";
import { mountPath } from "../api/base.js";
import { NO_LOGIN_COOKIES } from "../api/cookies.js";
import { ApiError } from "../errors.js";
import { SignedIn } from "../parts/signed-in.js";
import { TopBar } from "../parts/top-bar.js";
import type { Route } from "../store/route.js";
import { openEventStream, type Connection } from "../store/event-stream.js";
import { FullDisk } from "./full-disk.js";
import { Login } from "./login.js";
import { rowsAfter } from "./rows.js";
import { Sessions } from "./sessions.js";
import { UnusableParts } from "./unusable-parts.js";
import "./instructor.css";

const Wall = lazy(async () => ({ default: (await import("../wall/wall.js")).Wall }));

type PortalRoute = Extract<Route, { screen: "instructor" | "wall" }>;

type Access =
  | { state: "asking" }
  | { state: "refused"; message?: string }
  | { state: "unreachable"; message: string }
  | { state: "granted"; rows: InstructorRow[] };

/** The instructor's portal: log in with the token, then all sessions as they are, in a table or on a wall. */
export function InstructorScreen({ route }: { route: PortalRoute }): ReactElement {
  const [access, setAccess] = useState<Access>({ state: "asking" });
  useEffect(() => {
    void ask().then(setAccess);
  }, []);
  const isWall = route.screen === "wall";
  useEffect(() => {
    document.title = `${isWall ? "Wall" : "Sessions"} · Lectern`;
  }, [isWall]);
  async function enter(): Promise<string | undefined> {
    const entered = await ask();
    setAccess(entered);
    return entered.state === "refused" ? (entered.message ?? NO_LOGIN_COOKIES) : undefined;
  }
  // Whoever looks at the wall of a room need not read who shows it.
  const isProjected = isWall && route.view.isProjected === true;
  return (
    <>
      <TopBar>{access.state !== "asking" && !isProjected && <SignedIn key={access.state} />}</TopBar>
      <main className={isWall ? "wall-screen" : "instructor"}>
        {access.state === "unreachable" && (
          <div className="notice notice--danger" role="alert">
            <span>{access.message}</span>
            <Button className="button button--small" onPress={() => void ask().then(setAccess)}>
              Try again
            </Button>
          </div>
        )}
        {access.state === "refused" && (
          <Login {...(access.message ? { message: access.message } : {})} onEntered={enter} />
        )}
        {access.state === "granted" && (
          <LiveSessions
            first={access.rows}
            route={route}
            onRefused={() => setAccess({ state: "refused", message: LATE })}
          />
        )}
        {access.state === "asking" && <div className="skeleton instructor__skeleton" aria-busy="true" />}
      </main>
    </>
  );
}

async function ask(): Promise<Access> {
  try {
    return { state: "granted", rows: await api.instructorSessions() };
  } catch (error) {
    const isLogin = error instanceof ApiError && error.status === 401;
    if (error instanceof ApiError && error.status === 403)
      return { state: "refused", message: error.message };
    return isLogin ? { state: "refused" } : { state: "unreachable", message: messageOf(error) };
  }
}

const LATE = "You were logged out. Log in again.";

interface LiveProps {
  first: InstructorRow[];
  route: PortalRoute;
  /** The log-in has run out. */
  onRefused: () => void;
}

function LiveSessions({ first, route, onRefused }: LiveProps): ReactElement {
  const [rows, setRows] = useState(first);
  const [disk, setDisk] = useState<DiskView>();
  const [problems, setProblems] = useState<HealthProblem[]>([]);
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => {
    const forget = () => {
      setDisk(undefined);
      setProblems([]);
    };
    const stream = openEventStream<InstructorEvent>(`${mountPath()}api/instructor/events`, {
      onEvent: (event) => {
        if (event.type === "disk") setDisk(event.disk);
        else if (event.type === "health") setProblems(event.problems);
        else setRows((before) => rowsAfter(before, event));
        // A stream begins with the sessions; what was said by the one before may be over.
        if (event.type === "sessions") forget();
      },
      onConnection: setConnection,
    });
    return () => stream.close();
  }, []);
  const refused = useEffectEvent(onRefused);
  useEffect(() => {
    let isShown = true;
    // A stream that is refused looks like one that is lost; only a call says which.
    if (connection === "lost") void ask().then(({ state }) => isShown && state === "refused" && refused());
    return () => {
      isShown = false;
    };
  }, [connection]);
  return (
    <>
      {disk && <FullDisk disk={disk} />}
      {connection === "open" && <UnusableParts problems={problems} />}
      {route.screen === "wall" ? (
        <Suspense>
          <Wall rows={rows} route={route} connection={connection} />
        </Suspense>
      ) : (
        <Sessions rows={rows} connection={connection} />
      )}
    </>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
