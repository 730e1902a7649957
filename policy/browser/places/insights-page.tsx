import type { ReactElement } from "react";
import type { Violation } from "../../common/tmc-api.js";
import { workloadText } from "../../common/violation-words.js";
import { useViolations } from "../api/use-violations.js";
import { nameOf, placeOf } from "./place-names.js";
import { useConsole } from "../console-context.js";
import { RelativeTime } from "../parts/relative-time.js";
import "./insights-page.css";

/** What runs, or waits to run, against the policies. */
export function InsightsPage(): ReactElement {
  const { data, error } = useViolations();
  return (
    <>
      <header className="console__header">
        <p className="console__crumbs">Insights</p>
        <h1 className="console__title">Policies</h1>
        <p className="console__lead">
          What runs against the policies. A policy never ends a pod; it refuses the next one, such as after a
          restart.
        </p>
      </header>
      {error && (
        <p className="notice notice--danger" role="alert">
          {error.message}
        </p>
      )}
      {data?.length === 0 && (
        <div className="empty">
          <strong>Nothing violates a policy.</strong>
          <span>Everything that runs now would be admitted again.</span>
        </div>
      )}
      {data && data.length > 0 && <Violations violations={data} />}
    </>
  );
}

function Violations({ violations }: { violations: Violation[] }): ReactElement {
  return (
    <div className="table-scroll">
      <table className="table insights" aria-label="Violations">
        <thead>
          <tr>
            <th scope="col">Workload</th>
            <th scope="col">Image</th>
            <th scope="col">Policy</th>
            <th scope="col">What it means</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {violations.map((violation) => (
            <Row key={keyOf(violation)} violation={violation} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ violation }: { violation: Violation }): ReactElement {
  const { goTo } = useConsole();
  const { workload, container, image, policy, origin, reason, since } = violation;
  return (
    <tr>
      <th scope="row">
        {workloadText(workload)}
        <span className="registry__where">
          in{" "}
          <button
            type="button"
            className="console__link"
            onClick={() => goTo({ page: "namespaces", ...placeOf(violation) })}
          >
            {nameOf(violation)}
          </button>
        </span>
      </th>
      <td data-label="Image">
        {image}
        <span className="registry__where">{container}</span>
      </td>
      <td data-label="Policy">
        <button
          type="button"
          className="console__link"
          onClick={() =>
            goTo({
              page: "image-registry",
              side: "workspaces",
              workspace: origin.kind === "workspace" ? origin.workspace : undefined,
            })
          }
        >
          {policy}
        </button>
        <span className="registry__where">{reason}</span>
      </td>
      <td data-label="What it means">{meaningOf(violation)}</td>
      <td data-label="Since">
        <RelativeTime iso={since} />
      </td>
    </tr>
  );
}

function meaningOf({ dryRun, moved, pods, waits }: Violation): string {
  if (moved) return "Told only: the tag means another image now.";
  if (dryRun) return "Reported only: the policy is on dry run.";
  if (pods > 0)
    return `${pods === 1 ? "Its pod runs" : `Its ${pods} pods run`}, and would not come back after a restart.`;
  return waits ? "Kept out now." : "Would be refused when it is next started.";
}

function keyOf({
  cluster,
  namespace,
  workload,
  container,
  containerKind,
  image,
  policy,
  origin,
}: Violation): string {
  return JSON.stringify([cluster, namespace, workload, container, containerKind, image, policy, origin]);
}
