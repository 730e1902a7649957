import { setTimeout as sleep } from "node:timers/promises";

import type { KubeConfig, V1ObjectMeta, V1Secret } from "@kubernetes/client-node";

import { ORGANIZATION_LABEL } from "../../common/engine-names.js";
import {
  type ClusterClient,
  createClusterClient,
  isConflict,
  orUndefined,
  toPolicyError,
} from "../cluster-client.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import { ENGINE_NAMESPACE } from "../engine-namespace.js";
import { KnownParameters } from "../known-parameters.js";
import type { ManagedClusterObject } from "../records.js";
import { readMemberKubeconfig } from "./member-kubeconfig.js";

/** What a server knows of who keeps the clusters that the operator gives. */
export interface MemberStanding {
  /** Whether a server that has the kubeconfig of this name keeps its clusters in step now; true where that cannot be told. Never rejects. */
  isKept(operator: string): Promise<boolean>;
}

/** What the operator says of further clusters. */
export interface MemberOptions {
  /** Clusters the operator gives, by the name organizations attach them under. */
  given?: ReadonlyMap<string, KubeConfig>;
  /** Addresses of API servers that organizations may attach by kubeconfigs of their own: `HOST`, `HOST:PORT` or `any`. */
  allowed?: readonly string[];
  /** How long a further cluster admits pods to attached namespaces after it was last known to be in step; for ever where it is absent. */
  leaseMs?: number;
}

const KUBECONFIG_KEY = "kubeconfig";

/** On the Secret: the uid of the object of the member. */
const MEMBER_UID = "policy.lectern.dev/member-uid";

/** Clocks of two machines differ by seconds. */
const NEW_MS = 30_000;
const SECRET_LOOKS = 12;
const SECRET_LOOK_MS = 250;

/** Of organizations that ended nobody tells every server. */
const MAX_OPENED = 250;

interface Opened {
  version: string;
  client: Promise<ClusterClient>;
}

/** Opens the member clusters by what is kept of them: in a Secret of the home cluster, or with the operator. */
export class MemberClients {
  readonly given: ReadonlyMap<string, KubeConfig>;
  readonly allowed: readonly string[];
  readonly leaseMs: number | undefined;
  readonly #home: ClusterClient;
  readonly #opened = new Map<string, Opened>();

  constructor(home: ClusterClient, { given = new Map(), allowed = [], leaseMs }: MemberOptions) {
    this.#home = home;
    this.given = given;
    this.allowed = allowed;
    this.leaseMs = leaseMs;
  }

  /** The clients of a member; asks it nothing. Throws POLICY_CLUSTER_UNREACHABLE where its kubeconfig is not there. */
  async open({ metadata, spec }: ManagedClusterObject): Promise<ClusterClient> {
    const { operator } = spec.member ?? {};
    const name = metadata.name ?? "";
    const kept =
      operator === undefined ? await this.#readSoon(metadata) : { version: "given", text: undefined };
    const opened = this.#opened.get(name);
    const version = `${metadata.uid ?? ""}/${kept.version}`;
    if (opened?.version === version) return opened.client;
    const kubeConfig =
      kept.text === undefined
        ? this.#givenBy(operator ?? "", spec.name)
        : await readMemberKubeconfig(kept.text);
    // Nobody waits for the parameters of members, of which there may be hundreds.
    const client = createClusterClient(kubeConfig, { parameters: new KnownParameters(0) });
    // The one opened last is the last of the map.
    this.#opened.delete(name);
    this.#opened.set(name, { version, client });
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > MAX_OPENED && oldest !== undefined) this.#opened.delete(oldest);
    return client;
  }

  /**
   * Keeps the kubeconfig of a member until it is forgotten. The object of the member is no owner of it by which the garbage collector would go: where an
   * organization is deleted in the foreground that takes away first what is owned, and the engine could not be taken out of the cluster any more.
   */
  async keep(name: string, text: string, { organization, uid }: { organization: string; uid: string }) {
    const metadata = {
      name: secretName(name),
      namespace: ENGINE_NAMESPACE,
      labels: { [ORGANIZATION_LABEL]: organization },
      annotations: { [MEMBER_UID]: uid },
    };
    try {
      await orUndefined(this.#home.core.deleteNamespacedSecret({ ...secretAt(name) }));
      await this.#home.core.createNamespacedSecret({
        namespace: ENGINE_NAMESPACE,
        body: { metadata, type: "Opaque", stringData: { [KUBECONFIG_KEY]: text } },
      });
    } catch (error) {
      throw toPolicyError(error);
    }
  }

  /** Forgets the kubeconfig of a member; that of another one which was attached under its name since stays. */
  async forget({ name = "", uid = "" }: { name?: string; uid?: string }): Promise<void> {
    if (this.#opened.get(name)?.version.startsWith(`${uid}/`)) this.#opened.delete(name);
    const secret = await orUndefined(this.#home.core.readNamespacedSecret(secretAt(name)));
    if (secret === undefined || !isOf(secret, uid)) return;
    const own = secret.metadata?.uid;
    const body = { ...(own !== undefined && { preconditions: { uid: own } }) };
    const deleting = orUndefined(this.#home.core.deleteNamespacedSecret({ ...secretAt(name), body }));
    await deleting.catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
  }

  /** Lets the garbage collector leave one that was kept when the object of the member owned it. */
  async hold({ name = "", uid = "" }: V1ObjectMeta): Promise<void> {
    const { core, mergePatch } = this.#home;
    const secret = await orUndefined(core.readNamespacedSecret(secretAt(name)));
    if (!secret?.metadata?.ownerReferences || !isOf(secret, uid)) return;
    const body = { metadata: { ownerReferences: null, annotations: { [MEMBER_UID]: uid } } };
    await orUndefined(core.patchNamespacedSecret({ ...secretAt(name), body }, mergePatch));
  }

  /** The Secret follows the object of its member: of a new one it may come in a moment. */
  async #readSoon({
    name = "",
    creationTimestamp,
  }: V1ObjectMeta): Promise<{ version: string; text: string }> {
    const age = Date.now() - new Date(creationTimestamp ?? 0).getTime();
    for (let left = age < NEW_MS ? SECRET_LOOKS : 0; ; left--) {
      try {
        return await this.#read(name);
      } catch (error) {
        if (left <= 0) throw error;
        await sleep(SECRET_LOOK_MS, undefined, { ref: false });
      }
    }
  }

  async #read(name: string): Promise<{ version: string; text: string }> {
    const secret = await orUndefined(this.#home.core.readNamespacedSecret(secretAt(name)));
    const data = secret?.data?.[KUBECONFIG_KEY];
    if (data === undefined)
      throw unopened(
        `Its kubeconfig, the Secret ${secretName(name)} in namespace ${ENGINE_NAMESPACE}, is not there; detach the cluster and attach it again.`,
      );
    return {
      version: secret?.metadata?.resourceVersion ?? "",
      text: Buffer.from(data, "base64").toString("utf8"),
    };
  }

  #givenBy(operator: string, cluster: string): KubeConfig {
    const found = this.given.get(operator);
    if (found) return found;
    throw unopened(
      `The cluster ${cluster} is one that the operator gives, and the Lectern that leads the fleet was started without --member ${operator}=FILE; start each with it.`,
    );
  }
}

/** Whether it is the kubeconfig of the member whose object has the uid; those of before name it as their owner. */
function isOf({ metadata }: V1Secret, uid: string): boolean {
  const owners = metadata?.ownerReferences ?? [];
  return metadata?.annotations?.[MEMBER_UID] === uid || owners.some((owner) => owner.uid === uid);
}

function secretName(name: string): string {
  return `member-${name}`;
}

function secretAt(name: string) {
  return { namespace: ENGINE_NAMESPACE, name: secretName(name) };
}

function unopened(message: string): PolicyError {
  return new PolicyError(POLICY_ERROR.clusterUnreachable, message);
}
