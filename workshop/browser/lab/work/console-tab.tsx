import { lazy, Suspense, type ReactElement } from "react";
import { sessionApiPath } from "../../api/api-client.js";
import { pageKeyHeader } from "../../api/page-key.js";
import { useLab } from "../lab-context.js";

const PolicyConsole = lazy(async () => ({
  default: (await import("../../../../policy/browser/console.js")).PolicyConsole,
}));

/** The image-policy console, for the organization of this session. */
export function ConsoleTab({ path }: { path: string }): ReactElement {
  const { session, showConsole } = useLab();
  return (
    <Suspense fallback={<div className="skeleton" aria-busy="true" aria-label="Loading the console" />}>
      <PolicyConsole
        apiBase={`${sessionApiPath(session.id)}/tmc/v1alpha1`}
        apiHeaders={pageKeyHeader}
        path={path}
        navigate={(next) => showConsole(next.replace(/^\/+/, ""))}
      />
    </Suspense>
  );
}
