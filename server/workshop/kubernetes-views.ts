import type { KubernetesViewEvent } from "../../workshop/common/kubernetes-view.js";
import { type SessionResource, hasOwnCluster } from "../../workshop/common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { NamespaceWatch } from "../../workshop/node/kubernetes-view/namespace-watch.js";
import { LearnerClients } from "../../workshop/node/learner-clients.js";
import { type Clusters, clusterOf } from "../../workshop/node/session-cluster.js";

/** Changes that come together are told together. */
const TELL_MS = 200;
/** Rows of one event, some 100 KB; what does not fit comes with the next. */
const ROWS_AT_ONCE = 250;

/** Somebody who looks at a session's objects. */
export interface KubernetesViewer {
  /** Whether the browser still has what was sent before to read; it is told nothing until it has not. */
  isBehind(): boolean;
  tell(event: Exclude<KubernetesViewEvent, { type: "ping" }>): void;
}

/** The objects of sessions' namespaces, read with their learners' own rights; watched once for all who look, and only while somebody does. */
export interface KubernetesViews {
  follow(session: SessionResource, viewer: KubernetesViewer): () => void;
  /** The session's cluster by its learner's account. Throws what `clusterOf` throws, and KubernetesError. */
  clientFor(session: SessionResource): Promise<KubernetesClient>;
  /** How many sessions are looked at. */
  watched(): number;
  close(): void;
}

/** What a viewer has been told, and what not yet. */
interface Told {
  pending: Set<string>;
  sent: Set<string>;
  hasBegun: boolean;
  standing: string;
}

interface View {
  watch: NamespaceWatch;
  viewers: Map<KubernetesViewer, Told>;
  timer: NodeJS.Timeout;
}

export function createKubernetesViews(clusters: Clusters): KubernetesViews {
  const learners = new LearnerClients(clusters.client);
  const views = new Map<string, View>();
  /** Who administers a cluster of their own does so with the credentials that it has. */
  const clientFor = async (session: SessionResource) =>
    hasOwnCluster(session) ? clusterOf(session, clusters) : learners.of(session.spec.namespace);
  const stop = (name: string, view: View) => {
    clearInterval(view.timer);
    view.watch.stop();
    if (views.get(name) === view) views.delete(name);
  };
  return {
    clientFor,
    watched: () => views.size,
    follow: (session, viewer) => {
      const { name } = session.metadata;
      const view = views.get(name) ?? open(session, () => clientFor(session));
      views.set(name, view);
      const { rows, events } = view.watch;
      const pending = new Set([...rows.keys(), ...events.keys()]);
      view.viewers.set(viewer, { pending, sent: new Set(), hasBegun: false, standing: "" });
      return () => {
        view.viewers.delete(viewer);
        if (view.viewers.size === 0) stop(name, view);
      };
    },
    close: () => {
      for (const [name, view] of views) stop(name, view);
      learners.close();
    },
  };
}

function open(session: SessionResource, client: () => Promise<KubernetesClient>): View {
  const viewers: View["viewers"] = new Map();
  const place = { namespace: session.spec.namespace, isWholeCluster: hasOwnCluster(session), client };
  const watch = new NamespaceWatch(place, (uid) => {
    for (const { pending } of viewers.values()) pending.add(uid);
  });
  const timer = setInterval(() => {
    for (const [viewer, told] of viewers) if (!viewer.isBehind()) tell(watch, viewer, told);
  }, TELL_MS);
  return { watch, viewers, timer };
}

function tell(watch: NamespaceWatch, viewer: KubernetesViewer, told: Told): void {
  const { pending, sent } = told;
  const next = [...pending].slice(0, ROWS_AT_ONCE);
  if (next.length > 0 || !told.hasBegun) {
    const gone = next.filter((uid) => !watch.rows.has(uid) && !watch.events.has(uid) && sent.has(uid));
    viewer.tell({
      type: "objects",
      ...(!told.hasBegun && { isFirst: true }),
      rows: next.flatMap((uid) => watch.rows.get(uid) ?? []),
      events: next.flatMap((uid) => watch.events.get(uid) ?? []),
      gone,
    });
    for (const uid of next) {
      pending.delete(uid);
      sent.add(uid);
    }
    for (const uid of gone) sent.delete(uid);
    told.hasBegun = true;
  }
  // Complete is only what has been told.
  const { isComplete, ...others } = watch.standing();
  const standing = { type: "standing", isComplete: isComplete && pending.size === 0, ...others } as const;
  const text = JSON.stringify(standing);
  if (text === told.standing) return;
  told.standing = text;
  viewer.tell(standing);
}
