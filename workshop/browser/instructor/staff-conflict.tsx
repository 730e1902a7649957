import { useEffect, useRef, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { EventStaff } from "../../common/event-staff.js";

interface Props {
  /** As somebody else saved it while it was edited here. */
  theirs: EventStaff;
  /** What was to be saved. */
  yours: EventStaff;
  isBusy: boolean;
  onTake: () => void;
}

const FIELDS = [
  ["Other instructors", "instructors"],
  ["Helpers", "helpers"],
] as const;

/** Shows both versions of who looks after an event that two people changed at once, and lets the second decide. It takes the focus when it appears. */
export function StaffConflict({ theirs, yours, isBusy, onTake }: Props): ReactElement {
  const element = useRef<HTMLElement>(null);
  useEffect(() => element.current?.focus(), []);
  return (
    <section
      ref={element}
      tabIndex={-1}
      className="notice notice--warning create-event__problem staff-conflict"
      aria-label="Changed meanwhile"
    >
      <p role="alert">
        Somebody else changed who looks after this event since you opened it. Nothing of yours was saved, and
        nothing is lost: what you typed is still here.
      </p>
      <dl className="staff-conflict__versions">
        {FIELDS.map(([label, name]) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd>Theirs, saved: {namesIn(theirs[name])}</dd>
            <dd>Yours, not saved: {namesIn(yours[name])}</dd>
          </div>
        ))}
      </dl>
      <Button className="button button--small" isDisabled={isBusy} onPress={onTake}>
        Drop Mine, Take Theirs
      </Button>
    </section>
  );
}

function namesIn(names: readonly string[] = []): string {
  return names.length === 0 ? "nobody" : names.join(", ");
}
