import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { SessionView } from "../../workshop/common/api.js";
import { type SessionResource, labKeyOf } from "../../workshop/common/session.js";
import { startSessionController } from "../../workshop/node/session-controller.js";
import type { SessionSettings } from "../../workshop/node/session-environment.js";
import { tellSession, viewOf } from "./session-views.js";
import type { WorkshopParts } from "./create-workshop.js";

export interface SessionConnection extends Pick<
  WorkshopParts,
  "labs" | "client" | "cache" | "activity" | "provisioning" | "followers" | "table" | "log"
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
    if (event.type !== "terminal-exited" && event.type !== "terminal-opened") return;
    followers.tell(event.address.session, { type: event.type, terminal: event.address.terminal });
  });
  // With the results, which are forgotten before the session is gone.
  const lastViews = new Map<string, Promise<SessionView>>();
  const stopController = await startSessionController({
    client: parts.client,
    policies: parts.policies,
    host,
    ...(parts.settings.server === undefined ? {} : { server: parts.settings.server }),
    onSession: (session, change) => {
      if (change === "gone") announceEnd(parts, session, lastViews);
      else cache.put(session);
    },
    forget: async (name) => {
      const session = cache.get(name);
      if (session && parts.labs.has(labKeyOf(session.spec)) && !lastViews.has(name)) {
        const view = viewOf(parts, session);
        lastViews.set(name, view);
        await view;
      }
      await parts.activity.forget(name);
    },
    onError: (error) => log.warn({ err: error }, "looking after sessions failed; it goes on"),
  });
  return () => {
    stopController();
    stopEvents();
    stopChanges();
  };
}

/** The last thing a page hears of its session is that it has ended, with what it had reached. */
function announceEnd(
  parts: SessionConnection,
  session: SessionResource,
  lastViews: Map<string, Promise<SessionView>>,
): void {
  const { name } = session.metadata;
  if (parts.labs.has(labKeyOf(session.spec)) && parts.followers.hasAny(name)) {
    const reason = session.status?.phase === "Failed" ? session.status.reason : endReason(session);
    const tell = (view: SessionView): void =>
      parts.followers.tell(name, {
        type: "session",
        session: { ...view, phase: "Ended", ...(reason === undefined ? {} : { reason }) },
      });
    const lost = (error: unknown) =>
      parts.log.error({ err: error, session: name }, "the followers of a session were not told of its end");
    (lastViews.get(name) ?? viewOf(parts, session)).then(tell, lost);
  }
  lastViews.delete(name);
  parts.cache.remove(name);
  parts.onGone(name);
  parts.log.info({ session: name }, "session ended");
}

function endReason({ spec }: SessionResource): string {
  return Date.parse(spec.expiresAt) <= Date.now() ? "Its time was over." : "It was ended.";
}
