import { BrowserSession, instructorToken } from "./browser-session.js";
import { startLectern, type LecternProcess } from "./lectern-process.js";

/** Starts a server as `startLectern` does, and logs its instructor in. */
export async function startInstructed(
  ...started: Parameters<typeof startLectern>
): Promise<{ lectern: LecternProcess; instructor: BrowserSession }> {
  const [data] = started;
  const lectern = await startLectern(...started);
  const instructor = new BrowserSession(lectern.url);
  await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
  return { lectern, instructor };
}
