import { Router } from "express";
import type { ScreensEvent } from "../../../workshop/common/instructor-api.js";
import { isAtLeast } from "../../../workshop/common/account-api.js";
import type { Access, OfEvent } from "../access.js";
import { openEventStream } from "../server-sent-events.js";
import type { ScreenWatch } from "../../workshop/screen-watch.js";
import type { SessionRow } from "../../workshop/instructor-table.js";
import type { Workshop } from "../../workshop/workshop.js";
import { isStillHelper } from "../still-helper.js";

/** What a browser may have left unread of a wall before the next look passes it over. */
const BEHIND_BYTES = 64 * 1024;

export interface ScreenRoutes {
  workshop: Pick<Workshop, "table">;
  access: Access;
  screens: ScreenWatch;
}

/** `api/instructor/screens`: what all terminals show, or those of an event, in one stream. */
export function createScreenRoutes({ workshop, access, screens }: ScreenRoutes): Router {
  const router = Router();
  router.get("/instructor/screens", (request, response) => {
    access.requireRole(request, "helper");
    const { event } = request.query;
    const stream = openEventStream<ScreensEvent>(response);
    const stop = screens.follow({
      sessions: () => {
        const roleIn = access.rolesOf(request);
        const isTheirs = (row: OfEvent) => isAtLeast(roleIn(row), "helper");
        return openedSessions(workshop, typeof event === "string" ? event : undefined)
          .filter(isTheirs)
          .map(({ id }) => id);
      },
      isBehind: () => response.writableLength > BEHIND_BYTES,
      tell: (change) => {
        if (isStillHelper(access, request)) stream.send(change);
        else stream.end();
      },
    });
    stream.signal.addEventListener("abort", stop, { once: true });
    if (stream.signal.aborted) stop();
  });
  return router;
}

function openedSessions({ table }: Pick<Workshop, "table">, event: string | undefined): SessionRow[] {
  return table.rows().filter((row) => row.phase === "Active" && (event === undefined || row.event === event));
}
