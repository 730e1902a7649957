import type { SessionView } from "../../workshop/common/api.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { Workshop } from "../workshop/workshop.js";
import type { Access, Credentials } from "./access.js";

type Known = Pick<Workshop, "session" | "find" | "lookUp" | "refresh">;

/**
 * What the check makes of a session, as it is in the cluster where it is refused as this server knows it: another server may have let
 * the browser in, or replaced the link, a moment ago. Throws what the check throws.
 */
export async function askAgain<Result>(
  workshop: Pick<Workshop, "session" | "refresh">,
  id: string,
  check: (session: SessionView) => Result,
): Promise<Result> {
  try {
    return check(workshop.session(id));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await workshop.refresh(id);
    return check(workshop.session(id));
  }
}

/** Makes sure that a request is judged by what holds now: which sessions there are, and whom their links have let in. */
export async function lookUpFor(
  { workshop, access }: { workshop: Known; access: Pick<Access, "mayUse" | "claimedSessions"> },
  id: string,
  request: Credentials,
): Promise<void> {
  await workshop.lookUp(id);
  const session = workshop.find(id);
  if (session === undefined || access.mayUse(request, session)) return;
  if (access.claimedSessions(request).includes(id)) await workshop.refresh(id);
}

function isRefusal(error: unknown): boolean {
  const codes: string[] = [serverErrorCodes.unauthorized, serverErrorCodes.linkRevoked];
  return error instanceof ServerError && codes.includes(error.code);
}
