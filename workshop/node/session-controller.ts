import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { SessionResource } from "../common/session.js";
import type { KubernetesClient } from "./kubernetes-client.js";
import { SESSIONS_PATH } from "./session-crd.js";
import { removeNamespace } from "./session-namespace.js";
import { ownerOf } from "./session-provisioner.js";
import { endSession, watchSessions } from "./sessions.js";

export interface SessionControllerParts {
  client: KubernetesClient;
  policies?: Pick<PolicyAdministration, "deleteOrganization">;
  host: SessionHost;
  /** Told of every session at the start and of every change; `gone` where it has ended. */
  onSession?: (session: SessionResource, change: "changed" | "gone") => void;
  onError?: (error: unknown) => void;
}

/** How often the clock is looked at; a session lives at most this much longer than it should. */
const TICK_MS = 1000;
/** A failed session stays this long, so that its learner can read why. */
const FAILED_KEEP_MS = 5 * 60_000;
/** No session takes this long to be made: whoever made it has died. */
const PENDING_LIMIT_MS = 2 * 60_000;

/**
 * Ends sessions whose time is over, clears away failed ones, and removes homes and shells of those that are gone. Several servers may
 * run it on one cluster: each of its acts may be done twice. Resolves once the sessions are known; the returned function stops it.
 */
export async function startSessionController(parts: SessionControllerParts): Promise<() => void> {
  const stop = new AbortController();
  const report = (error: unknown): void => parts.onError?.(error);
  let current: ReadonlyMap<string, SessionResource> = new Map();
  await new Promise<void>((resolve, reject) => {
    const listener = {
      onChange: (items: ReadonlyMap<string, SessionResource>) => {
        current = items;
        resolve();
      },
      onItem: (type: string, session: SessionResource) => {
        parts.onSession?.(session, type === "DELETED" ? "gone" : "changed");
        if (type !== "DELETED") return;
        removeNamespace(parts.client, session).catch(report);
        parts.policies?.deleteOrganization(session.spec.organization, ownerOf(session)).catch(report);
        parts.host.close(session.metadata.name).catch(report);
      },
      onError: report,
    };
    watchSessions(parts.client, listener, stop.signal).catch(reject);
  });
  const timer = setInterval(() => {
    tick(parts, current, Date.now()).catch(report);
  }, TICK_MS);
  stop.signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return () => stop.abort();
}

async function tick(
  { client }: SessionControllerParts,
  sessions: ReadonlyMap<string, SessionResource>,
  now: number,
): Promise<void> {
  await Promise.all(
    [...sessions.values()].map(async (session) => {
      if (session.metadata.deletionTimestamp) return;
      if (isOver(session, now)) await endSession(client, session);
      else if (isAbandoned(session, now)) await fail(client, session);
    }),
  );
}

function isOver(session: SessionResource, now: number): boolean {
  if (session.status?.phase === "Failed") return ageOf(session, now) > FAILED_KEEP_MS;
  return Date.parse(session.spec.expiresAt) <= now;
}

function isAbandoned(session: SessionResource, now: number): boolean {
  return (session.status?.phase ?? "Pending") === "Pending" && ageOf(session, now) > PENDING_LIMIT_MS;
}

function ageOf(session: SessionResource, now: number): number {
  return now - new Date(session.metadata.creationTimestamp ?? now).getTime();
}

async function fail(client: KubernetesClient, session: SessionResource): Promise<void> {
  const reason = "The server stopped while it made this session. Start the lab again";
  await client.merge(`${SESSIONS_PATH}/${session.metadata.name}/status`, {
    status: { phase: "Failed", reason },
  });
  await removeNamespace(client, session);
}
