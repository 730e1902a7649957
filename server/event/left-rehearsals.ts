import { REHEARSAL_LABEL, type SessionResource } from "../../workshop/common/session.js";
import { endSession } from "../../workshop/node/sessions.js";
import { repeatWhileAway } from "../../workshop/node/while-away.js";
import type { Installation } from "../installation.js";
import type { WorkshopParts } from "../workshop/create-workshop.js";

type LeftParts = Pick<WorkshopParts, "cache" | "client" | "leadership" | "log">;

/** Ends the sessions of rehearsals whose server process is gone: at the start of a server that is alone, else when its others see it gone. */
export function endLeftRehearsals(
  parts: LeftParts,
  { isLiving, onLook }: Pick<Installation, "isLiving" | "onLook">,
): void {
  const { cache, leadership } = parts;
  const left = () => cache.all().filter((session) => isLeft(session, isLiving));
  let leading: AbortSignal | undefined;
  leadership.whileLeading((signal) => {
    leading = signal;
    if (leadership.isSole === true) for (const session of left()) void end(parts, session, signal);
  });
  let before = new Set<string>();
  const underWay = new Set<string>();
  onLook(() => {
    const sessions = left();
    // A server that has just come may be newer than the look at who lives: it is gone if the next look does not see it either.
    const sure = sessions.filter(({ metadata: { name } }) => before.has(name) && !underWay.has(name));
    before = new Set(sessions.map(({ metadata }) => metadata.name));
    if (leading === undefined || leading.aborted) return;
    for (const session of sure) {
      const { name } = session.metadata;
      underWay.add(name);
      void end(parts, session, leading).finally(() => underWay.delete(name));
    }
  });
}

function isLeft({ metadata }: SessionResource, isLiving: Installation["isLiving"]): boolean {
  const process = metadata.labels?.[REHEARSAL_LABEL];
  return process !== undefined && metadata.deletionTimestamp === undefined && !isLiving(process);
}

async function end({ client, log }: LeftParts, session: SessionResource, signal: AbortSignal): Promise<void> {
  const told = { session: session.metadata.name };
  try {
    await repeatWhileAway(() => endSession(client, session), signal);
    log.info(told, "the server that rehearsed in this session is gone; it is ended");
  } catch (error) {
    log.warn({ ...told, err: error }, "a session of a rehearsal whose server is gone could not be ended");
  }
}
