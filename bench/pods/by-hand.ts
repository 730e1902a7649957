import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { RealNode } from "./real-node.js";

const SHELLS = "/api/v1/namespaces/lectern-shells";
const READY_MS = 120_000;
const LOOK_MS = 20;

interface Made {
  metadata: Record<string, unknown> & { name: string };
  spec?: Record<string, unknown>;
  status?: { conditions?: { type: string; status: string }[] };
}

/** Objects of one kind, and where they are made. */
interface Part {
  path: string;
  objects: Made[];
}

/** Where a session's objects are, besides its namespace; those of the cluster's own are made again without us. */
function collectionsOf(session: string): string[] {
  const core = `/api/v1/namespaces/${session}`;
  return [
    ...["serviceaccounts", "secrets", "resourcequotas", "limitranges", "configmaps"].map(
      (kind) => `${core}/${kind}`,
    ),
    `/apis/rbac.authorization.k8s.io/v1/namespaces/${session}/rolebindings`,
    ...["clusterroles", "clusterrolebindings"].map((kind) => `/apis/rbac.authorization.k8s.io/v1/${kind}`),
    `/apis/networking.k8s.io/v1/namespaces/${session}/networkpolicies`,
    ...["organizations", "workspaces", "managedclusters"].map(
      (kind) => `/apis/policy.lectern.dev/v1alpha1/${kind}`,
    ),
    "/apis/networking.k8s.io/v1/namespaces/lectern-shells/networkpolicies",
    `${SHELLS}/secrets`,
  ];
}

/** What makes the objects of a session again under another name, by nothing but their API calls and the start of the pod. */
export class ByHand {
  readonly #client: KubernetesClient;
  readonly #session: string;
  readonly #parts: Part[] = [];
  #pod: Made | undefined;

  private constructor(client: KubernetesClient, session: string) {
    this.#client = client;
    this.#session = session;
  }

  /** Notes what a session that is active consists of. */
  static async note({ kubeconfig }: RealNode, session: string): Promise<ByHand> {
    const config = new KubeConfig();
    config.loadFromString(readFileSync(kubeconfig, "utf8"));
    const client = new KubernetesClient(config);
    const noted = new ByHand(client, session);
    noted.#pod = await client.get<Made>(`${SHELLS}/pods/${session}`);
    for (const path of collectionsOf(session)) {
      const { items } = await client.get<{ items: Made[] }>(path);
      const isOwn = ({ metadata }: Made) =>
        path.includes(`/namespaces/${session}/`)
          ? !/^(default|kube-root-ca\.crt)$/.test(metadata.name)
          : new RegExp(`^(lectern-)?${session}(-|$)`).test(metadata.name);
      noted.#parts.push({ path, objects: items.filter(isOwn) });
    }
    return noted;
  }

  /** Milliseconds from the first call to the ready pod. */
  async make(name: string): Promise<number> {
    const began = performance.now();
    const renamed = <T>(value: T) => JSON.parse(JSON.stringify(value).replaceAll(this.#session, name)) as T;
    await this.#client.create("/api/v1/namespaces", { metadata: { name } });
    const make = (parts: readonly Part[]) =>
      Promise.all(
        parts.flatMap(({ path, objects }) =>
          objects.map((object) => this.#client.create(renamed(path), renamed(anew(object)))),
        ),
      );
    // A pod whose certificate is not there yet waits for the kubelet's next attempt to mount it.
    const [mounted, others] = [this.#parts.filter(isMounted), this.#parts.filter((part) => !isMounted(part))];
    const pod = make(mounted).then(() => this.#client.create(`${SHELLS}/pods`, renamed(anew(this.#pod))));
    await Promise.all([pod, make(others)]);
    await this.#client.create(`/api/v1/namespaces/${name}/serviceaccounts/learner/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3_600 },
    });
    while (!(await this.#isReady(name))) {
      if (performance.now() - began > READY_MS) throw new Error(`the pod ${name} made by hand is not ready`);
      await delay(LOOK_MS);
    }
    return performance.now() - began;
  }

  close(): void {
    this.#client.close();
  }

  async #isReady(name: string): Promise<boolean> {
    const { status } = await this.#client.get<Made>(`${SHELLS}/pods/${name}`);
    return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
  }
}

function isMounted({ path }: Part): boolean {
  return path === `${SHELLS}/secrets`;
}

/** The object as whoever makes it would write it. */
function anew(object: Made | undefined): object {
  const { metadata, spec, status: _status, ...rest } = object ?? { metadata: { name: "" } };
  const { name, labels, annotations } = metadata;
  const { nodeName: _node, ...own } = spec ?? {};
  return { ...rest, ...(spec === undefined ? {} : { spec: own }), metadata: { name, labels, annotations } };
}
