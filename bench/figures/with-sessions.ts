import { join } from "node:path";
import { BrowserSession, instructorToken } from "../../test/server/browser-session.js";
import { startLectern, temporaryFolder } from "../../test/server/lectern-process.js";
import type { SessionLink } from "../../workshop/common/instructor-api.js";
import { allActive } from "./all-active.js";

/** Ten times what three hundred take with nothing else on the machine. */
const DEADLINE_MS = 240_000;

/** What is measured with so many sessions that are ready. */
export interface ReadySessions {
  instructor: BrowserSession;
  links: readonly SessionLink[];
  /** The instructor's. */
  token: string;
}

/** Has a server of its own make so many sessions of a lab, does the work once all are active, and takes everything away. */
export async function withSessions(
  { lab, count }: { lab: string; count: number },
  work: (ready: ReadySessions) => Promise<number>,
): Promise<number> {
  const folder = temporaryFolder();
  const data = join(folder.path, "data");
  const lectern = await startLectern(data, ["--max-sessions", String(count)]);
  try {
    const instructor = new BrowserSession(lectern.url);
    const token = instructorToken(data);
    await instructor.json("POST", "api/instructor/login", { token });
    const links = await instructor.json<SessionLink[]>("POST", "api/instructor/sessions", { lab, count });
    await allActive(instructor, count, performance.now() + DEADLINE_MS);
    return await work({ instructor, links, token });
  } finally {
    await lectern.stop();
    folder.remove();
  }
}
