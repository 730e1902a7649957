import type { Installation } from "../installation.js";
import { watchPage } from "./create-workshop.js";
import type { WorkshopParts } from "./create-workshop.js";
import { resumeSteps } from "./resume-sessions.js";
import { tellSession } from "./session-views.js";

/** Takes part in what other servers of the installation do: passes on what they write, and goes on with what dead ones have left. */
export function followServers(parts: WorkshopParts, { onLook }: Pick<Installation, "onLook">): void {
  const { cache, followers, table, activity, log } = parts;
  const tell = (session: string) =>
    void tellSession(parts, session).catch((error: unknown) =>
      log.error({ err: error, session }, "the followers of a session were not told"),
    );
  activity.onForeignChange((change) => {
    const sessions =
      change.of === "everything" ? cache.all().map(({ metadata }) => metadata.name) : [change.session];
    for (const session of sessions) {
      table.changed(session);
      if (change.of === "step") followers.tell(session, { type: "step", result: change.result });
      else if (change.of !== "forgotten") {
        watchPage(parts, session);
        tell(session);
      }
    }
  });
  onLook((hasChanged) => {
    if (hasChanged) for (const { metadata } of cache.all()) watchPage(parts, metadata.name);
    resumeSteps(parts).catch((error: unknown) =>
      log.warn({ err: error }, "steps of dead servers are not taken up; trying again"),
    );
  });
}
