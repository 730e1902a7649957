import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { EventDetail, EventRow, EventView } from "../../workshop/common/event-api.js";
import { BrowserSession } from "../server/browser-session.js";
import { startInstructed } from "../server/instructed-server.js";
import { temporaryFolder, writeLab } from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";

const HOUR_MS = 3_600_000;
const ROOM = 300;
const ROOM_MS = 10_000;
const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let instructor: BrowserSession;

beforeAll(async () => {
  ({ lectern, instructor } = await startInstructed(data, [
    "--lab",
    writeLab(folder.path),
    "--start",
    "instructor",
  ]));
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

describe("an event that many come to at once", () => {
  it("lets a whole room in from one address at once, as many as there are seats, and puts all others on the waiting list", async () => {
    const { link, name } = await created({ seats: 40 });
    const room = await Promise.all(Array.from({ length: 60 }, () => opened(link)));
    const answers = await Promise.all(room.map((one, at) => one.ask(`Guest ${String(at)}`)));
    const sessions = answers
      .filter(({ status }) => status === 202)
      .map(({ text }) => (JSON.parse(text) as SessionView).id);
    expect(new Set(sessions).size).toBe(40);
    const outside = answers.filter(({ status }) => status !== 202);
    expect(outside.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const places = outside.map(({ text }) => placeIn(text));
    expect(places.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
    const detail = await detailOf(name);
    expect([detail.seatsTaken, new Set(detail.people.flatMap(({ session }) => session ?? [])).size]).toEqual([
      40, 40,
    ]);
    await instructor.call(
      "DELETE",
      `api/instructor/workshop-events/${name}/people/${detail.people.find(({ session }) => session)?.id ?? ""}`,
    );
    // All twenty ask for the one seat that is free, and nobody gets it but the first of them.
    const late = room.filter((_one, at) => answers[at]?.status === 200);
    const again = await Promise.all(late.map((one, at) => one.ask(`Late ${String(at)}`)));
    expect(places[again.findIndex(({ status }) => status === 202)]).toBe(1);
    expect(again.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      ...Array.from({ length: 19 }, () => 200),
      202,
    ]);
    // Two instructors at once.
    const ends = await Promise.all(
      [0, 1].map(() => instructor.call("DELETE", `api/instructor/workshop-events/${name}`)),
    );
    expect(ends.some(({ status }) => status === 204)).toBe(true);
    for (const { status } of ends) expect([204, 404]).toContain(status);
  });

  it("keeps the order of 300 who come in ten seconds, and never gives one seat to two", async () => {
    const { link, name } = await created({ seats: 2 });
    const room = await Promise.all(
      Array.from({ length: ROOM }, async (_, at) => {
        await wait((at / ROOM) * ROOM_MS);
        const guest = await opened(link);
        const began = performance.now();
        const { status, text } = await guest.ask(`Guest ${String(at)}`);
        return { guest, began, ended: performance.now(), status, place: placeIn(text) };
      }),
    );
    expect(room.filter(({ status }) => status === 202)).toHaveLength(2);
    const waiting = room.filter(({ status }) => status === 200);
    const places = waiting.map(({ place }) => place).toSorted((one, other) => one - other);
    expect(places).toEqual(Array.from({ length: ROOM - 2 }, (_, at) => at + 1));
    const overtaken = waiting.flatMap((one) =>
      waiting.filter((other) => one.ended < other.began && one.place > other.place),
    );
    expect(overtaken).toEqual([]);
    // Two leave, two instructors give three more seats, and everybody looks at once.
    const { people } = await detailOf(name);
    const seated = people.filter(({ joinedAt }) => joinedAt !== undefined);
    await Promise.all([
      ...seated.map(({ id }) =>
        instructor.call("DELETE", `api/instructor/workshop-events/${name}/people/${id}`),
      ),
      ...[5, 5].map((seats) =>
        instructor.json("PUT", `api/instructor/workshop-events/${name}/seats`, { seats }),
      ),
      ...waiting.map(({ guest }) => guest.view()),
    ]);
    const after = await Promise.all(waiting.map(({ guest }) => guest.view()));
    const inNow = waiting.filter((_, at) => after[at]?.you?.place === undefined);
    expect(inNow.map(({ place }) => place).toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5]);
    expect(await detailOf(name)).toMatchObject({ seats: 5, seatsTaken: 5, waiting: ROOM - 7 });
  });
});

async function created(wanted: object): Promise<EventRow> {
  const [from, until] = [new Date().toISOString(), new Date(Date.now() + HOUR_MS).toISOString()];
  const usual = { lab: "slow-steps", from, until };
  return instructor.json<EventRow>("POST", "api/instructor/workshop-events", { ...usual, ...wanted });
}

function detailOf(name: string): Promise<EventDetail> {
  return instructor.json<EventDetail>("GET", `api/instructor/workshop-events/${name}`);
}

function placeIn(text: string): number {
  return (JSON.parse(text) as EventView).you?.place ?? 0;
}

/** A browser that has opened the link of an event. */
async function opened(link: string) {
  const browser = new BrowserSession(lectern.url);
  const { hash, pathname } = new URL(link);
  const path = `api/events/${pathname.split("/").at(-1) ?? ""}`;
  await browser.json<EventView>("POST", `${path}/admission`, { token: hash.replace("#join=", "") });
  return {
    view: () => browser.json<EventView>("GET", path),
    ask: (name: string) => browser.call("POST", `${path}/join`, { name }),
  };
}
