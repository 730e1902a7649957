import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { type Change, compareRevisions, valueText } from "../../common/history-api.js";
import { missingRole, useConsole, useMay } from "../console-context.js";
import type { ConsoleRoute } from "../console-route.js";
import { RelativeTime } from "../parts/relative-time.js";
import { useTask } from "../parts/use-task.js";

/** Others change the same place meanwhile. */
const REFRESH_MS = 10_000;

/** Shown of one change; the rest is a count. */
const FIELDS_SHOWN = 6;

type Route = Extract<ConsoleRoute, { page: "history" }>;

/** What was changed on a place, or of one of its policies, by whom; any of it can be restored. */
export function HistoryPage({ route: { workspace, policy } }: { route: Route }): ReactElement {
  const { api, hierarchy, goTo, refresh } = useConsole();
  const isAdmin = useMay()("admin", workspace);
  const [news, setNews] = useState("");
  const { data, error, refetch } = useQuery({
    queryKey: [api.base, "history", workspace ?? null, policy ?? null],
    queryFn: ({ signal }) => api.history({ workspace }, policy, signal),
    refetchInterval: REFRESH_MS,
  });
  const place = workspace ?? hierarchy.organization.fullName.name;
  async function restored(text: string): Promise<void> {
    await Promise.all([refetch(), refresh()]);
    setNews(text);
  }
  return (
    <>
      <header className="console__header">
        <p className="console__crumbs">
          <button
            type="button"
            className="console__link"
            onClick={() => goTo({ page: "image-registry", side: "workspaces", workspace })}
          >
            {place}
          </button>{" "}
          ›
        </p>
        <h1 className="console__title">History of {policy ?? place}</h1>
        <p className="console__lead">
          Who changed what, newest first. The last changes are kept; restoring one is a change as well.
        </p>
      </header>
      {error && (
        <p className="notice notice--danger" role="alert">
          {error.message}
        </p>
      )}
      <p role="status" className={news === "" ? "visually-hidden" : "notice notice--success"}>
        {news}
      </p>
      {!isAdmin && <p className="registry__none">{missingRole("Restoring", "admin", workspace)}</p>}
      {data?.changes.length === 0 && (
        <div className="empty">
          <strong>No change is kept.</strong>
          <span>What is changed from now on appears here.</span>
        </div>
      )}
      {data && data.changes.length > 0 && (
        <Changes changes={data.changes} workspace={workspace} isAdmin={isAdmin} onRestored={restored} />
      )}
    </>
  );
}

interface ChangesProps {
  changes: Change[];
  workspace: string | undefined;
  isAdmin: boolean;
  onRestored: (news: string) => Promise<void>;
}

function Changes({ changes, workspace, isAdmin, onRestored }: ChangesProps): ReactElement {
  return (
    <div className="table-scroll">
      <table className="table" aria-label="Changes">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">What was changed</th>
            <th scope="col">By whom</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.id}>
              <th scope="row" className="registry__policy">
                {change.name}
                <span className="registry__template">
                  {KINDS[change.kind]}, revision {change.revision}
                </span>
              </th>
              <td data-label="What was changed">
                <Fields change={change} />
              </td>
              <td data-label="By whom">
                {change.via === "cluster" ? "in the cluster itself" : change.user}
                <span className="registry__where">
                  <RelativeTime iso={change.time} />
                </span>
              </td>
              <td className="registry__actions">
                {isAdmin && change.isRestorable && isPast(change, changes) && (
                  <Restore change={change} workspace={workspace} onRestored={onRestored} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const KINDS: Record<Change["kind"], string> = {
  policy: "Policy",
  workspace: "Workspace",
  namespace: "Namespace",
  exception: "Exception",
  access: "Roles",
  cluster: "Cluster",
};

/** Whether the same thing was changed again since. */
function isPast(change: Change, changes: Change[]): boolean {
  return changes.some(
    ({ kind, name, revision }) => kind === change.kind && name === change.name && revision > change.revision,
  );
}

function Fields({ change: { action, before, after } }: { change: Change }): ReactElement {
  const fields = before == null || after === null ? [] : compareRevisions(before, after);
  return (
    <>
      {action.charAt(0).toUpperCase() + action.slice(1)}
      {fields.slice(0, FIELDS_SHOWN).map(({ path, before: old, after: now }) => (
        <span key={path} className="registry__where">
          {path}: {valueText(old)} → {valueText(now)}
        </span>
      ))}
      {fields.length > FIELDS_SHOWN && (
        <span className="registry__where">and {fields.length - FIELDS_SHOWN} fields more</span>
      )}
    </>
  );
}

function Restore({
  change: { id, kind, name, revision },
  workspace,
  onRestored,
}: Omit<ChangesProps, "changes" | "isAdmin"> & { change: Change }): ReactElement {
  const { api } = useConsole();
  const { isBusy, problem, run } = useTask();
  async function restore(): Promise<void> {
    await run(async () => {
      await api.restore({ workspace }, id);
      await onRestored(
        kind === "exception"
          ? `Exception ${name} is asked for again. It holds once another admin grants it.`
          : `${KINDS[kind]} ${name} is again what it was in revision ${revision}.`,
      );
    });
  }
  return (
    <>
      <button
        type="button"
        className="button button--small"
        aria-label={`Restore revision ${revision} of ${name}`}
        disabled={isBusy}
        onClick={() => void restore()}
      >
        {isBusy ? "Restoring…" : "Restore"}
      </button>
      {problem && (
        <span className="field__error" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
