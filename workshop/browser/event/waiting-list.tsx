import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { SEAT_KEPT_MINUTES } from "../../common/event.js";
import type { EventView } from "../../common/event-api.js";
import { eventApi } from "../api/event-api.js";
import { momentOf } from "./event-times.js";
import { enterEvent, sameAgain } from "./enter-event.js";

/** Says to who waits for a seat which place they have. */
export function WaitingList({ event, place }: { event: EventView; place: number }): ReactElement {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string>();
  async function leave(): Promise<void> {
    setProblem(undefined);
    try {
      await eventApi.stopWaiting(event.name);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    await queries.invalidateQueries({ queryKey: ["event", event.name] });
  }
  return (
    <>
      <p className="notice notice--info" role="status">
        {`${event.seats === 1 ? "The only seat is taken" : `All ${String(event.seats)} seats are taken`}. ${event.you?.name ?? ""}, you are at place ${String(place)} of ${String(event.waiting)} on the waiting list. Leave this page open: it lets you in when a seat is free. Where it is closed by then, the seat is kept for you for ${String(SEAT_KEPT_MINUTES)} minutes, and goes to the next one after that.`}
      </p>
      {problem !== undefined && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <Button className="button" onPress={() => void leave()}>
        Leave the waiting list
      </Button>
    </>
  );
}

/** Says to who has moved up, and opens the page anew, until when the seat is theirs. */
export function SeatKept({ until }: { until: string }): ReactElement {
  return (
    <p className="notice notice--info" role="status">
      A seat is free for you, and is kept until {momentOf(until)}. Come in by then, or it goes to the next one
      who waits.
    </p>
  );
}

/** How long after an answer that does not let in the page asks again. */
const AGAIN_MS = 10_000;

/** Comes in by itself with who has waited here when they have a seat; says why where that fails, and tries it again. */
export function useSeatWaitedFor(event: EventView | undefined): string | undefined {
  const queries = useQueryClient();
  const [hasWaited, setHasWaited] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [tries, setTries] = useState(0);
  const lastTry = useRef(-1);
  const waits = event?.you?.place !== undefined;
  if (waits && !hasWaited) setHasWaited(true);
  useEffect(() => {
    // Who has to wait again is let in by the next seat.
    if (waits) lastTry.current = -1;
    const arrival = event && sameAgain(event);
    const isDone = lastTry.current === tries;
    if (arrival === undefined || event?.phase !== "open" || waits || !hasWaited || isDone) return;
    lastTry.current = tries;
    enterEvent(event.name, arrival).then(
      (waiting) => {
        setProblem(undefined);
        return waiting && queries.setQueryData(["event", event.name], waiting);
      },
      (error: unknown) => {
        setProblem(error instanceof Error ? error.message : String(error));
        setTimeout(() => setTries(tries + 1), AGAIN_MS);
      },
    );
  }, [event, waits, hasWaited, tries, queries]);
  return waits ? undefined : problem;
}
