import type { ReactElement } from "react";
import type { SessionView } from "../../common/api.js";

/** Tells learners that they are recorded, and for how long. */
export function RecordingNote({ session }: { session: Pick<SessionView, "recording"> }): ReactElement {
  return (
    <p className="help__note">
      What your terminals show is recorded, and instructors can look at it.{" "}
      {session.recording === "kept"
        ? "Whoever runs this server keeps recordings after the session; ask them for how long."
        : "Recordings are deleted when the session ends."}
    </p>
  );
}
