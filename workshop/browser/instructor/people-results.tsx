import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { formatDuration } from "../../common/durations.js";
import type { EventResults, PersonResults } from "../../common/event-results.js";
import { eventApi } from "../api/event-api.js";
import { Confirm } from "../parts/confirm.js";
import { useLeadsEvent } from "./use-leads-event.js";

/** Everybody of the event, and how far they came. */
export function PeopleResults({ results }: { results: EventResults }): ReactElement | null {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<PersonResults>();
  const mayRemove = useLeadsEvent(results.event);
  if (results.people.length === 0) return null;
  async function remove(): Promise<void> {
    if (asked === undefined) return;
    await eventApi.removePerson(results.event, asked.id);
    await queries.invalidateQueries({ queryKey: ["results", results.event] });
  }
  return (
    <section>
      <h2 className="results__title">People</h2>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="People of the event">
        <table className="table">
          <Head />
          <tbody>
            {results.people.map((person) => (
              <tr key={person.id}>
                <th scope="row" className="results__name">
                  {person.name}
                </th>
                <PersonCells person={person} />
                <td className="results__actions">
                  {mayRemove && (
                    <Button
                      className="button button--small"
                      aria-label={`Remove ${person.name}`}
                      onPress={() => setAsked(person)}
                    >
                      Remove…
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Confirm
        isOpen={asked !== undefined}
        title={`Remove ${asked?.name ?? ""}?`}
        action="Remove"
        onConfirm={remove}
        onClose={() => setAsked(undefined)}
      >
        Their session ends with everything it has, their name and results are deleted, and their seat is free.
      </Confirm>
    </section>
  );
}

function Head(): ReactElement {
  return (
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col" className="numeric">
          Steps done
        </th>
        <th scope="col" className="numeric">
          Failures
        </th>
        <th scope="col" className="numeric">
          Hints
        </th>
        <th scope="col" className="numeric">
          Time
        </th>
        <th scope="col" className="results__actions">
          <span className="visually-hidden">Remove</span>
        </th>
      </tr>
    </thead>
  );
}

function PersonCells({ person }: { person: PersonResults }): ReactElement {
  if (person.joinedAt === undefined)
    return (
      <td colSpan={4} className="numeric">
        did not come
      </td>
    );
  const failures = person.steps.reduce((sum, step) => sum + step.failures, 0);
  const hints = person.steps.reduce((sum, step) => sum + step.hints, 0);
  const takenMs = person.steps.reduce((sum, step) => sum + (step.takenMs ?? 0), 0);
  return (
    <>
      <td className="numeric">
        {person.done} of {person.steps.length}
      </td>
      <td className="numeric">{failures}</td>
      <td className="numeric">{hints}</td>
      <td className="numeric">{person.done === 0 ? "–" : formatDuration(takenMs)}</td>
    </>
  );
}
