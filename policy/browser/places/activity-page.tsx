import { useCallback, type ReactElement } from "react";
import type { ActivityEntry } from "../../common/tmc-api.js";
import { useLoaded } from "../api/use-loaded.js";
import { useConsole } from "../console-context.js";
import { RelativeTime } from "../parts/relative-time.js";

const REFRESH_MS = 5_000;

/** What the policies refused, newest first. */
export function ActivityPage(): ReactElement {
  const { api } = useConsole();
  const { value, problem } = useLoaded(
    useCallback(() => api.activity(), [api]),
    REFRESH_MS,
  );
  return (
    <>
      <header className="console__header">
        <h1 className="console__title">Activity</h1>
        <p className="console__lead">Pods the policies refused, as the cluster reported them.</p>
      </header>
      {problem && (
        <p className="notice notice--danger" role="alert">
          {problem}
        </p>
      )}
      {value && value.entries.length === 0 && (
        <div className="empty">
          <strong>Nothing was refused.</strong>
          <span>When a policy refuses a pod, the policy, the container and the image appear here.</span>
        </div>
      )}
      {value && value.entries.length > 0 && <Entries entries={value.entries} />}
    </>
  );
}

function Entries({ entries }: { entries: ActivityEntry[] }): ReactElement {
  const { goTo } = useConsole();
  return (
    <div className="table-scroll">
      <table className="table" aria-label="Refusals">
        <thead>
          <tr>
            <th scope="col">Last seen</th>
            <th scope="col">Namespace</th>
            <th scope="col">Object</th>
            <th scope="col">Refused by</th>
            <th scope="col">Why</th>
            <th scope="col" className="numeric">
              Times
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${entry.namespace} ${entry.object} ${entry.message}`}>
              <td data-label="Last seen">
                <RelativeTime iso={entry.lastSeen} />
              </td>
              <td data-label="Namespace">
                <button
                  type="button"
                  className="console__link"
                  onClick={() => goTo({ page: "namespaces", namespace: entry.namespace })}
                >
                  {entry.namespace}
                </button>
              </td>
              <th scope="row" className="activity__object">
                {entry.object}
              </th>
              <td data-label="Refused by">{entry.policies.join(", ")}</td>
              <td data-label="Why" className="activity__why">
                {entry.message}
              </td>
              <td data-label="Times" className="numeric">
                {entry.count}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
