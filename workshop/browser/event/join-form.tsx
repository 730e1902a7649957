import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { EventView, ListedName } from "../../common/event-api.js";
import { MAX_PERSON_NAME } from "../../common/person-name.js";
import { useFocusOnChange } from "../parts/use-focus-on-change.js";
import { enterEvent } from "./enter-event.js";

/** Asks who somebody is, and goes to their session. */
export function JoinForm({ event }: { event: EventView }): ReactElement {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const [isSomebodyElse, setIsSomebodyElse] = useState(false);
  async function join(submitted: FormEvent<HTMLFormElement>): Promise<void> {
    submitted.preventDefault();
    const data = new FormData(submitted.currentTarget);
    const person = data.get("person");
    setIsBusy(true);
    setProblem(undefined);
    try {
      const arrival = person === null ? { name: data.get("name") as string } : { person: person as string };
      const waiting = await enterEvent(event.name, arrival);
      if (waiting) queries.setQueryData(["event", event.name], waiting);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsBusy(false);
    }
  }
  const form = useFocusOnChange<HTMLFormElement>(String(isSomebodyElse));
  const [chosen, setChosen] = useState("");
  // Whoever has a seat goes back to it; of a list that is known when the name is chosen.
  const hasSeat = event.people?.some(({ id, isHere }) => id === chosen && isHere) === true;
  const isFull = event.seatsTaken >= event.seats && !hasSeat;
  const isBack = event.you !== undefined && !isSomebodyElse;
  return (
    <form ref={form} className="event__form" onSubmit={(submitted) => void join(submitted)}>
      <Who event={event} isSomebodyElse={isSomebodyElse} chosen={chosen} onChoose={setChosen} />
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

interface WhoProps extends Choice {
  event: EventView;
  isSomebodyElse: boolean;
}

function Who({ event: { you, people }, isSomebodyElse, ...choice }: WhoProps): ReactElement {
  if (you !== undefined && !isSomebodyElse)
    return (
      <>
        <p className="event__you">
          Welcome back, <strong>{you.name}</strong>.
        </p>
        <input type="hidden" name={people ? "person" : "name"} value={people ? you.id : you.name} />
      </>
    );
  if (people) return <ChooseName people={people} {...choice} />;
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

/** Who of the list somebody says they are; nobody at first. */
interface Choice {
  chosen: string;
  onChoose: (person: string) => void;
}

function ChooseName({ people, chosen, onChoose }: Choice & { people: readonly ListedName[] }): ReactElement {
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
          onChange={(event) => onChoose(event.target.value)}
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
