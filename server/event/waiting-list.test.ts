import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { EventResource } from "../../workshop/common/event.js";
import type { PeopleStore } from "../../workshop/node/people-store.js";
import { openPeopleDatabase } from "../store/people-database.js";
import { moveUp, seatOutOfTurn, seatedPeople } from "./waiting-list.js";

const HOUR_MS = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), "waiting-list-"));
let people: PeopleStore;

beforeAll(async () => {
  people = await openPeopleDatabase(join(folder, "people.db"));
});
afterAll(async () => {
  await people?.close();
  rmSync(folder, { recursive: true });
});

it("moves nobody up, and lets nobody in out of turn, when the event is over", async () => {
  const uid = randomUUID();
  const come = (name: string, mayWait: number) =>
    people.seat({ event: uid, seats: 1, mayWait, visitor: name }, { id: randomUUID(), name });
  const ada = await come("Ada", 0);
  const bo = (await come("Bo", 1))?.id ?? "";
  await people.remove(ada?.id ?? "", undefined);
  const over = eventUntil(uid, Date.now() - 1);
  expect(await seatedPeople(people, over)).toMatchObject([{ name: "Bo", waiting: 1 }]);
  await moveUp(people, over);
  await expect(seatOutOfTurn(people, over, bo)).rejects.toMatchObject({ code: "SERVER_EVENT_CLOSED" });
  expect(await people.person(bo)).not.toHaveProperty("joinedAt");
  const [moved] = await seatedPeople(people, eventUntil(uid, Date.now() + HOUR_MS));
  expect(moved).toMatchObject({ name: "Bo", joinedAt: expect.any(String) });
  expect(moved).not.toHaveProperty("waiting");
});

it("lets whoever looks give a seat that nobody has come for to the next one, also where nobody waits", async () => {
  const uid = randomUUID();
  const event = eventUntil(uid, Date.now() + HOUR_MS);
  const come = (name: string) =>
    people.seat({ event: uid, seats: 0, mayWait: 9, visitor: name }, { id: randomUUID(), name });
  await come("Ada");
  await come("Bo");
  const [first] = await seatedPeople(people, event);
  expect(first).toMatchObject({ name: "Ada", keptUntil: expect.any(String) });
  const end = Date.parse(first?.keptUntil ?? "");
  // Both clocks of the machine go on, as time does: one that was set ends nothing.
  const [wall, steady] = [Date.now(), performance.now()];
  const clocks = [vi.spyOn(Date, "now"), vi.spyOn(performance, "now")];
  const become = (time: number): void => {
    clocks[0]?.mockReturnValue(time);
    clocks[1]?.mockReturnValue(steady + time - wall);
  };
  try {
    become(end - 1);
    expect((await seatedPeople(people, event))[0]).toEqual(first);
    become(end);
    expect(await seatedPeople(people, event)).toMatchObject([{ name: "Bo", keptUntil: expect.any(String) }]);
    become(end + HOUR_MS / 2);
    expect(await seatedPeople(people, event)).toEqual([]);
  } finally {
    for (const clock of clocks) clock.mockRestore();
  }
});

function eventUntil(uid: string, until: number): EventResource {
  const spec = {
    lab: "a-lab",
    from: new Date(until - 2 * HOUR_MS).toISOString(),
    until: new Date(until).toISOString(),
    seats: 1,
  };
  return { metadata: { name: "an-event", uid }, spec } as EventResource;
}
