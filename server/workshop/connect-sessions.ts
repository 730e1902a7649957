import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { SessionView } from "../../workshop/common/api.js";
import { SERVER_LABEL } from "../../workshop/common/session.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { startSessionController } from "../../workshop/node/session-controller.js";
import type { SessionSettings } from "../../workshop/node/session-environment.js";
import { tellSession, viewOf } from "./session-views.js";
import type { WorkshopParts } from "./create-workshop.js";

export interface SessionConnection extends Pick<
  WorkshopParts,
  "labs" | "client" | "cache" | "activity" | "followers" | "table" | "log"
> {
  policies: PolicyAdministration;
  host: SessionHost;
  settings: SessionSettings;
  /** Lets go of what a browser still holds of a session that is gone. */
  onGone(session: string): void;
}

/** Keeps cache and followers in step with the cluster and the terminals; resolves when the sessions are known. */
export async function connectSessions(parts: SessionConnection): Promise<() => void> {
  const { cache, followers, host, log } = parts;
  const stopChanges = cache.onChange((name) => {
    parts.table.changed(name);
    tellSession(parts, name).catch((error: unknown) =>
      log.error({ err: error, session: name }, "the followers of a session were not told"),
    );
  });
  const stopEvents = host.onEvent((event) => {
    if (event.type !== "terminal-exited") return;
    followers.tell(event.address.session, { type: "terminal-exited", terminal: event.address.terminal });
  });
  const stopController = await startSessionController({
    client: parts.client,
    policies: parts.policies,
    host,
    onSession: (session, change) => {
      // Its home and its shells are with the server that made it.
      if (!isOwn(session, parts.settings)) return;
      if (change === "gone") void forget(parts, session);
      else cache.put(session);
    },
    onError: (error) => log.warn({ err: error }, "looking after sessions failed; it goes on"),
  });
  return () => {
    stopController();
    stopEvents();
    stopChanges();
  };
}

/** Whether this server looks after the session, of several on one cluster; one without a mark is older than the mark. */
function isOwn({ metadata }: SessionResource, { server }: SessionSettings): boolean {
  return (metadata.labels?.[SERVER_LABEL] ?? server) === server;
}

/** The last thing a page hears of its session is that it has ended, with what it had reached. */
async function forget(parts: SessionConnection, session: SessionResource): Promise<void> {
  const { name } = session.metadata;
  const { log } = parts;
  parts.cache.remove(name);
  parts.onGone(name);
  log.info({ session: name }, "session ended");
  try {
    if (parts.followers.hasAny(name) && parts.labs.has(session.spec.lab))
      parts.followers.tell(name, { type: "session", session: await lastView(parts, session) });
    await parts.activity.forget(name);
  } catch (error) {
    log.error({ err: error, session: name }, "activity not forgotten");
  }
}

async function lastView(parts: SessionConnection, session: SessionResource): Promise<SessionView> {
  const reason = session.status?.phase === "Failed" ? session.status.reason : endReason(session);
  const view = await viewOf(parts, session);
  return { ...view, phase: "Ended", ...(reason === undefined ? {} : { reason }) };
}

function endReason({ spec }: SessionResource): string {
  return Date.parse(spec.expiresAt) <= Date.now() ? "Its time was over." : "It was ended.";
}
