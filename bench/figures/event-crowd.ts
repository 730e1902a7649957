import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { EventDetail, EventRow, EventView } from "../../workshop/common/event-api.js";
import { BrowserSession, instructorToken } from "../../test/server/browser-session.js";
import { startLectern, temporaryFolder } from "../../test/server/lectern-process.js";
import { type Figure, percentile } from "../figure.js";
import { allActive } from "./all-active.js";

const ARRIVAL_MS = 10_000;
/** People beyond the seats. */
const TOO_MANY = 10;
const EVENT_MS = 3_600_000;
const DEADLINE_MS = 240_000;
const BOUND_MS = 1_000;

/** A room that opens one event's link at the same time, a few more than there are seats. */
export function eventCrowd(seats: number): Figure {
  return {
    name: `p99 of coming in, ${seats + TOO_MANY} on an event's link in ten seconds`,
    unit: "ms",
    bound: BOUND_MS,
    method: `from the opened link to the answer who is in, ${seats} seats: as many get a session, which becomes ready, and the others are told their places on the waiting list`,
    async measure() {
      const folder = temporaryFolder();
      const data = join(folder.path, "data");
      const lectern = await startLectern(data, ["--max-sessions", String(seats)]);
      try {
        const instructor = new BrowserSession(lectern.url);
        await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
        const event = await instructor.json<EventRow>("POST", "api/instructor/workshop-events", {
          lab: "first-steps",
          seats,
          from: new Date().toISOString(),
          until: new Date(Date.now() + EVENT_MS).toISOString(),
        });
        const people = seats + TOO_MANY;
        const arrivals = await Promise.all(
          Array.from({ length: people }, async (_, at) => {
            await wait((at / people) * ARRIVAL_MS);
            return arrive(lectern.url, event.link, `Guest ${at}`);
          }),
        );
        const path = `api/instructor/workshop-events/${event.name}`;
        requireSeats(arrivals, await instructor.json<EventDetail>("GET", path));
        await allActive(instructor, seats, performance.now() + DEADLINE_MS);
        return percentile(
          arrivals.map(({ ms }) => ms),
          0.99,
        );
      } finally {
        await lectern.stop();
        folder.remove();
      }
    },
  };
}

interface Arrival {
  status: number;
  ms: number;
}

/** Opens the link in a browser of one's own and types a name. */
async function arrive(url: string, link: string, name: string): Promise<Arrival> {
  const browser = new BrowserSession(url);
  const { hash, pathname } = new URL(link);
  const event = pathname.split("/").at(-1) ?? "";
  const began = performance.now();
  await browser.json<EventView>("POST", `api/events/${event}/admission`, {
    token: hash.replace("#join=", ""),
  });
  const { status } = await browser.call("POST", `api/events/${event}/join`, { name });
  return { status, ms: performance.now() - began };
}

function requireSeats(arrivals: readonly Arrival[], { seats, seatsTaken, people }: EventDetail): void {
  const sessions = new Set(people.flatMap(({ session }) => session ?? []));
  const inside = arrivals.filter(({ status }) => status === 202).length;
  const waiting = arrivals.filter(({ status }) => status === 200).length;
  if (inside === seats && waiting === TOO_MANY && seatsTaken === seats && sessions.size === seats) return;
  throw new Error(
    `of ${arrivals.length} people ${inside} came in and ${waiting} were put on the waiting list; ${seatsTaken} of ${seats} seats are taken, with ${sessions.size} sessions`,
  );
}
