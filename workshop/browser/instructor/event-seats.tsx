import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { MAX_SEATS, SEAT_KEPT_MINUTES } from "../../common/event.js";
import type { EventPerson, EventRow } from "../../common/event-api.js";
import { eventApi } from "../api/event-api.js";
import { momentOf } from "../event/event-times.js";

/** Who moves up shows within moments. */
const LOOK_MS = 3_000;

/** How many seats an event has, and who waits for one. */
export function EventSeats({ event }: { event: EventRow }): ReactElement {
  const { act, problem, isBusy } = useActs(event.name);
  const { data } = useQuery({
    queryKey: ["event-detail", event.name],
    queryFn: ({ signal }) => eventApi.detail(event.name, signal),
    refetchInterval: LOOK_MS,
  });
  const waiting = (data?.people ?? [])
    .filter(({ place }) => place !== undefined)
    .toSorted((one, other) => (one.place ?? 0) - (other.place ?? 0));
  function change(submitted: FormEvent<HTMLFormElement>): void {
    submitted.preventDefault();
    const seats = Number(new FormData(submitted.currentTarget).get("seats"));
    void act(() => eventApi.changeSeats(event.name, seats));
  }
  return (
    <section className="event-seats" aria-label={`Seats of ${event.name}`}>
      <form className="event-seats__form" onSubmit={change}>
        <label className="field">
          <span className="field__label">Seats</span>
          <input
            key={event.seats}
            className="field__input"
            type="number"
            name="seats"
            min={1}
            max={MAX_SEATS}
            defaultValue={event.seats}
            required
          />
        </label>
        <Button className="button" type="submit" isDisabled={isBusy}>
          Change
        </Button>
      </form>
      <p className="field__hint">
        Who waits moves up to new seats. Nobody who is in loses theirs where there are fewer. Who moves up and
        does not come has {SEAT_KEPT_MINUTES} minutes; then the next one gets the seat.
      </p>
      {problem !== undefined && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <SeatsKept people={data?.people ?? []} />
      {data && waiting.length === 0 && <p>Nobody waits for a seat.</p>}
      {waiting.length > 0 && (
        <ol className="event-seats__waiting" aria-label="Waiting list">
          {waiting.map((person) => (
            <Waiting key={person.id} person={person} isBusy={isBusy} act={act} event={event.name} />
          ))}
        </ol>
      )}
    </section>
  );
}

/** Who has moved up and not come yet, and until when their seats are kept. */
function SeatsKept({ people }: { people: readonly EventPerson[] }): ReactElement | null {
  const kept = people.filter(({ keptUntil }) => keptUntil !== undefined);
  if (kept.length === 0) return null;
  return (
    <ul className="event-seats__waiting" aria-label="Seats that are kept">
      {kept.map(({ id, name, keptUntil = "" }) => (
        <li key={id}>
          <span className="event-seats__name">{name}</span> has not come yet; kept until {momentOf(keptUntil)}
        </li>
      ))}
    </ul>
  );
}

type Act = (what: () => Promise<unknown>) => Promise<void>;

function useActs(event: string): { act: Act; problem: string | undefined; isBusy: boolean } {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  async function act(what: () => Promise<unknown>): Promise<void> {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await what();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    await queries.invalidateQueries({ queryKey: ["events"] });
    await queries.invalidateQueries({ queryKey: ["event-detail", event] });
    setIsBusy(false);
  }
  return { act, problem, isBusy };
}

interface WaitingProps {
  event: string;
  person: EventPerson;
  isBusy: boolean;
  act: Act;
}

function Waiting({ event, person, isBusy, act }: WaitingProps): ReactElement {
  return (
    <li>
      <span className="event-seats__name">{person.name}</span>
      <Button
        className="button button--small"
        aria-label={`Let in ${person.name} out of turn`}
        isDisabled={isBusy}
        onPress={() => void act(() => eventApi.seatOutOfTurn(event, person.id))}
      >
        Let in
      </Button>
      <Button
        className="button button--small"
        aria-label={`Remove ${person.name} from the waiting list`}
        isDisabled={isBusy}
        onPress={() => void act(() => eventApi.takeFromWaiting(event, person.id))}
      >
        Remove
      </Button>
    </li>
  );
}
