import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { SessionView } from "../../workshop/common/api.js";
import { type SessionResource, labKeyOf, linkRevisionOf } from "../../workshop/common/session.js";
import type { Leadership } from "../../kubernetes/node/leader-election.js";
import { startSessionController } from "../../workshop/node/session-controller.js";
import type { SessionSettings } from "../../workshop/node/session-environment.js";
import { tellSession, viewOf } from "./session-views.js";
import type { WorkshopParts } from "./create-workshop.js";
import { sessionClock } from "../../workshop/node/session-clock.js";
import type { PeopleStore } from "../../workshop/node/people-store.js";

export interface SessionConnection extends Pick<
  WorkshopParts,
  | "labs"
  | "client"
  | "turns"
  | "cache"
  | "activity"
  | "provisioning"
  | "followers"
  | "table"
  | "tokens"
  | "log"
> {
  policies: PolicyAdministration;
  host: SessionHost;
  settings: SessionSettings;
  leadership: Leadership;
  people: Pick<PeopleStore, "moveKeptSeats">;
  /** Lets go of what browsers hold open of a session that is gone, or whose link was revoked. */
  letGo: (session: string) => void;
}

/** Keeps cache and followers in step with the cluster and the terminals; resolves when the sessions are known. */
export async function connectSessions(parts: SessionConnection): Promise<() => void> {
  const { cache, followers, host, log } = parts;
  const links = new LinkRevisions(parts.letGo);
  const stopChanges = cache.onChange((name) => {
    links.see(name, cache.get(name));
    parts.table.changed(name);
    tellSession(parts, name).catch((error: unknown) =>
      log.error({ err: error, session: name }, "the followers of a session were not told"),
    );
  });
  const stopEvents = host.onEvent((event) => {
    if (event.type !== "terminal-exited" && event.type !== "terminal-opened") return;
    const { session, terminal } = event.address;
    const told =
      event.type === "terminal-exited" && event.reason !== undefined ? { reason: event.reason } : {};
    followers.tell(session, { type: event.type, terminal, ...told });
  });
  // With the results, which are forgotten before the session is gone.
  const lastViews = new Map<string, Promise<SessionView>>();
  const keepLastView = async (name: string) => {
    const session = cache.get(name);
    if (!session || !parts.labs.has(labKeyOf(session.spec)) || lastViews.has(name)) return;
    const view = viewOf(parts, session);
    lastViews.set(name, view);
    await view;
  };
  const stopForeign = parts.activity.onForeignChange((change) => {
    if (change.of === "forgotten" && followers.hasAny(change.session))
      keepLastView(change.session).catch(() => lastViews.delete(change.session));
  });
  const stopController = await startSessionController({
    client: parts.client,
    policies: parts.policies,
    host,
    renewing: parts,
    onJump: async ({ ms }) => {
      log.warn({ ms }, "the clock has jumped; sessions and kept seats keep the time that they had left");
      await parts.people.moveKeptSeats(ms);
    },
    ownClusters: parts.settings.ownClusters,
    leadership: parts.leadership,
    ...(parts.settings.server === undefined ? {} : { server: parts.settings.server }),
    isBeingMade: (name) => cache.isMaking(name),
    onSession: (session, change) => {
      if (change === "gone") announceEnd(parts, session, lastViews);
      else cache.put(session);
    },
    forget: async (name) => {
      await keepLastView(name);
      await parts.activity.forget(name);
    },
    onError: (error) => log.warn({ err: error }, "looking after sessions failed; it goes on"),
  });
  return () => {
    stopController();
    stopForeign();
    stopEvents();
    stopChanges();
  };
}

/** Which link each session was last known by; whoever came in by an earlier one is let go of, however the change was heard of. */
class LinkRevisions {
  readonly #letGo: (session: string) => void;
  readonly #seen = new Map<string, number>();

  constructor(letGo: (session: string) => void) {
    this.#letGo = letGo;
  }

  see(name: string, session: SessionResource | undefined): void {
    if (session === undefined) return void this.#seen.delete(name);
    const [before, now] = [this.#seen.get(name), linkRevisionOf(session.spec)];
    this.#seen.set(name, now);
    if (before !== undefined && before < now) this.#letGo(name);
  }
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
  parts.letGo(name);
  parts.log.info({ session: name }, "session ended");
}

function endReason({ spec }: SessionResource): string {
  return Date.parse(spec.expiresAt) <= sessionClock.now() ? "Its time was over." : "It was ended.";
}
