import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { SessionResource } from "../common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { Leadership } from "../../kubernetes/node/leader-election.js";
import { ClockJumps, type ClockJumpsParts } from "./clock-jumps.js";
import { type OwnClusters, leaveMachine } from "./session-cluster.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { removeNamespace } from "./session-namespace.js";
import { PROVISIONING_LIMIT_MS, ownerOf } from "./session-provisioner.js";
import { SessionQueue } from "./session-queue.js";
import { endSession, isOwn, releaseSession, watchSessions } from "./sessions.js";

export interface SessionControllerParts extends ClockJumpsParts {
  client: KubernetesClient;
  policies?: Pick<PolicyAdministration, "deleteOrganization">;
  host: SessionHost;
  /** Clusters that sessions have of their own; absent where they can have none. */
  ownClusters?: OwnClusters | undefined;
  /** Whether this one ends sessions, of several that are one server to the cluster; it does where absent. */
  leadership?: Pick<Leadership, "isLeader">;
  /** Whether this process is making the session: also where the cluster was away longer than that may take, it goes on. */
  isBeingMade?: (session: string) => boolean;
  /** Told of every own session at the start and of every change; `gone` where it has ended. */
  onSession?: (session: SessionResource, change: "changed" | "gone") => void;
  /** Lets go of what else is kept of a session that ends; asked again where it fails. */
  forget?: (session: string) => Promise<void>;
}

/** How often the clock is looked at; a session lives at most this much longer than it should. */
const TICK_MS = 1000;
/** Pause before an ending that failed is tried again. */
const RETRY_MS = 5_000;
/** A failed session stays this long, so that its learner can read why. */
const FAILED_KEEP_MS = 5 * 60_000;
/** Whoever makes a session gives up by itself before; then it has died. */
const ABANDONED_MS = PROVISIONING_LIMIT_MS + 30_000;

/**
 * Ends sessions whose time is over, clears away failed ones, and what ended ones had on this machine. Only a deletion ends a session:
 * that is somebody's decision, and the session's finalizer keeps it until it was carried out, also by a server that was dead when it was
 * made. A session that is merely not found keeps all it has. Several servers may run this on one cluster: each of its acts may be done
 * twice. Resolves once the sessions are known; the returned function stops it.
 */
export async function startSessionController(parts: SessionControllerParts): Promise<() => void> {
  const stop = new AbortController();
  const report = (error: unknown): void => parts.onError?.(error);
  const endings = new SessionEndings(parts);
  let current: ReadonlyMap<string, SessionResource> = new Map();
  await new Promise<void>((resolve, reject) => {
    const listener = {
      onChange: (items: ReadonlyMap<string, SessionResource>) => {
        current = items;
        resolve();
      },
      onItem: (type: string, session: SessionResource) => {
        if (!isOwn(session, parts.server)) return;
        parts.onSession?.(session, type === "DELETED" ? "gone" : "changed");
        if (session.metadata.deletionTimestamp && leads(parts)) endings.begin(session);
        if (type === "DELETED") endings.forget(session.metadata.name);
      },
      onError: report,
    };
    watchSessions(parts.client, listener, stop.signal).catch(reject);
  });
  const jumps = new ClockJumps(parts);
  const timer = setInterval(() => {
    jumps.look(current, leads(parts));
    if (leads(parts)) tick(parts, current, { endings, jumps }).catch(report);
  }, TICK_MS);
  stop.signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return () => stop.abort();
}

function leads({ leadership }: SessionControllerParts): boolean {
  return leadership?.isLeader ?? true;
}

/** Takes away what deleted sessions had, each once at a time and not all at once. */
class SessionEndings {
  readonly #parts: SessionControllerParts;
  readonly #notBefore = new Map<string, number>();
  readonly #queue = new SessionQueue();

  constructor(parts: SessionControllerParts) {
    this.#parts = parts;
  }

  begin(session: SessionResource): void {
    const { name } = session.metadata;
    if ((this.#notBefore.get(name) ?? 0) > performance.now()) return;
    this.#notBefore.set(name, Number.POSITIVE_INFINITY);
    const end = this.#queue.run(name, () => this.#end(session));
    // One that has ended is not ended again before the cluster says that it is gone.
    end.catch((error: unknown) => {
      this.#notBefore.set(name, performance.now() + RETRY_MS);
      this.#parts.onError?.(error);
    });
  }

  /** The cluster has the session no more. */
  forget(name: string): void {
    this.#notBefore.delete(name);
  }

  async #end(session: SessionResource): Promise<void> {
    const { client, policies, forget } = this.#parts;
    const { name } = session.metadata;
    const done = await Promise.allSettled([
      removeNamespace(client, session),
      policies?.deleteOrganization(session.spec.organization, ownerOf(session)),
      leaveMachine(name, this.#parts).then(() => forget?.(name)),
    ]);
    const failed = done.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    await releaseSession(client, name);
  }
}

async function tick(
  { client, server, isBeingMade }: SessionControllerParts,
  sessions: ReadonlyMap<string, SessionResource>,
  { endings, jumps }: { endings: SessionEndings; jumps: ClockJumps },
): Promise<void> {
  await Promise.all(
    [...sessions.values()].map(async (session) => {
      const now = jumps.nowFor(session);
      if (session.metadata.deletionTimestamp) {
        if (isOwn(session, server)) endings.begin(session);
      } else if (isOver(session, now)) await endSession(client, session);
      else if (isAbandoned(session, now) && isBeingMade?.(session.metadata.name) !== true)
        await fail(client, session);
    }),
  );
}

function isOver(session: SessionResource, now: number): boolean {
  if (session.status?.phase === "Failed") return ageOf(session, now) > FAILED_KEEP_MS;
  return Date.parse(session.spec.expiresAt) <= now;
}

/** Whether nobody makes it any more. One that waits for its turn is none: the server that was asked for it makes it when it is back. */
export function isAbandoned(session: SessionResource, now: number): boolean {
  const { status } = session;
  const isBegun = status?.phase === "Pending" && status.startedAt !== undefined;
  return isBegun && ageOf(session, now) > ABANDONED_MS;
}

/** Milliseconds since it was begun to make the session, or since it was asked for where it was not. */
function ageOf({ metadata, status }: SessionResource, now: number): number {
  return now - new Date(status?.startedAt ?? metadata.creationTimestamp ?? now).getTime();
}

async function fail(client: KubernetesClient, session: SessionResource): Promise<void> {
  const reason = "The server stopped while it made this session. Start the lab again";
  await client.merge(`${SESSIONS_PATH}/${session.metadata.name}/status`, {
    status: { phase: "Failed", reason },
  });
  await removeNamespace(client, session);
}
