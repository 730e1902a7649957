import { useQuery } from "@tanstack/react-query";
import type { EventView } from "../../common/event-api.js";
import { NO_COOKIES } from "../api/cookies.js";
import { eventApi } from "../api/event-api.js";
import { ApiError } from "../errors.js";
import { eventToken, hideEventToken } from "../store/admission.js";

/** Somebody who waits for the beginning or a seat is let in within moments. */
const WAITING_MS = 3_000;
/** Who else has come shows in the list of names. */
const LOOK_MS = 15_000;
/** Whoever waits further behind looks less often, for hundreds wait for one server. */
const PER_PLACE_MS = 100;

/** The event as this browser may see it, looked at again as long as that may change. */
export function useEvent(name: string) {
  return useQuery({
    queryKey: ["event", name],
    queryFn: ({ signal }) => openEvent(name, signal),
    // Who waits may look at something else meanwhile.
    refetchIntervalInBackground: true,
    refetchInterval: ({ state: { data } }) => data !== undefined && lookAgainMs(data),
  });
}

/** Opens the event by the link the page came by, or by the cookie of an earlier visit; `code` is what the room is told. Throws `ApiError`. */
export async function openEvent(name: string, signal?: AbortSignal, code?: string): Promise<EventView> {
  const token = eventToken();
  if (token === undefined) return eventApi.event(name, signal);
  const admitted = await eventApi.admit(name, token, code);
  if (admitted.needsCode) return admitted;
  // Only what comes back shows whether the browser keeps what it was given.
  const seen = await eventApi.event(name, signal).catch((error: unknown) => {
    throw error instanceof ApiError && error.status === 401 ? withoutCookies(error) : error;
  });
  hideEventToken();
  return seen;
}

function withoutCookies({ code, status }: ApiError): ApiError {
  return new ApiError(code, `${NO_COOKIES} open the link once more. No seat was taken.`, { status });
}

function lookAgainMs({ phase, needsCode, seats, seatsTaken, you }: EventView): number | false {
  if (needsCode || phase === "over") return false;
  const isFull = you === undefined && seatsTaken >= seats;
  if (you?.place !== undefined) return Math.min(LOOK_MS, WAITING_MS + you.place * PER_PLACE_MS);
  return phase === "early" || isFull ? WAITING_MS : LOOK_MS;
}
