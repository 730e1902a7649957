import type { EventView } from "../../common/event-api.js";
import { eventApi } from "../api/event-api.js";
import { navigate } from "../store/navigation.js";

/** Comes in and goes to the session; resolves to the event as it is then where there is no seat and the person waits. Throws `ApiError`. */
export async function enterEvent(
  event: string,
  arrival: { name: string } | { person: string },
): Promise<EventView | undefined> {
  const answer = await eventApi.join(event, arrival);
  if (!("id" in answer)) return answer;
  navigate({ screen: "lab", session: answer.id });
  return undefined;
}

/** As whom this browser comes in again. */
export function sameAgain({ you, people }: EventView): { name: string } | { person: string } | undefined {
  if (you === undefined) return undefined;
  return people ? { person: you.id } : { name: you.name };
}
