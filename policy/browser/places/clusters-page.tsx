import { useState, type ReactElement } from "react";
import type { ClusterView } from "../../common/cluster-api.js";
import { attachedNamespaces } from "../api/use-hierarchy.js";
import { missingRole, useConsole, useMay } from "../console-context.js";
import { RelativeTime } from "../parts/relative-time.js";
import { AttachCluster } from "./attach-cluster.js";
import { DetachCluster } from "./detach-cluster.js";
import "./clusters.css";

/** The clusters of the organization, how they are and how far each is with the policies. */
export function ClustersPage(): ReactElement {
  const { hierarchy } = useConsole();
  const isAdmin = useMay()("admin");
  const [leaving, setLeaving] = useState<ClusterView>();
  const [news, setNews] = useState("");
  return (
    <>
      <header className="console__header">
        <h1 className="console__title">Clusters</h1>
        <p className="console__lead">
          Clusters attached to this organization. Image policies are not set on them but on workspaces, and
          follow the namespaces of a workspace over all of them.
        </p>
      </header>
      <p role="status" className="clusters__news">
        {news}
      </p>
      {hierarchy.clusters.length === 0 ? (
        <div className="empty">
          <strong>No clusters attached.</strong>
          <span>A session registers its own cluster when it starts.</span>
        </div>
      ) : (
        <ClusterTable onDetach={isAdmin ? setLeaving : undefined} />
      )}
      {isAdmin ? (
        <AttachCluster onAttached={(name) => setNews(`Cluster ${name} is attached.`)} />
      ) : (
        <p className="registry__none">{missingRole("Attaching clusters", "admin")}</p>
      )}
      {leaving && (
        <DetachCluster
          cluster={leaving}
          onCancel={() => setLeaving(undefined)}
          onDone={(told) => {
            setLeaving(undefined);
            setNews(told);
          }}
        />
      )}
    </>
  );
}

function ClusterTable({
  onDetach,
}: {
  onDetach: ((cluster: ClusterView) => void) | undefined;
}): ReactElement {
  const { hierarchy } = useConsole();
  return (
    <div className="table-scroll">
      <table className="table clusters__table" aria-label="Clusters">
        <thead>
          <tr>
            <th scope="col">Cluster</th>
            <th scope="col">Health</th>
            <th scope="col">Policies</th>
            <th scope="col" className="numeric">
              Namespaces
            </th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {hierarchy.clusters.map((cluster) => (
            <ClusterRow key={cluster.meta.uid} cluster={cluster} onDetach={onDetach} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const HEALTH: Record<ClusterView["status"]["health"], { look: string; words: string }> = {
  HEALTHY: { look: "badge--success", words: "✓ Healthy" },
  UNHEALTHY: { look: "badge--danger", words: "✕ Unhealthy" },
  DISCONNECTED: { look: "badge--danger", words: "✕ Away" },
  UNKNOWN: { look: "", words: "Not known yet" },
};

interface RowProps {
  cluster: ClusterView;
  onDetach: ((cluster: ClusterView) => void) | undefined;
}

function ClusterRow({ cluster, onDetach }: RowProps): ReactElement {
  const { fullName, spec, status } = cluster;
  const { name } = fullName;
  const { hierarchy } = useConsole();
  const attached = attachedNamespaces(hierarchy, cluster).length;
  return (
    <tr>
      <th scope="row">
        {name}
        <span className="registry__where">{spec.server ?? "The home of the policies"}</span>
        <span className="registry__where">Kubernetes {status.kubernetesVersion ?? "unknown"}</span>
      </th>
      <td data-label="Health">
        <span className={`badge ${HEALTH[status.health].look}`}>{HEALTH[status.health].words}</span>
        {status.message && <span className="registry__where">{status.message}</span>}
      </td>
      <td data-label="Policies">
        <Sync status={status} />
      </td>
      <td data-label="Namespaces" className="numeric">
        {/* Of a cluster that is away, as it was known last. */}
        {status.sync.state === "Unreachable" ? (status.sync.namespaces ?? 0) : attached}
      </td>
      <td className="registry__actions">
        {onDetach && spec.server !== undefined && (
          <button type="button" className="button button--small" onClick={() => onDetach(cluster)}>
            Detach<span className="visually-hidden"> {name}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

const STATES = {
  InForce: { look: "badge--success", words: "✓ In force" },
  Behind: { look: "badge--warning", words: "Behind" },
  Syncing: { look: "badge--info", words: "Syncing" },
  Unreachable: { look: "badge--danger", words: "✕ Unreachable" },
  Detaching: { look: "badge--info", words: "Detaching" },
} as const;

/** How far the cluster is, since when, and what it was told last. */
function Sync({ status: { sync } }: Pick<ClusterView, "status">): ReactElement {
  const { state, version, since, admitsUntil } = sync;
  const { look, words } = STATES[state];
  return (
    <>
      <span className={`badge ${look}`}>{words}</span>
      {version !== undefined && (
        <span className="registry__where">
          {state === "InForce" ? "at version" : "last in force at version"} {version}
        </span>
      )}
      {since !== undefined && (
        <span className="registry__where">
          since <RelativeTime iso={since} />
        </span>
      )}
      {admitsUntil !== undefined && (
        <span className="registry__where">
          admits no new pods in attached namespaces from {new Date(admitsUntil).toLocaleString()}
        </span>
      )}
    </>
  );
}
