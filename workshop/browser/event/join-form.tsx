import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { EventView, ListedName } from "../../common/event-api.js";
import { MAX_PERSON_NAME } from "../../common/person-name.js";
import { enterEvent } from "./enter-event.js";

/** Asks who somebody is, and goes to their session. */
export function JoinForm({ event }: { event: EventView }): ReactElement {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const [isSomebodyElse, setIsSomebodyElse] = useState(false);
  async function join(submitted: FormEvent<HTMLFormElement>): Promise<void> {
    submitted.preventDefault();
    const form = new FormData(submitted.currentTarget);
    const person = form.get("person");
    setIsBusy(true);
    setProblem(undefined);
    try {
      const arrival = person === null ? { name: form.get("name") as string } : { person: person as string };
      const waiting = await enterEvent(event.name, arrival);
      if (waiting) queries.setQueryData(["event", event.name], waiting);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsBusy(false);
    }
  }
  const isFull = event.seatsTaken >= event.seats && !event.people?.some(({ isHere }) => isHere);
  const isBack = event.you !== undefined && !isSomebodyElse;
  return (
    <form className="event__form" onSubmit={(submitted) => void join(submitted)}>
      <Who event={event} isSomebodyElse={isSomebodyElse} />
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <div className="event__buttons">
        <Button className="button button--primary" type="submit" isDisabled={isBusy}>
          {isBusy ? "Opening…" : isBack ? "Go on" : isFull ? "Wait for a seat" : "Come in"}
        </Button>
        {isBack && event.people && (
          <Button className="button" onPress={() => setIsSomebodyElse(true)}>
            I am somebody else
          </Button>
        )}
      </div>
    </form>
  );
}

function Who({ event, isSomebodyElse }: { event: EventView; isSomebodyElse: boolean }): ReactElement {
  const { you, people } = event;
  if (you !== undefined && !isSomebodyElse)
    return (
      <>
        <p className="event__you">
          Welcome back, <strong>{you.name}</strong>.
        </p>
        <input type="hidden" name={people ? "person" : "name"} value={people ? you.id : you.name} />
      </>
    );
  if (people) return <ChooseName people={people} />;
  return (
    <label className="field">
      <span className="field__label">Your name</span>
      <input
        className="field__input"
        name="name"
        required
        maxLength={MAX_PERSON_NAME}
        autoComplete="name"
        aria-describedby="event-name-hint"
      />
      <span className="field__hint" id="event-name-hint">
        Your instructor sees it beside your work.
      </span>
    </label>
  );
}

function ChooseName({ people }: { people: readonly ListedName[] }): ReactElement {
  const [chosen, setChosen] = useState("");
  const isHere = people.some((person) => person.id === chosen && person.isHere);
  return (
    <>
      <label className="field">
        <span className="field__label">Your name</span>
        <select
          className="field__input"
          name="person"
          required
          value={chosen}
          onChange={(event) => setChosen(event.target.value)}
        >
          <option value="">Choose your name</option>
          {people.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p className="field__hint" role="status">
        {isHere &&
          "Somebody has come in by this name already. Go on only if that was you, in another browser or on another device."}
      </p>
    </>
  );
}
