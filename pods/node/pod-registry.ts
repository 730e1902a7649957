import { setTimeout as sleep } from "node:timers/promises";
import { apiServerAddresses } from "../../kubernetes/node/api-server-addresses.js";
import {
  type KubernetesClient,
  KubernetesError,
  isAlreadyThere,
} from "../../kubernetes/node/kubernetes-client.js";
import { TerminalError, terminalErrorCodes } from "../../terminal/common/errors.js";
import type { NetworkTarget } from "../../terminal/common/network-target.js";
import type { SessionPod, SessionSpec } from "../../terminal/common/session-host.js";
import { type AuthorityStore, ensureNamespace } from "./authority-store.js";
import {
  type PodEvent,
  type PodStatus,
  isOver,
  isRunning,
  isStuck,
  isUnplaced,
  problemOf,
} from "./pod-problem.js";
import { boundedLimits } from "../../terminal/common/session-limits.js";
import { POD_SESSION_LABEL, type PodSettings, SHELLS_NAMESPACE_LABEL } from "./pod-settings.js";
import { type PodWatch, SHELL_SELECTOR } from "./pod-watch.js";
import { objectNames, podOf } from "./session-pod.js";
import {
  NAMESPACE_ANNOTATION,
  RENEW_ANNOTATION,
  certificateData,
  certificateSecret,
  homeClaim,
  listedAddresses,
  networkPolicyOf,
} from "./shell-objects.js";

/** A node may have to be started for a pod, and an image to be pulled; a session has two minutes, and is to fail with what the cluster says. */
const READY_MS = 105_000;
/** More than the grace period and what a busy node needs besides. */
const GONE_MS = 60_000;
/** A controller makes the account of a new namespace within a tenth of a second. */
const ACCOUNT_MS = 30_000;
const ACCOUNT_LOOK_MS = 50;
/** Between looks for certificates that are past the middle of their life. */
const RENEW_MS = 10 * 60_000;
const NAMESPACE_LABELS = {
  [SHELLS_NAMESPACE_LABEL]: "true",
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
};

export interface PodRegistryOptions {
  client: KubernetesClient;
  pods: PodWatch;
  settings: PodSettings;
  authorities: AuthorityStore;
  /** One line for the log. */
  report: (line: string) => void;
  /** Milliseconds a pod has to run; 105,000 where absent. */
  readyMs?: number;
}

interface LabelledObjects {
  items: {
    metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  }[];
}

/** The pods of all sessions as the cluster has them, and everything that is made for each. */
export class PodRegistry {
  readonly #options: PodRegistryOptions;
  readonly #pods: PodWatch;

  constructor(options: PodRegistryOptions) {
    this.#options = options;
    this.#pods = options.pods;
  }

  /** Makes the namespace where there is none and begins to follow its pods. Throws KubernetesError. */
  async start(): Promise<void> {
    const { client, settings, report } = this.#options;
    await ensureNamespace(client, settings.namespace, NAMESPACE_LABELS);
    await this.#account();
    await this.#pods.start(client, settings.namespace, report);
    void this.#renewAll();
  }

  /** The sessions that were made and not removed, whether their pod runs or not. */
  async names(): Promise<string[]> {
    const { items } = await this.#options.client.get<LabelledObjects>(
      `${this.#path("secrets")}?${SHELL_SELECTOR}`,
    );
    return items.flatMap(({ metadata }) => metadata.labels?.[POD_SESSION_LABEL] ?? []);
  }

  /** Where the host of a session is. Throws TERMINAL_POD_GONE with what became of its pod, KubernetesError. */
  async address(session: string): Promise<{ ip: string; path: string }> {
    let pod = this.#pods.get(session);
    // One that another server has just made may not be known here yet, and must not be taken for lost.
    if (!isReachable(pod)) pod = await this.#read(session);
    if (isReachable(pod)) return { ip: pod.status.podIP, path: `${this.#path("pods")}/${pod.metadata.name}` };
    const why = pod ? problemOf(pod) : "there is none: it was never made, was deleted, or its node is gone";
    const message = `The pod of session ${session} does not run: ${why}.`;
    throw new TerminalError(terminalErrorCodes.podGone, message);
  }

  /**
   * Makes everything of a session anew and waits for its pod; says whether its home was there before. Throws TERMINAL_POD_NOT_READY
   * with the reason in words, KubernetesError.
   */
  async make(session: string, spec: SessionSpec, pod: SessionPod): Promise<{ hasOldHome: boolean }> {
    const { client, authorities } = this.#options;
    const settings = this.#settingsFor(spec);
    await this.#removePod(session);
    const certificate = await authorities.hostCertificate(session);
    const network = await this.#network(spec.reaches ?? []);
    const [hasOldHome] = await Promise.all([
      pod.persistentHome ? this.#makeHome(homeClaim(session, pod, settings)) : false,
      client.create(this.#path("secrets"), certificateSecret(session, certificate, pod, settings)),
      client.create(this.#networkPath, networkPolicyOf(session, network, pod, settings)),
    ]);
    await client.create(this.#path("pods"), podOf(session, pod, settings));
    await this.#ready(session, spec.onWait);
    return { hasOldHome };
  }

  /** What the cluster says of a pod whose host does not answer; `error` itself where it says nothing. */
  async unanswered(session: string, error: unknown): Promise<unknown> {
    const pod = this.#pods.get(session);
    if (pod && isRunning(pod)) return error;
    const why = pod ? problemOf(pod, await this.#events(session)) : "it was deleted";
    const message = `The pod of session ${session} does not run: ${why}.`;
    return new TerminalError(terminalErrorCodes.podNotReady, message, error);
  }

  /** Has the session's programs reach something else from now on. */
  async reach(session: string, reaches: readonly NetworkTarget[]): Promise<void> {
    const { client, settings } = this.#options;
    const path = `${this.#networkPath}/${objectNames(session).network}`;
    type Policy = ReturnType<typeof networkPolicyOf>;
    const [before, network] = await Promise.all([client.get<Policy>(path), this.#network(reaches)]);
    const [owner] = before.metadata.ownerReferences;
    const namespace = before.metadata.annotations[NAMESPACE_ANNOTATION];
    if (owner === undefined || namespace === undefined) return;
    const pod = { owner, namespace, persistentHome: false };
    await client.merge(path, { spec: networkPolicyOf(session, network, pod, settings).spec });
  }

  /** Takes everything of a session away; resolves when its pod is gone. Safe to call for one that has none. */
  async remove(session: string): Promise<void> {
    await this.#removePod(session);
    await this.#options.client.remove(`${this.#path("persistentvolumeclaims")}/${objectNames(session).home}`);
  }

  async #read(session: string): Promise<PodStatus | undefined> {
    try {
      return await this.#options.client.get<PodStatus>(`${this.#path("pods")}/${objectNames(session).pod}`);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Pods are refused until a new namespace has its service account. */
  async #account(): Promise<void> {
    const path = `${this.#path("serviceaccounts")}/default`;
    for (const deadline = performance.now() + ACCOUNT_MS; ; await sleep(ACCOUNT_LOOK_MS)) {
      try {
        await this.#options.client.get(path);
        return;
      } catch (error) {
        const isAwaited = error instanceof KubernetesError && error.status === 404;
        if (!isAwaited || performance.now() > deadline) throw error;
      }
    }
  }

  /** All but the home. */
  async #removePod(session: string): Promise<void> {
    const { client, settings } = this.#options;
    const names = objectNames(session);
    await Promise.all([
      client.remove(`${this.#path("pods")}/${names.pod}`),
      client.remove(`${this.#path("secrets")}/${names.certificate}`),
      client.remove(`${this.#networkPath}/${names.network}`),
    ]);
    const isGone = await this.#pods.until(GONE_MS, () => this.#pods.get(session) === undefined);
    if (isGone) return;
    const message = `The pod ${settings.namespace}/${names.pod} is not gone after ${GONE_MS / 1_000} s; its node may be lost: see "kubectl -n ${settings.namespace} get pod ${names.pod} -o wide".`;
    throw new TerminalError(terminalErrorCodes.podNotReady, message);
  }

  #settingsFor({ limits }: SessionSpec): PodSettings {
    const { settings } = this.#options;
    return { ...settings, limits: boundedLimits(settings.limits, limits) };
  }

  async #makeHome(claim: ReturnType<typeof homeClaim>): Promise<boolean> {
    try {
      await this.#options.client.create(this.#path("persistentvolumeclaims"), claim);
      return false;
    } catch (error) {
      if (isAlreadyThere(error)) return true;
      throw error;
    }
  }

  async #ready(session: string, onWait: SessionSpec["onWait"]): Promise<void> {
    let pod: PodStatus | undefined;
    let events: PodEvent[] = [];
    let hasToldWait = false;
    const isSettled = await this.#pods.until(this.#options.readyMs ?? READY_MS, async () => {
      pod = this.#pods.get(session);
      if (pod === undefined) return false;
      if (isRunning(pod) || isOver(pod)) return true;
      if (!hasToldWait && isUnplaced(pod)) {
        hasToldWait = true;
        onWait?.(problemOf(pod));
      }
      if (!isStuck(pod)) return false;
      events = await this.#events(session);
      return true;
    });
    if (pod && isSettled && isRunning(pod)) return;
    if (events.length === 0) events = await this.#events(session);
    const why = pod ? problemOf(pod, events) : "the cluster has not made it";
    const message = `The pod of session ${session} does not run: ${why}.`;
    throw new TerminalError(terminalErrorCodes.podNotReady, message);
  }

  /** What the cluster says of the pod and its home, oldest first; nothing where it may not be asked. */
  async #events(session: string): Promise<PodEvent[]> {
    const { pod, home } = objectNames(session);
    const of = async (name: string): Promise<PodEvent[]> => {
      const query = `fieldSelector=${encodeURIComponent(`involvedObject.name=${name}`)}`;
      return (await this.#options.client.get<{ items: PodEvent[] }>(`${this.#path("events")}?${query}`))
        .items;
    };
    return (await Promise.all([of(pod), of(home)]).catch(() => [])).flat();
  }

  async #network(reaches: readonly NetworkTarget[]) {
    const [apiServer, listed] = await Promise.all([
      apiServerAddresses(this.#options.client),
      listedAddresses(reaches),
    ]);
    return { apiServer, listed };
  }

  /** Replaces certificates in the middle of their life; the kubelet brings them to the hosts, which read them again. */
  async #renewAll(): Promise<void> {
    const { signal } = this.#pods;
    while (!signal.aborted) {
      await this.#renew().catch((error: unknown) =>
        this.#options.report(`certificates of sessions could not be renewed: ${String(error)}`),
      );
      await sleep(RENEW_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #renew(): Promise<void> {
    const { client, authorities } = this.#options;
    const { items } = await client.get<LabelledObjects>(`${this.#path("secrets")}?${SHELL_SELECTOR}`);
    for (const { metadata } of items) {
      const session = metadata.labels?.[POD_SESSION_LABEL];
      if (session === undefined || Date.parse(metadata.annotations?.[RENEW_ANNOTATION] ?? "") > Date.now())
        continue;
      const { pair, ca, renewAt } = await authorities.hostCertificate(session);
      await client.merge(`${this.#path("secrets")}/${metadata.name}`, {
        metadata: { annotations: { [RENEW_ANNOTATION]: new Date(renewAt).toISOString() } },
        data: certificateData(pair, ca),
      });
    }
  }

  get #networkPath(): string {
    return `/apis/networking.k8s.io/v1/namespaces/${this.#options.settings.namespace}/networkpolicies`;
  }

  #path(resource: string): string {
    return `/api/v1/namespaces/${this.#options.settings.namespace}/${resource}`;
  }
}

function isReachable(pod: PodStatus | undefined): pod is PodStatus & { status: { podIP: string } } {
  return pod?.status?.podIP !== undefined && !isOver(pod);
}
