import type { ReactElement } from "react";
import type { NamespaceView } from "../../common/tmc-api.js";
import { memberCluster } from "../api/use-hierarchy.js";
import { useConsole } from "../console-context.js";

/** The namespaces of the organization, with the workspace each belongs to. */
export function NamespacesPage(): ReactElement {
  const { hierarchy } = useConsole();
  return (
    <>
      <header className="console__header">
        <h1 className="console__title">Namespaces</h1>
        <p className="console__lead">
          Policies hold in a namespace from the moment it is attached to a workspace.
        </p>
      </header>
      {hierarchy.unreachableClusters && (
        <p className="notice notice--warning" role="status">
          Not every cluster answers, and the namespaces of these are missing:{" "}
          {hierarchy.unreachableClusters.join(", ")}.
        </p>
      )}
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
              {hierarchy.namespaces.map((namespace) => (
                <NamespaceRow
                  key={`${namespace.fullName.clusterName}/${namespace.fullName.name}`}
                  namespace={namespace}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function NamespaceRow({ namespace: { fullName, spec, status } }: { namespace: NamespaceView }): ReactElement {
  const { hierarchy, goTo } = useConsole();
  const { name: namespace, clusterName } = fullName;
  const place = { namespace, ...memberCluster(hierarchy, clusterName) };
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          className="console__link"
          onClick={() => goTo({ page: "namespaces", ...place })}
        >
          {namespace}
        </button>
      </th>
      <td data-label="Workspace">{spec.workspaceName || "none"}</td>
      <td data-label="Cluster">{clusterName}</td>
      <td data-label="State">
        <span className={`badge ${status.managed ? "badge--success" : ""}`}>
          {status.managed ? "✓ Managed" : "Not attached"}
        </span>
      </td>
    </tr>
  );
}
