import type { KubeConfig } from "@kubernetes/client-node";
import { KubeConfig as Config } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { learnerToken } from "./session-access.js";

/** Kubernetes gives no token for less than ten minutes. */
const TOKEN_SECONDS = 600;
/** A token is used while it is good for some minutes yet. */
const TOKEN_USED_MS = 5 * 60_000;
/** Nobody keeps a client for longer without asking for it again. */
const KEPT_MS = 5 * 60_000;

interface LearnersClient {
  config: KubeConfig;
  client: KubernetesClient;
  /** Until when its token is used. */
  until: number;
  askedAt: number;
  renewing?: Promise<void> | undefined;
}

/** Clients by which the server reads a session's namespace with its learner's own rights, and lends it none of its own. */
export class LearnerClients {
  readonly #platform: KubernetesClient;
  readonly #clients = new Map<string, LearnersClient>();

  constructor(platform: KubernetesClient) {
    this.#platform = platform;
  }

  /**
   * The namespace's client, whose token is good for five minutes at least; whoever keeps it for longer asks again before these are over, and
   * has the same one. Throws KubernetesError.
   */
  async of(namespace: string): Promise<KubernetesClient> {
    const known = this.#clients.get(namespace) ?? this.#add(namespace);
    known.askedAt = performance.now();
    if (known.until > known.askedAt) return known.client;
    known.renewing ??= this.#renew(namespace, known).finally(() => {
      known.renewing = undefined;
    });
    await known.renewing;
    this.#forgetUnused();
    return known.client;
  }

  close(): void {
    for (const { client } of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #add(namespace: string): LearnersClient {
    const config = new Config();
    const added = { config, client: new KubernetesClient(config), until: 0, askedAt: 0 };
    this.#clients.set(namespace, added);
    return added;
  }

  async #renew(namespace: string, entry: LearnersClient): Promise<void> {
    const token = await learnerToken(this.#platform, namespace, TOKEN_SECONDS);
    const cluster = this.#platform.config.getCurrentCluster();
    entry.config.loadFromOptions({
      clusters: cluster ? [cluster] : [],
      users: [{ name: "learner", token }],
      contexts: [{ name: "learner", cluster: cluster?.name ?? "", user: "learner", namespace }],
      currentContext: "learner",
    });
    entry.until = performance.now() + TOKEN_USED_MS;
  }

  #forgetUnused(): void {
    for (const [namespace, { client, askedAt, renewing }] of this.#clients) {
      if (askedAt + KEPT_MS > performance.now() || renewing !== undefined) continue;
      client.close();
      this.#clients.delete(namespace);
    }
  }
}
