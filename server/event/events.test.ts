import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { EventResource } from "../../workshop/common/event.js";
import { openPeopleDatabase } from "../store/people-database.js";
import { type EventParts, createEvents } from "./events.js";

const folder = mkdtempSync(join(tmpdir(), "lectern-events-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

// The moment between two statements of a server cannot be had from a real one; the sessions only note that they end.
it("somebody who comes in again while they are removed is removed with the session they have got", async () => {
  const people = await openPeopleDatabase(join(folder, "people.db"));
  const event = { metadata: { name: "class", uid: "uid-of-class" }, spec: { seats: 1 } } as EventResource;
  await people.seat({ event: "uid-of-class", seats: 1, visitor: "browser" }, { id: "ada", name: "Ada" });
  await people.setSession("ada", "first", undefined);
  const ended: string[] = [];
  const endSession = async (session: string) => {
    ended.push(session);
    if (session === "first") await people.setSession("ada", "second", "first");
  };
  const events = createEvents({ people, workshop: { endSession } } as unknown as EventParts);
  await events.removePerson(event, "ada");
  expect(ended).toEqual(["first", "second"]);
  expect(await people.people("uid-of-class")).toEqual([]);
  await people.close();
});
