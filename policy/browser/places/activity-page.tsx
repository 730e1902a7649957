import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { explainRefusal } from "../../../workshop/common/refusal.js";
import type { ActivityEntry } from "../../common/tmc-api.js";
import { nameOf, placeOf } from "./place-names.js";
import { useConsole } from "../console-context.js";
import { RelativeTime } from "../parts/relative-time.js";

const REFRESH_MS = 5_000;

/** What the policies refused, newest first. */
export function ActivityPage(): ReactElement {
  const { api } = useConsole();
  const { data, error } = useQuery({
    queryKey: [api.base, "activity"],
    queryFn: ({ signal }) => api.activity(signal),
    refetchInterval: REFRESH_MS,
  });
  return (
    <>
      <header className="console__header">
        <h1 className="console__title">Activity</h1>
        <p className="console__lead">Pods the policies refused, as the cluster reported them.</p>
      </header>
      {error && (
        <p className="notice notice--danger" role="alert">
          {error.message}
        </p>
      )}
      {data?.entries.length === 0 && (
        <div className="empty">
          <strong>Nothing was refused.</strong>
          <span>When a policy refuses a pod, the policy, the container and the image appear here.</span>
        </div>
      )}
      {data && data.entries.length > 0 && <Entries entries={data.entries} />}
    </>
  );
}

function Entries({ entries }: { entries: ActivityEntry[] }): ReactElement {
  return (
    <div className="table-scroll">
      <table className="table" aria-label="Refusals">
        <thead>
          <tr>
            <th scope="col">What was refused</th>
            <th scope="col">By which policies, and why</th>
            <th scope="col" className="numeric">
              Times
            </th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Entry key={`${nameOf(entry)} ${entry.object} ${entry.message}`} entry={entry} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Entry({ entry }: { entry: ActivityEntry }): ReactElement {
  const { goTo } = useConsole();
  return (
    <tr>
      <th scope="row">
        {entry.object}
        <span className="registry__where">
          in{" "}
          <button
            type="button"
            className="console__link"
            onClick={() => goTo({ page: "namespaces", ...placeOf(entry) })}
          >
            {nameOf(entry)}
          </button>
        </span>
      </th>
      <td>
        <Reasons entry={entry} />
      </td>
      <td data-label="Times" className="numeric">
        {entry.count}
      </td>
      <td data-label="Last">
        <RelativeTime iso={entry.lastSeen} />
      </td>
    </tr>
  );
}

/** Each policy with the sentence of its refusal; what is no refusal as we word them stays as the cluster said it. */
function Reasons({ entry }: { entry: ActivityEntry }): ReactElement {
  const refusals = explainRefusal(entry.message);
  if (refusals.length === 0) return <>{entry.message}</>;
  return (
    <ul className="activity__reasons">
      {refusals.map(({ text }) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
