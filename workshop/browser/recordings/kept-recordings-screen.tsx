import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import type { KeptRecordingsOf } from "../../common/kept-recordings-api.js";
import { recordingsApi } from "../api/recordings-api.js";
import { QueriedScreen } from "../instructor/queried-screen.js";
import { Link } from "../parts/link.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { KeptRecordings } from "./kept-recordings.js";
import "./recordings.css";

/** What terminals showed whose sessions have ended, of one event or of all, where the operator keeps it. */
export function KeptRecordingsScreen({ event }: { event?: string | undefined }): ReactElement {
  const query = useQuery({
    queryKey: ["kept-recordings"],
    queryFn: ({ signal }) => recordingsApi.kept("kept", signal),
  });
  return (
    <QueriedScreen title="Kept recordings" className="recordings" query={query} hasLogin>
      {(all) => (
        <>
          <header className="instructor__head">
            <div>
              <ScreenTitle>{event === undefined ? "Kept recordings" : `Recordings of ${event}`}</ScreenTitle>
              <p className="instructor__summary">What terminals showed whose sessions have ended.</p>
            </div>
            <div className="instructor__make">
              {event !== undefined && (
                <Link className="button" to={{ screen: "kept-recordings" }}>
                  Of all events
                </Link>
              )}
              <Link className="button" to={{ screen: "instructor" }}>
                All sessions
              </Link>
            </div>
          </header>
          <Kept all={event === undefined ? all : all.filter((kept) => kept.event === event)} />
        </>
      )}
    </QueriedScreen>
  );
}

function Kept({ all }: { all: readonly KeptRecordingsOf[] }): ReactElement {
  if (all.length > 0) return <KeptRecordings viewer="kept" all={all} />;
  return (
    <p className="recordings__empty">
      Nothing is kept here. Recordings go with their session, unless Lectern was started with{" "}
      <code>--keep-recordings</code>; those of sessions that go on are on the page of each.
    </p>
  );
}
