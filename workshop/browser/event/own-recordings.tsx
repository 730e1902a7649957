import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { recordingsApi } from "../api/recordings-api.js";
import { KeptRecordings } from "../recordings/kept-recordings.js";

/** What the learner's own terminals showed in sessions that have ended; nothing where nothing is kept. */
export function OwnRecordings({ event }: { event: string }): ReactElement | null {
  const viewer = { event };
  const { data = [] } = useQuery({
    queryKey: ["kept-recordings", event],
    queryFn: ({ signal }) => recordingsApi.kept(viewer, signal),
  });
  if (data.length === 0) return null;
  return (
    <section className="own-recordings" aria-labelledby="own-recordings">
      <h2 id="own-recordings">What your terminals showed</h2>
      <KeptRecordings viewer={viewer} all={data} />
    </section>
  );
}
