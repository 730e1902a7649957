import type { ReactElement } from "react";
import type { EventRow } from "../../../common/kubernetes-view.js";
import { formatAgo } from "../../../common/durations.js";
import { useNow } from "../../store/use-now.js";
import { Icon } from "../../parts/icon.js";

/** More than anybody reads; the newest come first. */
const SHOWN = 200;

interface Props {
  events: readonly EventRow[];
  /** Leads to what an event is about; absent where that is what is shown. */
  onOpen?: (uid: string) => void;
  /** What is there to be opened. */
  isThere?: (uid: string) => boolean;
}

/** Events, the newest first. */
export function EventList({ events, onOpen, isThere }: Props): ReactElement {
  const now = useNow(5_000);
  const sorted = events.toReversed().toSorted((one, other) => other.lastAt - one.lastAt);
  if (sorted.length === 0) return <p className="kube-empty">No events. Kubernetes keeps them for an hour.</p>;
  return (
    <ul className="kube-events" tabIndex={0} aria-label="Events">
      {sorted.slice(0, SHOWN).map((event) => (
        <li key={event.uid} className="kube-event" data-warning={event.isWarning}>
          <span className="kube-event__head">
            {event.isWarning && <Icon name="warning" size={14} />}
            <strong>{event.reason}</strong>
            {event.isWarning && <span className="visually-hidden">(warning)</span>}
            {onOpen && <About event={event} onOpen={onOpen} isThere={isThere?.(event.about.uid) ?? false} />}
            <time
              className="kube-event__time"
              dateTime={new Date(event.lastAt).toISOString()}
              title={new Date(event.lastAt).toLocaleString()}
            >
              {event.count > 1 && `${String(event.count)} times, `}
              {formatAgo(now - event.lastAt)}
            </time>
          </span>
          <span className="kube-event__text">{event.message}</span>
        </li>
      ))}
    </ul>
  );
}

interface AboutProps {
  event: EventRow;
  onOpen: (uid: string) => void;
  isThere: boolean;
}

function About({ event: { about }, onOpen, isThere }: AboutProps): ReactElement {
  const words = `${about.kind} ${about.name}`;
  if (!isThere) return <span className="kube-event__about">{words}</span>;
  return (
    <button type="button" className="kube-link kube-event__about" onClick={() => onOpen(about.uid)}>
      {words}
    </button>
  );
}
