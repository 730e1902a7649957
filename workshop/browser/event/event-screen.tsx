import { useEffect, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { EventView } from "../../common/event-api.js";
import { Link } from "../parts/link.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { TopBar } from "../parts/top-bar.js";
import { useFocusOnChange } from "../parts/use-focus-on-change.js";
import { BrowserCheck } from "./browser-check.js";
import { CodeForm } from "./code-form.js";
import { eventTimes, momentOf } from "./event-times.js";
import { JoinForm } from "./join-form.js";
import { useEvent } from "./use-event.js";
import { SeatKept, WaitingList, useSeatWaitedFor } from "./waiting-list.js";
import "./event.css";

/** The page of an event: says when it is, and lets in who has its link. */
export function EventScreen({ event }: { event: string }): ReactElement {
  const { data, error, refetch } = useEvent(event);
  useEffect(() => {
    document.title = data === undefined ? "Lectern" : `${data.title} · Lectern`;
  }, [data]);
  return (
    <>
      <TopBar />
      <main className="event">
        {data && <EventPage event={data} />}
        {!data && error && (
          <>
            <ScreenTitle>The event cannot be opened</ScreenTitle>
            <p className="notice notice--warning" role="alert">
              {error.message}
            </p>
            <Button className="button" onPress={() => void refetch()}>
              Try again
            </Button>
          </>
        )}
        {!data && !error && <div className="skeleton event__skeleton" aria-busy="true" />}
      </main>
    </>
  );
}

function EventPage({ event }: { event: EventView }): ReactElement {
  const problem = useSeatWaitedFor(event);
  const { needsCode, phase, you } = event;
  const entrance = useFocusOnChange<HTMLDivElement>(
    [needsCode, phase, you?.id, you?.place !== undefined, you?.keptUntil].join(" "),
  );
  return (
    <>
      <ScreenTitle>{event.title}</ScreenTitle>
      <p className="event__times">{eventTimes(event)}</p>
      {event.description !== undefined && event.description !== "" && (
        <p className="event__description">{event.description}</p>
      )}
      <div ref={entrance} className="event__entrance">
        <Entrance event={event} />
      </div>
      {problem !== undefined && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      {event.you && event.you.place === undefined && event.you.keptUntil === undefined && (
        <Link to={{ screen: "own-results", event: event.name }}>Your results and certificate</Link>
      )}
      {event.phase !== "over" && <BrowserCheck />}
    </>
  );
}

function Entrance({ event }: { event: EventView }): ReactElement {
  if (event.phase === "over" && (event.you === undefined || event.you.place !== undefined))
    return (
      <p className="notice">
        This event is over. Ask whoever gave you the link whether there is another one.
      </p>
    );
  if (event.needsCode) return <CodeForm event={event} />;
  if (event.phase === "early")
    return (
      <p className="notice notice--info" role="status">
        It has not begun yet. Leave this page open: it lets you in at {momentOf(event.from)}.
      </p>
    );
  if (event.you?.place !== undefined) return <WaitingList event={event} place={event.you.place} />;
  return (
    <>
      {event.seatsTaken >= event.seats && !event.you && <Full event={event} />}
      {event.you?.keptUntil !== undefined && <SeatKept until={event.you.keptUntil} />}
      <JoinForm event={event} />
    </>
  );
}

function Full({ event: { seats, waiting } }: { event: EventView }): ReactElement {
  return (
    <p className="notice notice--warning" role="status">
      {seats === 1 ? "The only seat is taken" : `All ${String(seats)} seats are taken`}, and{" "}
      {waiting === 0 ? "nobody waits" : waiting === 1 ? "one person waits" : `${String(waiting)} people wait`}{" "}
      for one. Say who you are, and you wait too.
    </p>
  );
}
