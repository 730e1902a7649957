import type { Owner, PolicyAdministration } from "../../policy/common/administration.js";
import type { HomeFile, SessionHost, SessionSpec } from "../../terminal/common/session-host.js";
import type { SessionPhase } from "../common/api.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab } from "../common/lab.js";
import { SESSION_API_VERSION, type SessionResource, hasOwnCluster } from "../common/session.js";
import { terminalsOf } from "../common/terminals.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { ProvisioningSteps } from "./provisioning-steps.js";
import { Trial } from "./provisioning-trial.js";
import { KUBECONFIG_PATH } from "./session-access.js";
import { leaveMachine, podsOf, requireCluster } from "./session-cluster.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { labFiles } from "./lab-files.js";
import { needsSetUp, setUpHome } from "./set-up-home.js";
import { type SessionSettings, reachedBy, shellOf } from "./session-environment.js";
import { limitPlace } from "./session-limits.js";
import { fillPlace, giveAccess, kubeconfigFor, leavePlace, takePlace } from "./session-place.js";
import { podSpecOf } from "./session-pod-spec.js";
import { shellLimitsOf } from "./session-shell-limits.js";
import { endSession, releaseSession } from "./sessions.js";
import { StatusWriter } from "./status-writer.js";
import { isClusterAway, repeatWhileAway } from "./while-away.js";

export interface ProvisionerParts {
  client: KubernetesClient;
  policies: PolicyAdministration;
  host: SessionHost;
  settings: SessionSettings;
  /** Milliseconds a session may take to be made; `PROVISIONING_LIMIT_MS` where absent. */
  limitMs?: number;
}

export interface ProvisionOptions {
  /** Told after every change of a step. */
  onProgress?: (session: SessionResource) => void;
  /** Told that there is nothing to do for it but to wait, for a node with room for example. */
  onWait?: () => void;
  /** Makes it `Ready` for whoever asks next: with all but access to the cluster, which `complete` gives. */
  isPooled?: boolean;
  /** Leaves it as it is, for another server to make: nothing more is begun, reported or undone. */
  signal?: AbortSignal;
}

/** Makes what a session consists of, in parallel where one thing does not need the other. */
export class SessionProvisioner {
  readonly #parts: ProvisionerParts;

  constructor(parts: ProvisionerParts) {
    this.#parts = parts;
  }

  /**
   * Brings a pending session to `Active`, or to `Ready` where it is to wait for somebody, also where the cluster or the session host is
   * away meanwhile. On failure its namespace, home and shells are removed, the session says `Failed` with the reason until the
   * controller clears it away, and SESSION_PROVISIONING_FAILED is thrown, or LAB_INVALID where the lab is at fault. Where it was the
   * cluster that held it up, or the failure cannot be written there, nothing is decided: what is thrown `isAway`, and it may be called
   * again.
   */
  async provision(
    session: SessionResource,
    lab: Lab,
    options: ProvisionOptions = {},
  ): Promise<SessionResource> {
    const startedAt = new Date().toISOString();
    const writer = new StatusWriter(this.#parts.client, session, options.signal);
    // What is still being made when its time is over reports nothing: a session that was taken away must not turn active.
    let isOver = false;
    const report = (phase: SessionPhase, reason?: string): SessionResource => {
      options.signal?.throwIfAborted();
      if (isOver && phase !== "Failed") throw new Error("The time to make this session is over");
      const status = { phase, startedAt, provisioning: steps.current, ...(reason ? { reason } : {}) };
      writer.write(status);
      const current = { ...session, status };
      options.onProgress?.(current);
      return current;
    };
    const steps = new ProvisioningSteps(() => report("Pending"), hasOwnCluster(session));
    const finish = async (): Promise<SessionResource> => {
      const made = report(options.isPooled ? "Ready" : "Active");
      await writer.flush();
      return made;
    };
    const trial = new Trial(async (signal, noteAway) => {
      // A cluster of its own that does not answer is no reason to wait: only what follows says whether the platform's does.
      const onAway = hasOwnCluster(session) ? undefined : noteAway;
      await repeatWhileAway(() => this.#runSteps(steps, session, lab, options), signal, onAway);
      return repeatWhileAway(finish, signal, onAway);
    });
    try {
      return await trial.within(this.#parts.limitMs ?? PROVISIONING_LIMIT_MS, steps);
    } catch (cause) {
      isOver = true;
      writer.drop();
      options.signal?.throwIfAborted();
      if (isClusterAway(cause)) throw cause;
      await this.#undo(session);
      const reason = cause instanceof Error ? cause.message : String(cause);
      report("Failed", reason);
      await writer.flush().catch((error: unknown) => {
        if (isClusterAway(error)) throw error;
      });
      throw new WorkshopError(
        isLabsFault(cause) ? WORKSHOP_ERRORS.labInvalid : WORKSHOP_ERRORS.sessionProvisioningFailed,
        `The session ${session.metadata.name} could not be made: ${reason}`,
        { cause },
      );
    }
  }

  /** Gives a session that was ready, and is somebody's now, its access to the cluster, and brings it to `Active`. A learner's time begins. */
  async complete(session: SessionResource): Promise<SessionResource> {
    const { client, host } = this.#parts;
    const { name } = session.metadata;
    const kubeconfig = await kubeconfigFor(session, this.#parts);
    await host.write(name, { path: KUBECONFIG_PATH, content: kubeconfig, mode: 0o600 });
    const opened = session.spec.startedBy === "learner" ? { openedAt: new Date().toISOString() } : {};
    const status = { phase: "Active", ...opened };
    return client.merge<SessionResource>(`${SESSIONS_PATH}/${name}/status`, { status });
  }

  /**
   * Gives an active session a side again whose pod is gone, with the lab's files and a new token where the home went with it. Throws
   * what `SessionHost.prepare` throws.
   */
  async restore(session: SessionResource, lab: Lab): Promise<void> {
    await this.#layOut(session, lab, await kubeconfigFor(session, this.#parts));
    if (needsSetUp(lab)) await setUpHome(session, lab, this.#parts);
  }

  /** Ends the session and removes what it had on this machine. */
  async end(session: SessionResource): Promise<void> {
    const { client, policies, host, settings } = this.#parts;
    const { name } = session.metadata;
    await Promise.all([
      endSession(client, session),
      policies.deleteOrganization(session.spec.organization, ownerOf(session)),
      leaveMachine(name, { host, ownClusters: settings.ownClusters }),
    ]);
    await releaseSession(client, name);
  }

  async #runSteps(
    steps: ProvisioningSteps,
    session: SessionResource,
    lab: Lab,
    { isPooled = false, onWait }: ProvisionOptions,
  ): Promise<void> {
    requireCluster(lab, this.#parts.settings);
    const place = takePlace(session, lab, this.#parts);
    const kubeconfig = steps.run("access", () =>
      place.then(() => giveAccess(session, this.#parts, isPooled)),
    );
    const waits = (why: string): void => {
      steps.note("files", why);
      onWait?.();
    };
    const files = steps.run("files", async () => this.#layOut(session, lab, await kubeconfig, waits));
    const limits = place.then(() =>
      limitPlace(session, lab, { client: this.#parts.client, after: kubeconfig }),
    );
    // The default account comes in the time that the limits take, and is not asked for in vain.
    const objects = steps.run("namespace", () => limits.then(() => fillPlace(session, lab, this.#parts)));
    await allDone([
      limits,
      objects,
      kubeconfig,
      ...(hasOwnCluster(session)
        ? []
        : [steps.run("policies", () => setUpPolicies(this.#parts.policies, session, lab))]),
      files,
      steps.run("terminal", async () => {
        // What the lab begins its shells with has the learner's token at hand.
        await Promise.all([files, limits]);
        // Programs that set the home up may ask the cluster for what the lab has there.
        if (needsSetUp(lab)) await objects.then(() => setUpHome(session, lab, this.#parts));
        await this.#openTerminals(session, lab);
      }),
    ]);
  }

  /** Makes the session's side with the lab's files. */
  async #layOut(
    session: SessionResource,
    lab: Lab,
    kubeconfig: string | undefined,
    onWait?: SessionSpec["onWait"],
  ): Promise<void> {
    const { host, settings } = this.#parts;
    await host.prepare(session.metadata.name, {
      files: homeFiles(lab, kubeconfig),
      reaches: reachedBy(lab, settings, session),
      limits: shellLimitsOf(lab),
      pods: podsOf(session, settings),
      pod: podSpecOf(session, lab),
      ...(onWait && { onWait }),
    });
  }

  async #openTerminals(session: SessionResource, lab: Lab): Promise<void> {
    const { host, ...surroundings } = this.#parts;
    const shell = shellOf(session, lab, surroundings);
    await Promise.all(
      terminalsOf(lab.layout).map((terminal) =>
        host.open({ session: session.metadata.name, terminal }, shell),
      ),
    );
  }

  async #undo(session: SessionResource): Promise<void> {
    const { client, host, settings } = this.#parts;
    await Promise.allSettled([
      leavePlace(session, client),
      leaveMachine(session.metadata.name, { host, ownClusters: settings.ownClusters }),
    ]);
  }
}

/** Makes the session's organization with what the lab names; what is there already stays. */
export async function setUpPolicies(
  policies: PolicyAdministration,
  session: SessionResource,
  lab: Pick<Lab, "workspaces">,
): Promise<void> {
  const { organization, namespace } = session.spec;
  const owner = ownerOf(session);
  await policies.createOrganization(organization, owner);
  await Promise.all([
    ...lab.workspaces.map((workspace) => policies.createWorkspace(organization, workspace, owner)),
    policies.registerCluster(organization, `${namespace}-cluster`, owner),
  ]);
}

/** What a home holds at first: the lab's files, and the kubeconfig where every tool looks for it. */
async function* homeFiles(lab: Lab, kubeconfig: string | undefined): AsyncIterable<HomeFile> {
  yield* labFiles(lab);
  if (kubeconfig !== undefined) yield { path: KUBECONFIG_PATH, content: kubeconfig, mode: 0o600 };
}

function isLabsFault(cause: unknown): boolean {
  return cause instanceof WorkshopError && cause.code === WORKSHOP_ERRORS.labInvalid;
}

/** The session as the owner of what others make for it. */
export function ownerOf(session: SessionResource): Owner {
  return {
    apiVersion: SESSION_API_VERSION,
    kind: "Session",
    name: session.metadata.name,
    uid: session.metadata.uid ?? "",
  };
}

/** No session takes this long to be made once that has begun: what holds it up holds up those that wait for their turn. */
export const PROVISIONING_LIMIT_MS = 2 * 60_000;

/** Waits for all, also where one fails, so that nothing is still being made while it is undone; then throws the first failure. */
async function allDone(work: Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(work);
  const failed = settled.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}
