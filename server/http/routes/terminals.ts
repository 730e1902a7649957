import { Router } from "express";
import type { TerminalAddress } from "../../../terminal/common/session-host.js";
import type { Access, Credentials, GuardedSession } from "../access.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { Workshop } from "../../workshop/workshop.js";

/** The terminal gateway as the routes need it. */
export interface TerminalSockets {
  /** A ticket good for one upgrade of this terminal within seconds; opens the shell where there is none. */
  issueTicket(address: TerminalAddress, request: Credentials, session: GuardedSession): Promise<string>;
  /** Closes what is open of the session; who still may comes back with a new ticket. */
  closeSession(session: string): void;
}

export interface TerminalRoutes {
  workshop: Workshop;
  access: Access;
  terminals: TerminalSockets;
}

/** `api/sessions/ID/terminals/NAME/ticket`; an instructor without the session's cookie gets to look, not to type. */
export function createTerminalRoutes({ workshop, access, terminals }: TerminalRoutes): Router {
  const router = Router();
  router.post("/sessions/:id/terminals/:name/ticket", async (request, response) => {
    const { id, name } = request.params;
    access.requireSession(request, workshop.session(id));
    // The learner may have agreed a moment ago, at another server, that a helper types.
    if (!access.isLearner(request, workshop.session(id))) await workshop.refresh(id);
    const session = workshop.session(id);
    if (!session.terminals.includes(name)) {
      throw new ServerError(serverErrorCodes.notFound, `Session ${id} has no terminal "${name}".`);
    }
    response.json({ ticket: await terminals.issueTicket({ session: id, terminal: name }, request, session) });
  });
  return router;
}
