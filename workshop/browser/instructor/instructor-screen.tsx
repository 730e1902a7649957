import { useEffect, useState, type ReactElement } from "react";
import type { InstructorEvent, InstructorRow } from "../../common/api.js";
import { api } from "../api/api-client.js";
import { mountPath } from "../api/base.js";
import { ApiError } from "../errors.js";
import { TopBar } from "../parts/top-bar.js";
import { openEventStream, type Connection } from "../store/event-stream.js";
import { Login } from "./login.js";
import { Sessions } from "./sessions.js";
import "./instructor.css";

type Access =
  | { state: "asking" }
  | { state: "refused"; message?: string }
  | { state: "granted"; rows: InstructorRow[] };

/** The instructor's portal: log in with the token, then all sessions as they are. */
export function InstructorScreen(): ReactElement {
  const [access, setAccess] = useState<Access>({ state: "asking" });
  useEffect(() => {
    document.title = "Sessions · Lectern";
    void ask().then(setAccess);
  }, []);
  return (
    <>
      <TopBar />
      <main className="instructor">
        {access.state === "refused" && (
          <Login
            {...(access.message ? { message: access.message } : {})}
            onEntered={async () => setAccess(await ask())}
          />
        )}
        {access.state === "granted" && <LiveSessions first={access.rows} />}
        {access.state === "asking" && <div className="skeleton instructor__skeleton" aria-busy="true" />}
      </main>
    </>
  );
}

async function ask(): Promise<Access> {
  try {
    return { state: "granted", rows: await api.instructorSessions() };
  } catch (error) {
    const isLogin = error instanceof ApiError && (error.status === 401 || error.status === 403);
    return isLogin ? { state: "refused" } : { state: "refused", message: String(error) };
  }
}

function LiveSessions({ first }: { first: InstructorRow[] }): ReactElement {
  const [rows, setRows] = useState(first);
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => {
    const stream = openEventStream<InstructorEvent>(`${mountPath()}api/instructor/events`, {
      onEvent: (event) => event.type === "sessions" && setRows(event.rows),
      onConnection: setConnection,
    });
    return () => stream.close();
  }, []);
  return <Sessions rows={rows} connection={connection} />;
}
