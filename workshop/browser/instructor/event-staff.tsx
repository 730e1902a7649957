import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { EventRow } from "../../common/event-api.js";
import { type EventStaff, staffOf } from "../../common/event-staff.js";
import { eventApi } from "../api/event-api.js";
import { ApiError } from "../errors.js";
import { StaffConflict } from "./staff-conflict.js";
import { StaffFields, readStaff } from "./staff-fields.js";

const HTTP_CONFLICT = 409;

/** Lets the owner of an event, or an operator, say who looks after it besides. */
export function EventStaffForm({ event, onClose }: { event: EventRow; onClose: () => void }): ReactElement {
  // As it was when it was opened: what others change meanwhile must not be overwritten unseen.
  const [was, setWas] = useState(() => staffOf(event));
  const { save, take, theirs, yours, problem, isBusy } = useSaving(event.name, onClose);
  return (
    <form
      className="create-event"
      aria-label={`Who looks after ${event.name}`}
      onSubmit={(submitted: FormEvent<HTMLFormElement>) => {
        submitted.preventDefault();
        void save(readStaff(new FormData(submitted.currentTarget)), was);
      }}
    >
      <StaffFields key={JSON.stringify(was)} staff={was} prefix={`staff-${event.name}`} />
      {theirs && yours && (
        <StaffConflict
          theirs={theirs}
          yours={yours}
          isBusy={isBusy}
          onTake={() => {
            setWas(theirs);
            take();
          }}
        />
      )}
      {problem !== undefined && (
        <p className="field__error create-event__problem" role="alert">
          {problem}
        </p>
      )}
      <div className="create-event__whole">
        <Button className="button" onPress={onClose}>
          Cancel
        </Button>
        <Button className="button button--primary" type="submit" isDisabled={isBusy}>
          {isBusy ? "Saving…" : theirs ? "Save Mine over Theirs" : "Save"}
        </Button>
      </div>
    </form>
  );
}

/** Saves, and where others were faster keeps their version beside what was entered. */
function useSaving(event: string, onClose: () => void) {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const [{ theirs, yours }, setConflict] = useState<{ theirs?: EventStaff; yours?: EventStaff }>({});
  async function write(named: EventStaff, was: EventStaff): Promise<void> {
    // Who owns it is not changed here.
    const { owner } = was;
    await eventApi.changeStaff(event, { ...(owner === undefined ? {} : { owner }), ...named, was });
    await queries.invalidateQueries({ queryKey: ["events"] });
    onClose();
  }
  async function save(named: EventStaff, was: EventStaff): Promise<void> {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await write(named, theirs ?? was);
    } catch (error) {
      const isConflict = error instanceof ApiError && error.status === HTTP_CONFLICT;
      const now = isConflict ? await eventApi.detail(event).catch(() => undefined) : undefined;
      if (now) setConflict({ theirs: staffOf(now), yours: named });
      else setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  }
  return { save, take: () => setConflict({}), theirs, yours, problem, isBusy };
}

/** Who looks after the event, as facts of its card; nothing where it is everybody's who has a role. */
export function StaffFacts({ event }: { event: EventRow }): ReactElement | null {
  const { owner, instructors = [], helpers = [], isOwn } = event;
  if (owner === undefined) return null;
  const facts = [
    isOwn ? "yours" : `of ${owner}`,
    ...(instructors.length > 0 ? [`with ${instructors.join(", ")}`] : []),
    ...(helpers.length > 0 ? [`helped by ${helpers.join(", ")}`] : []),
  ];
  return <p className="event-card__facts">{facts.join(" · ")}</p>;
}
