import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { EventRow } from "../../common/event-api.js";
import { eventApi } from "../api/event-api.js";
import { StaffFields, readStaff } from "./staff-fields.js";

/** Lets the owner of an event, or an operator, say who looks after it besides. */
export function EventStaffForm({ event, onClose }: { event: EventRow; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  async function save(submitted: FormEvent<HTMLFormElement>): Promise<void> {
    submitted.preventDefault();
    const form = new FormData(submitted.currentTarget);
    setIsBusy(true);
    setProblem(undefined);
    try {
      const { owner } = event;
      await eventApi.changeStaff(event.name, {
        ...(owner === undefined ? {} : { owner }),
        ...readStaff(form),
      });
      await queries.invalidateQueries({ queryKey: ["events"] });
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsBusy(false);
    }
  }
  return (
    <form
      className="create-event"
      aria-label={`Who looks after ${event.name}`}
      onSubmit={(submitted) => void save(submitted)}
    >
      <StaffFields staff={event} prefix={`staff-${event.name}`} />
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
          {isBusy ? "Saving…" : "Save"}
        </Button>
      </div>
    </form>
  );
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
