import { useMemo, type ReactElement } from "react";
import { createPolicyApi } from "./api/policy-api.js";
import { useHierarchy } from "./api/use-hierarchy.js";
import { Console } from "./console-context.js";
import { ConsoleNavigation } from "./console-navigation.js";
import { formatConsoleRoute, parseConsoleRoute, type ConsoleRoute } from "./console-route.js";
import { HistoryPage } from "./history/history-page.js";
import { AssignmentsPage } from "./assignments/assignments-page.js";
import { NamespacePage } from "./namespaces/namespace-page.js";
import { NamespacesPage } from "./namespaces/namespaces-page.js";
import { ActivityPage } from "./places/activity-page.js";
import { ClustersPage } from "./places/clusters-page.js";
import { InsightsPage } from "./places/insights-page.js";
import { WorkspacesPage } from "./places/workspaces-page.js";
import "./console.css";

interface Props {
  /** Absolute path of `v1alpha1` of the policy API. */
  apiBase: string;
  /** What each call of it carries besides; must be one and the same function. */
  apiHeaders: () => Record<string, string>;
  /** The part of the URL below `console/`. */
  path: string;
  /** Puts another such part into the address bar. */
  navigate: (path: string) => void;
}

/** The image-policy console of one organization. */
export function PolicyConsole({ apiBase, apiHeaders, path, navigate }: Props): ReactElement {
  const api = useMemo(() => createPolicyApi(apiBase, apiHeaders), [apiBase, apiHeaders]);
  const { data: hierarchy, error, refetch } = useHierarchy(api);
  const reload = async (): Promise<void> => void (await refetch());
  const route = parseConsoleRoute(path);
  const goTo = (next: ConsoleRoute) => navigate(formatConsoleRoute(next));
  return (
    <div className="console">
      <ConsoleNavigation current={route} goTo={goTo} />
      <section className="console__main" aria-label="Policy console">
        {error && (
          <div className="notice notice--danger" role="alert">
            <span>{error.message}</span>
            <button type="button" className="button button--small" onClick={() => void reload()}>
              Try again
            </button>
          </div>
        )}
        {hierarchy ? (
          <Console.Provider value={{ api, hierarchy, refresh: reload, goTo }}>
            <Page route={route} />
          </Console.Provider>
        ) : (
          !error && (
            <div className="skeleton console__skeleton" aria-busy="true" aria-label="Loading policies" />
          )
        )}
      </section>
    </div>
  );
}

function Page({ route }: { route: ConsoleRoute }): ReactElement {
  switch (route.page) {
    case "image-registry":
    case "access":
      return <AssignmentsPage route={route} />;
    case "history":
      return <HistoryPage key={`${route.workspace ?? ""}/${route.policy ?? ""}`} route={route} />;
    case "insights":
      return <InsightsPage />;
    case "workspaces":
      return <WorkspacesPage />;
    case "namespaces":
      return route.namespace === undefined ? (
        <NamespacesPage />
      ) : (
        <NamespacePage
          key={`${route.cluster ?? ""}/${route.namespace}`}
          namespace={route.namespace}
          cluster={route.cluster}
        />
      );
    case "clusters":
      return <ClustersPage />;
    case "activity":
      return <ActivityPage />;
  }
}
