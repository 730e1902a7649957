import { setMaxListeners } from "node:events";

import { withDeadline } from "../../../kubernetes/node/deadline.js";
import { KubernetesClient, KubernetesError } from "../../../kubernetes/node/kubernetes-client.js";
import { startAudit } from "../audit/start-audit.js";
import { bringIntoForce, bringNamespaceIntoForce } from "../bring-into-force.js";
import { toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import { unwrittenWatch } from "../history/unwritten-watch.js";
import { keepWatching } from "../keep-watching.js";
import type { ManagedClusterObject } from "../records.js";
import { createWorkQueue } from "../work-queue.js";
import { Alarm } from "./alarm.js";
import { engineWatches, namespaceWatches } from "./member-watches.js";
import { bringMemberUp, clusterUid } from "./install-member.js";
import { MemberLease } from "./member-lease.js";
import { memberContext } from "./on-cluster.js";
import { MemberStatus } from "./member-status.js";
import { readWanted } from "./sync-state.js";

/** How often a member is asked whether it is there. */
const LOOK_EVERY_MS = 5000;

/** An API server that is there answers this within milliseconds. */
const LOOK_DEADLINE_MS = 5000;

/** What failed is tried again after the first, then after twice as long up to the second. */
const RETRY_MS = 500;
const MAX_RETRY_MS = 5000;

/** Catches what a broken watch missed. */
const RESYNC_EVERY_MS = 60_000;

/** What a controller needs of the home cluster. */
export interface MemberControllerOptions {
  home: PolicyContext;
  cluster: ManagedClusterObject;
  /** Whether another server keeps it at this moment. */
  isKept: () => Promise<boolean>;
  /** Of the Lectern that runs it. */
  version?: string;
  signal: AbortSignal;
}

/**
 * Keeps one member in step with the policies of its organization, and writes down how far it is. It has connections, watches and a queue of its own, so
 * that a member that is away or slow holds up nothing but itself. What was in force there stays so until another version is.
 */
export class MemberController {
  readonly #options: MemberControllerOptions;
  readonly #alarm = new Alarm();
  /** Of the engine's objects, by name, as we know them to be right. */
  readonly #engine = new Map<string, number>();
  readonly #lease: MemberLease;
  readonly #status: MemberStatus;
  #context: PolicyContext | undefined;
  /** Ends what was opened with the kubeconfig of now. */
  #opened = new AbortController();
  #home = "";
  #isEngineSure = false;
  #isDrifted = false;
  #calls: KubernetesClient | undefined;
  #isDirty = true;
  /** In this turn. */
  #hasAnswered = false;
  #syncedAt = 0;
  #failures = 0;
  /** Attached namespaces there are now. */
  #namespaces = 0;

  constructor(options: MemberControllerOptions) {
    setMaxListeners(0, options.signal);
    this.#options = options;
    this.#status = new MemberStatus(options.home, options.cluster, () => (this.#isDirty = true));
    this.#lease = new MemberLease(options.cluster.spec.organization, options.home.members.leaseMs);
  }

  /** The member, once it was opened. */
  get context(): PolicyContext | undefined {
    return this.#context;
  }

  /** Policies or exceptions were changed. */
  policiesChanged(): void {
    this.#isDirty = true;
    this.#alarm.ring();
  }

  /** How far the member is was written down, perhaps by a server that kept it before and did not know that it does no more. */
  async statusSeen(cluster: ManagedClusterObject): Promise<void> {
    if (await this.#status.takeOver(cluster)) this.policiesChanged();
  }

  /** Runs until the signal fires. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      await this.#alarm.wait(await this.#turn(), signal);
    }
  }

  /** Looks at the member and does what is to do; resolves to how long until the next time. */
  async #turn(): Promise<number> {
    this.#hasAnswered = false;
    try {
      if (await this.#options.isKept()) return LOOK_EVERY_MS;
      const context = await this.#contextNow();
      const kubernetesVersion = await this.#ask(context);
      this.#hasAnswered = true;
      // What a connection of before has missed it does not tell; a watch without a word would be waited for.
      if (this.#status.now?.state === "Unreachable" && this.#failures > 0) this.#calls?.close();
      const isOld = performance.now() - this.#syncedAt > RESYNC_EVERY_MS;
      if (!this.#isEngineSure || isOld) await this.#bringUp(context, kubernetesVersion);
      if (this.#isDirty) await this.#sync(context, kubernetesVersion);
      else if (this.#status.now?.state === "InForce") await this.#renewLease(context);
      this.#failures = 0;
      return Math.min(LOOK_EVERY_MS, this.#lease.renewEveryMs);
    } catch (error) {
      if (!this.#options.signal.aborted) await this.#failed(error);
      return Math.min(RETRY_MS * 2 ** this.#failures++, MAX_RETRY_MS);
    }
  }

  /** Opens it anew where it failed and has another kubeconfig since: credentials run out. */
  async #contextNow(): Promise<PolicyContext> {
    const { home, cluster } = this.#options;
    if (this.#context && this.#failures > 0) {
      const client = await home.members.open(cluster);
      if (client !== this.#context.client) {
        this.#opened.abort();
        this.#context = undefined;
        this.#calls = undefined;
        this.#isEngineSure = false;
      }
    }
    return (this.#context ??= await this.#open());
  }

  async #open(): Promise<PolicyContext> {
    const { home, cluster } = this.#options;
    this.#opened = new AbortController();
    const { signal } = this.#opened;
    setMaxListeners(0, signal);
    this.#options.signal.addEventListener("abort", () => this.#opened.abort(), { once: true });
    this.#home = await clusterUid(home.client);
    const context = await memberContext(home, cluster);
    const calls = new KubernetesClient(context.client.kubeConfig);
    this.#calls = calls;
    signal.addEventListener("abort", () => calls.close(), { once: true });
    const { logger } = home;
    const queue = createWorkQueue({ logger, signal });
    const audit = startAudit(context, { logger, signal });
    const repair = (namespace: string) =>
      queue.add(`namespace/${namespace}`, () =>
        bringNamespaceIntoForce(context, namespace).then(
          () => this.#recount(),
          (error: unknown) => {
            this.policiesChanged();
            throw error;
          },
        ),
      );
    const counted = (namespaces: number) => {
      const isFewer = namespaces < this.#namespaces;
      this.#namespaces = namespaces;
      // One more counts once the policies are in force in it.
      if (isFewer) void this.#recount();
    };
    const watches = [
      ...namespaceWatches(cluster.spec.organization, { repair, audit, counted }),
      ...engineWatches((name, generation) => this.#engineSeen(name, generation)),
      ...audit.watches,
      unwrittenWatch(context, queue),
    ];
    // Of one that is known to be away every watch breaks off again and again.
    const onLost = () => (this.#failures === 0 ? this.#alarm.ring() : undefined);
    for (const watch of watches) void keepWatching(calls, watch, { signal, onLost });
    return context;
  }

  async #ask({ client }: PolicyContext): Promise<string> {
    const calls = (this.#calls ??= new KubernetesClient(client.kubeConfig));
    try {
      const { gitVersion } = await withDeadline(LOOK_DEADLINE_MS, this.#options.signal, (ending) =>
        calls.get<{ gitVersion: string }>("/version", ending),
      );
      return gitVersion;
    } catch (error) {
      throw unanswered(error, client.kubeConfig.getCurrentCluster()?.server ?? "");
    }
  }

  /** Tells a member that went away from a home cluster that did: both are asked in one turn, and fail alike. */
  async #answersStill(): Promise<boolean> {
    const context = this.#context;
    return this.#hasAnswered && context !== undefined && this.#ask(context).then(Boolean, () => false);
  }

  async #bringUp(context: PolicyContext, kubernetesVersion: string): Promise<void> {
    const { cluster, version, signal } = this.#options;
    const state = this.#status.now?.state;
    // Where all is as it was when it was last looked at, looking again is no news; and what is behind is so until it is in force.
    if (state !== "Behind" && (state !== "InForce" || this.#isDrifted))
      await this.#status.write({ state: "Syncing", kubernetesVersion });
    this.#isDrifted = false;
    this.#isDirty = true;
    this.#isEngineSure = true;
    this.#lease.forget();
    this.#engine.clear();
    const uid = cluster.spec.member?.uid ?? "";
    try {
      await bringMemberUp(context.client, {
        home: this.#home,
        uid,
        signal,
        ...(version !== undefined && { version }),
      });
    } catch (error) {
      this.#isEngineSure = false;
      throw error;
    }
  }

  async #sync(context: PolicyContext, kubernetesVersion: string): Promise<void> {
    this.#isDirty = false;
    try {
      const { cluster, signal } = this.#options;
      const { organization } = cluster.spec;
      const renew = await this.#lease.begin(context.client);
      const wanted = await readWanted(this.#options.home, organization);
      const namespaces = await bringIntoForce(context, { organization }, { isThorough: true, signal });
      this.#syncedAt = performance.now();
      // What was changed meanwhile is brought into force by the next turn, which begins at once.
      if (this.#isDirty) return;
      await renew?.();
      await this.#status.write({
        state: "InForce",
        ...wanted,
        namespaces: namespaces.length,
        kubernetesVersion,
      });
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }

  /** Of a member that is in step, where nothing was changed. */
  async #renewLease({ client }: PolicyContext): Promise<void> {
    const renew = await this.#lease.begin(client);
    if (!renew) return;
    const { digest } = await readWanted(this.#options.home, this.#options.cluster.spec.organization);
    if (digest !== this.#status.now?.digest) this.policiesChanged();
    if (!this.#isDirty) await renew();
  }

  /** The engine is put right wherever one of its objects is not as it was when it last was. */
  #engineSeen(name: string, generation: number | undefined): void {
    const known = this.#engine.get(name);
    if (generation === undefined) this.#engine.delete(name);
    else this.#engine.set(name, generation);
    if (generation !== undefined && (known === undefined || known === generation)) return;
    this.#isEngineSure = false;
    this.#isDrifted = true;
    this.#alarm.ring();
  }

  async #failed(error: unknown): Promise<void> {
    const { code, message } = toPolicyError(error);
    const isAway = code === POLICY_ERROR.clusterUnreachable && !(await this.#answersStill());
    // Whatever it missed while it was away is looked at before it counts as in force again.
    if (isAway || this.#status.now?.state === "Syncing") this.#isEngineSure = false;
    this.#isDirty = true;
    const { admitsUntil } = this.#lease;
    await this.#status.write({
      state: isAway ? "Unreachable" : "Behind",
      message,
      ...(admitsUntil !== undefined && { admitsUntil }),
    });
  }

  /** A namespace came or went, which is news where all of them are in force. */
  #recount(): Promise<void> {
    return this.#status.write(({ state } = { state: "Syncing", since: "" }) =>
      state === "InForce" ? { state, namespaces: this.#namespaces } : undefined,
    );
  }
}

/** Why a member did not say how it is: it refused, or it is not there. */
function unanswered(error: unknown, server: string): PolicyError {
  if (error instanceof KubernetesError && error.status !== 0) {
    const message = `The cluster refused with ${String(error.status)} ${error.reason}: ${error.message}`;
    return new PolicyError(POLICY_ERROR.clusterRefused, message, { cause: error });
  }
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = root instanceof Error ? root.message : String(root);
  const message = `The API server at ${server} does not answer: ${why}.`;
  return new PolicyError(POLICY_ERROR.clusterUnreachable, message, { cause: error });
}
