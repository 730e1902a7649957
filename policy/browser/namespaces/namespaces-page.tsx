import type { ReactElement } from "react";
import { useConsole } from "../console-context.js";

/** The namespaces of the organization, with the workspace each belongs to. */
export function NamespacesPage(): ReactElement {
  const { hierarchy, goTo } = useConsole();
  return (
    <>
      <header className="console__header">
        <h1 className="console__title">Namespaces</h1>
        <p className="console__lead">
          Policies hold in a namespace from the moment it is attached to a workspace.
        </p>
      </header>
      {hierarchy.namespaces.length === 0 ? (
        <div className="empty">
          <strong>No namespaces yet.</strong>
          <span>Namespaces of this organization's clusters appear here.</span>
        </div>
      ) : (
        <div className="table-scroll">
          <table className="table" aria-label="Namespaces">
            <thead>
              <tr>
                <th scope="col">Namespace</th>
                <th scope="col">Workspace</th>
                <th scope="col">Cluster</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {hierarchy.namespaces.map(({ fullName, spec, status }) => (
                <tr key={fullName.name}>
                  <th scope="row">
                    <button
                      type="button"
                      className="console__link"
                      onClick={() => goTo({ page: "namespaces", namespace: fullName.name })}
                    >
                      {fullName.name}
                    </button>
                  </th>
                  <td data-label="Workspace">{spec.workspaceName || "none"}</td>
                  <td data-label="Cluster">{fullName.clusterName}</td>
                  <td data-label="State">
                    <span className={`badge ${status.managed ? "badge--success" : ""}`}>
                      {status.managed ? "✓ Managed" : "Not attached"}
                    </span>
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
