import type { SessionView } from "../../workshop/common/api.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import type { Lab } from "../../workshop/common/lab.js";
import { type SessionResource, openedAtOf } from "../../workshop/common/session.js";
import { changeSession } from "../../workshop/node/change-session.js";
import { waitingSteps } from "../../workshop/node/provisioning-steps.js";
import { extendSession, pauseSession, shortenSession } from "../../workshop/node/session-time.js";
import { extensionOf } from "../../workshop/node/session-view.js";
import { openSession, revokeLink } from "../../workshop/node/sessions.js";
import type { WorkshopParts } from "./create-workshop.js";
import { findSession, type Found, requireActive } from "./found-session.js";
import { briefView, viewOf } from "./session-views.js";
import type { Workshop } from "./workshop.js";

type SessionChanges = Pick<
  Workshop,
  "change" | "extendSession" | "openSession" | "pauseSession" | "revokeLink" | "shortenSession"
>;

/** What is changed of a session that goes on: its time, its first opening, its link. */
export function sessionChanges(parts: WorkshopParts): SessionChanges {
  const { client } = parts;
  const found = (id: string) => findSession(parts, id);
  const active = (id: string) => requireActive(found(id));
  return {
    openSession: (id) => open(parts, found(id).session),
    revokeLink: async (id) => changed(parts, found(id), await revokeLink(client, id)),
    change: async (id, change) => changed(parts, active(id), await changeSession(client, id, change)),
    extendSession: (id, minutes, order) => extend(parts, active(id), minutes, order),
    pauseSession: async (id, until) => changed(parts, active(id), await pauseSession(parts, id, until)),
    shortenSession: async (id, minutes) =>
      changed(parts, active(id), await shortenSession(parts, id, minutes)),
  };
}

async function open(parts: WorkshopParts, session: SessionResource): Promise<void> {
  const { cache } = parts;
  if (openedAtOf(session) !== undefined) return;
  const opened = await openSession(parts, session.metadata.name);
  // Only what is new: the answer may carry an older status than this process knows.
  const known = session.status ?? { phase: "Pending", provisioning: waitingSteps() };
  const { openedAt = new Date().toISOString() } = opened.status ?? {};
  cache.put({ ...opened, status: { ...known, openedAt } });
}

async function extend(
  parts: WorkshopParts,
  { session, lab }: Found,
  minutes: number | undefined,
  order: string | undefined,
): Promise<SessionView> {
  const { name } = session.metadata;
  const extended = await extendSession(parts, name, {
    minutes: minutes ?? extensionOf(lab),
    order,
    check: (current) => {
      if (minutes === undefined && !briefView(parts, current).canExtend) throw cannotExtend(lab);
    },
  });
  return changed(parts, { session }, extended);
}

/** Takes in what the cluster answered to a change of the spec, which may carry an older status than this process knows. */
function changed(
  parts: WorkshopParts,
  { session: { status } }: Pick<Found, "session">,
  answer: SessionResource,
): Promise<SessionView> {
  const { openedAt } = answer.status ?? {};
  const known = status && { ...status, ...(openedAt === undefined ? {} : { openedAt }) };
  parts.cache.put({ ...answer, ...(known === undefined ? {} : { status: known }) });
  return viewOf(parts, answer);
}

function cannotExtend(lab: Lab): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.sessionNotActive,
    `"${lab.title}" cannot be given more time by its learner; ask your instructor`,
  );
}
