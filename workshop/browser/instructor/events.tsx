import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { EventRow } from "../../common/event-api.js";
import { eventApi } from "../api/event-api.js";
import { eventTimes } from "../event/event-times.js";
import { Confirm } from "../parts/confirm.js";
import { CopyButton } from "../parts/copy-button.js";
import { Link } from "../parts/link.js";
import { EventQr } from "./event-qr.js";
import { EventSeats } from "./event-seats.js";
import { EventStaffForm, StaffFacts } from "./event-staff.js";
import "./events.css";

/** Who comes shows within moments. */
const LOOK_MS = 5_000;

/** The events there are, each with the link for its room; nothing where there are none. */
export function Events(): ReactElement | null {
  const { data = [] } = useQuery({
    queryKey: ["events"],
    queryFn: ({ signal }) => eventApi.all(signal),
    refetchInterval: LOOK_MS,
  });
  if (data.length === 0) return null;
  return (
    <section className="events" aria-label="Events">
      {data.map((event) => (
        <EventCard key={event.name} event={event} />
      ))}
    </section>
  );
}

const PHASES = { early: "to come", open: "on", over: "over" } as const;

function EventCard({ event }: { event: EventRow }): ReactElement {
  const [isShown, setIsShown] = useState(false);
  const [isNaming, setIsNaming] = useState(false);
  const [isSeating, setIsSeating] = useState(false);
  // Helpers of the event are told no link that lets people in, and end nothing.
  const isInstructor = event.role !== "helper";
  return (
    <article className="card event-card" aria-labelledby={`event-${event.name}`}>
      <EventFacts event={event} />
      <div className="event-card__buttons">
        {isInstructor && (
          <Button
            className="button button--small"
            aria-expanded={isShown}
            onPress={() => setIsShown(!isShown)}
          >
            {isShown ? "Hide QR code" : "Show QR code"}
          </Button>
        )}
        <EventPages event={event.name} hasRecordings={isInstructor} />
        {isInstructor && (
          <Button
            className="button button--small"
            aria-expanded={isSeating}
            onPress={() => setIsSeating(!isSeating)}
          >
            Seats
          </Button>
        )}
        {event.owner !== undefined && (event.isOwn || event.role === "operator") && (
          <Button
            className="button button--small"
            aria-expanded={isNaming}
            onPress={() => setIsNaming(!isNaming)}
          >
            Who looks after it
          </Button>
        )}
        {isInstructor && <DeleteEvent name={event.name} />}
      </div>
      {isSeating && isInstructor && <EventSeats event={event} />}
      {isNaming && <EventStaffForm event={event} onClose={() => setIsNaming(false)} />}
      {isShown && isInstructor && <EventQr event={event} />}
    </article>
  );
}

function DeleteEvent({ name }: { name: string }): ReactElement {
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  async function remove(): Promise<void> {
    await eventApi.remove(name);
    await queries.invalidateQueries({ queryKey: ["events"] });
  }
  return (
    <>
      <Button className="button button--small" onPress={() => setIsAsking(true)}>
        Delete…
      </Button>
      <Confirm
        isOpen={isAsking}
        title={`Delete the event ${name}?`}
        action="Delete it"
        onConfirm={remove}
        onClose={() => setIsAsking(false)}
      >
        Its link lets nobody in any more, the sessions of its people end with everything they have, and their
        names and results are deleted.
      </Confirm>
    </>
  );
}

/** What there is to see of an event besides its card. */
function EventPages({ event, hasRecordings }: { event: string; hasRecordings: boolean }): ReactElement {
  return (
    <>
      <Link
        className="button button--small"
        to={{ screen: "results", event: event }}
        aria-label={`Results of ${event}`}
      >
        Results
      </Link>
      <Link
        className="button button--small"
        to={{ screen: "rehearsal", event: event }}
        aria-label={`Rehearse ${event}`}
      >
        Rehearse
      </Link>
      <Link
        className="button button--small"
        to={{ screen: "wall", event: event, view: {} }}
        aria-label={`Wall of ${event}`}
      >
        Wall
      </Link>
      {hasRecordings && (
        <Link
          className="button button--small"
          to={{ screen: "kept-recordings", event: event }}
          aria-label={`Recordings of ${event}`}
        >
          Recordings
        </Link>
      )}
    </>
  );
}

function EventFacts({ event }: { event: EventRow }): ReactElement {
  return (
    <>
      <div className="event-card__head">
        <h2 className="event-card__title" id={`event-${event.name}`}>
          {event.title}
        </h2>
        <span className={`badge ${event.phase === "open" ? "badge--success" : ""}`}>
          {PHASES[event.phase]}
        </span>
        <span className="event-card__name">{event.name}</span>
      </div>
      <p className="event-card__facts">
        {eventTimes(event)} · {event.seatsTaken} of {event.seats} seats taken
        {event.waiting > 0 && ` · ${event.waiting} wait for one`}
        {event.listed !== undefined && ` · ${event.listed} names on its list`}
        {event.code !== undefined && (
          <>
            {" "}
            · code <code>{event.code}</code>
          </>
        )}
      </p>
      <StaffFacts event={event} />
      {event.role !== "helper" && (
        <div className="event-card__link">
          <code>{event.link}</code>
          <CopyButton text={event.link} what={`the link of ${event.name}`} />
        </div>
      )}
    </>
  );
}
