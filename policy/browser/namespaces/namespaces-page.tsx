import { type ReactElement, useEffect } from "react";
import type { NamespaceList, NamespaceView } from "../../common/tmc-api.js";
import { memberCluster } from "../api/use-hierarchy.js";
import { useNamespaces } from "../api/use-namespaces.js";
import { useConsole } from "../console-context.js";
import { PAGE_SIZE, Pager, pageStart } from "../parts/pager.js";
import { SearchField } from "../parts/search-field.js";
import { useSearch } from "../parts/use-search.js";

/** The namespaces of the organization, with the workspace each belongs to; the server searches them, and sends one page. */
export function NamespacesPage(): ReactElement {
  const { text, setText, search, offset, move } = useSearch();
  const { data, error, isPlaceholderData } = useNamespaces({ search, offset, size: PAGE_SIZE });
  const total = Number(data?.totalCount ?? 0);
  // How many there are is known of the page that was asked for, and not of the one that stands there until it comes.
  const start = data && !isPlaceholderData ? pageStart(offset, total) : offset;
  useEffect(() => {
    if (start !== offset) move(start);
  });
  return (
    <>
      <header className="console__header">
        <h1 className="console__title">Namespaces</h1>
        <p className="console__lead">
          Policies hold in a namespace from the moment it is attached to a workspace.
        </p>
      </header>
      {error && (
        <p className="notice notice--danger" role="alert">
          {error.message}
        </p>
      )}
      {data?.unreachableClusters && (
        <p className="notice notice--warning" role="status">
          Not every cluster answers, and the namespaces of these are missing:{" "}
          {data.unreachableClusters.join(", ")}.
        </p>
      )}
      {data && (search !== "" || text !== "" || total > PAGE_SIZE) && (
        <SearchField label="Find namespaces" value={text} onChange={setText} />
      )}
      {data && <Pager of="namespaces" offset={start} total={total} onMove={move} />}
      {data && start === offset && <Found list={data} search={search} />}
    </>
  );
}

function Found({ list, search }: { list: NamespaceList; search: string }): ReactElement {
  if (list.namespaces.length === 0) {
    return search === "" ? (
      <div className="empty">
        <strong>No namespaces yet.</strong>
        <span>Namespaces of this organization's clusters appear here.</span>
      </div>
    ) : (
      <p role="status">No namespace has “{search}” in its name.</p>
    );
  }
  return (
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
          {list.namespaces.map((namespace) => (
            <NamespaceRow
              key={`${namespace.fullName.clusterName}/${namespace.fullName.name}`}
              namespace={namespace}
            />
          ))}
        </tbody>
      </table>
    </div>
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
