import type { ReactElement } from "react";
import { useConsole } from "../console-context.js";

/** The clusters of the organization and how they are. */
export function ClustersPage(): ReactElement {
  const { hierarchy } = useConsole();
  return (
    <>
      <header className="console__header">
        <h1 className="console__title">Clusters</h1>
        <p className="console__lead">
          Clusters attached to this organization. Image policies are not set on them but on workspaces.
        </p>
      </header>
      {hierarchy.clusters.length === 0 ? (
        <div className="empty">
          <strong>No clusters attached.</strong>
          <span>A session registers its own cluster when it starts.</span>
        </div>
      ) : (
        <div className="table-scroll">
          <table className="table" aria-label="Clusters">
            <thead>
              <tr>
                <th scope="col">Cluster</th>
                <th scope="col">Health</th>
                <th scope="col">Kubernetes</th>
                <th scope="col" className="numeric">
                  Namespaces
                </th>
              </tr>
            </thead>
            <tbody>
              {hierarchy.clusters.map(({ fullName: { name }, status }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td data-label="Health">
                    <span
                      className={`badge ${status.health === "HEALTHY" ? "badge--success" : "badge--danger"}`}
                    >
                      {status.health === "HEALTHY" ? "✓ Healthy" : "✕ Unhealthy"}
                    </span>
                    {status.message && <span className="registry__scope">{status.message}</span>}
                  </td>
                  <td data-label="Kubernetes">{status.kubernetesVersion ?? "unknown"}</td>
                  <td data-label="Namespaces" className="numeric">
                    {hierarchy.namespaces.filter(({ fullName }) => fullName.clusterName === name).length}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
