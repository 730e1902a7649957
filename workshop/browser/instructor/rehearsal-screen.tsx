import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { MAX_REHEARSING } from "../../common/event.js";
import { type KeptRehearsal, type RehearsalView, isRehearsing } from "../../common/kept-rehearsal.js";
import { eventApi } from "../api/event-api.js";
import { Link } from "../parts/link.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { useNow } from "../store/use-now.js";
import { useLeadsEvent } from "./use-leads-event.js";
import { RehearsalReport } from "./rehearsal-report.js";
import { QueriedScreen } from "./queried-screen.js";
import "./rehearsal.css";

/** What a learner came to shows within moments; the outcome of the last stays as it is. */
const LOOK_MS = 1_500;
/** Enough to see what many at once bring about, and soon over. */
const USUAL_LEARNERS = 3;

/** Has an event rehearsed on this very server, and shows what would fail; the last outcome stays for whoever looks later. */
export function RehearsalScreen({ event }: { event: string }): ReactElement {
  const query = useQuery({
    queryKey: ["rehearsal", event],
    queryFn: ({ signal }) => eventApi.rehearsal(event, signal),
    refetchInterval: ({ state }) => isRehearsing(state.data?.rehearsal, Date.now()) && LOOK_MS,
  });
  return (
    <QueriedScreen title="Rehearsal" className="rehearsal" query={query}>
      {(view) => <Rehearsal event={event} view={view} />}
    </QueriedScreen>
  );
}

function Rehearsal({ event, view }: { event: string; view: RehearsalView }): ReactElement {
  const { rehearsal } = view;
  return (
    <>
      <header className="instructor__head">
        <div>
          <ScreenTitle>Rehearsal of {event}</ScreenTitle>
          <p className="instructor__summary">
            Learners of its own go through the whole lab on this server at once; their sessions end with it.
          </p>
        </div>
        <div className="instructor__make">
          <Link className="button" to={{ screen: "instructor" }}>
            All sessions
          </Link>
        </div>
      </header>
      <Ways event={event} rehearsal={rehearsal} />
      {rehearsal === undefined ? (
        <p className="rehearsal__empty">
          It has not been rehearsed yet. What steps, links, tabs and the room for the seats come to will be
          here.
        </p>
      ) : (
        <RehearsalReport rehearsal={rehearsal} />
      )}
    </>
  );
}

interface WaysProps {
  event: string;
  rehearsal: KeptRehearsal | undefined;
}

function Ways({ event, rehearsal }: WaysProps): ReactElement | null {
  const mayRehearse = useLeadsEvent(event);
  const queries = useQueryClient();
  const now = useNow(1000);
  const [learners, setLearners] = useState(USUAL_LEARNERS);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  async function ask(call: () => Promise<RehearsalView>): Promise<void> {
    if (isBusy) return;
    setIsBusy(true);
    setProblem(undefined);
    try {
      const view = await call();
      // An answer that was asked for before would show what was.
      await queries.cancelQueries({ queryKey: ["rehearsal", event] });
      queries.setQueryData(["rehearsal", event], view);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  }
  const start = (submitted: FormEvent): void => {
    submitted.preventDefault();
    void ask(() => eventApi.rehearse(event, learners));
  };
  if (!mayRehearse) return null;
  return (
    <form className="rehearsal__ways" onSubmit={start}>
      {isRehearsing(rehearsal, now) ? (
        <Button className="button" onPress={() => void ask(() => eventApi.stopRehearsal(event))}>
          Stop
        </Button>
      ) : (
        <>
          <label className="field">
            <span className="field__label">Learners at once</span>
            <input
              className="field__input"
              type="number"
              required
              min={1}
              max={MAX_REHEARSING}
              value={learners}
              onChange={({ target }) => setLearners(target.valueAsNumber)}
            />
          </label>
          <Button className="button button--primary" type="submit">
            {isBusy ? "One moment…" : rehearsal === undefined ? "Rehearse" : "Rehearse again"}
          </Button>
        </>
      )}
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
