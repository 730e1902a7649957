import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import type { PeopleStore } from "../../workshop/node/people-store.js";

const typed = (name: string) => ({ id: randomUUID(), name });

/** What every store of people must do; each test has an event of its own. */
export function describePeople(people: () => PeopleStore): void {
  describe("people of an event", () => {
    it("get no more seats than there are, however many come at once", async () => {
      const [store, event] = [people(), randomUUID()];
      const seated = await Promise.all(
        Array.from({ length: 40 }, (_, at) =>
          store.seat({ event, seats: 25, visitor: `browser ${String(at)}` }, typed(`Person ${String(at)}`)),
        ),
      );
      expect(seated.filter((person) => person !== undefined)).toHaveLength(25);
      expect(await store.people(event)).toHaveLength(25);
      const [first] = await store.people(event);
      expect(await store.remove(first?.id ?? "", first?.session)).toBe(true);
      expect(await store.seat({ event, seats: 25, visitor: "late" }, typed("Late"))).toMatchObject({
        name: "Late",
      });
    });

    it("wait in the order in which they come, so many at most, and nobody who comes later sits before them", async () => {
      const [store, event] = [people(), randomUUID()];
      const place = (visitor: string, seats = 1) => ({ event, seats, mayWait: 3, visitor });
      const come = (name: string, seats?: number) => store.seat(place(name, seats), typed(name));
      expect(await come("Ada")).toMatchObject({ joinedAt: expect.any(String) });
      const waiting = [await come("Bo"), await come("Cy"), await come("Di"), await come("Ed")];
      const orders = waiting.map((person) => person?.waiting);
      expect(orders).toEqual([1, 2, 3, undefined]);
      expect(waiting[3]).toBeUndefined();
      expect(await come("Bo")).toEqual(waiting[0]);
      expect(await store.ofVisitor(event, "Cy")).toEqual(waiting[1]);
      // A seat more: who comes then waits behind the others, and the first of them has it.
      expect(await come("Fay", 2)).toMatchObject({ name: "Fay", waiting: 4 });
      const seated = async () => {
        const known = await store.people(event);
        return known.filter(({ joinedAt }) => joinedAt !== undefined).map(({ name }) => name);
      };
      expect(await seated()).toEqual(["Ada", "Bo"]);
      const ada = await store.ofVisitor(event, "Ada");
      await store.remove(ada?.id ?? "", undefined);
      // Two who free the same seat, and one who comes.
      await Promise.all([store.moveUp(event, 2), store.moveUp(event, 2), come("Gil", 2)]);
      expect(await seated()).toEqual(["Bo", "Cy"]);
      expect(await store.seatOutOfTurn((await store.ofVisitor(event, "Fay"))?.id ?? "")).toBe(true);
      expect(await store.seatOutOfTurn((await store.ofVisitor(event, "Fay"))?.id ?? "")).toBe(false);
      expect(await seated()).toEqual(["Bo", "Cy", "Fay"]);
      await store.moveUp(event, 3);
      expect(await seated()).toEqual(["Bo", "Cy", "Fay"]);
      await store.moveUp(event, 500);
      const late = ["Hal", "Ida", "Jo", "Kim", "Lea"].map((name) => come(name, 5));
      const atOnce = (await Promise.all(late)).flatMap((person) => person?.waiting ?? []);
      expect(atOnce.toSorted((one, other) => one - other)).toEqual([1, 2, 3]);
      expect((await store.people(event)).filter(({ joinedAt }) => joinedAt !== undefined)).toEqual(
        ["Bo", "Cy", "Di", "Fay", "Gil"].map((name) =>
          expect.objectContaining({ name, joinedAt: expect.any(String) }),
        ),
      );
    });

    it("keep their seat for as much longer, or shorter, as the clock has jumped, and who has come keeps theirs", async () => {
      const [store, event] = [people(), randomUUID()];
      const place = (visitor: string) => ({ event, seats: 1, mayWait: 3, visitor });
      await store.seat(place("Ada"), typed("Ada"));
      await store.seat(place("Bo"), typed("Bo"));
      await store.moveUp(event, 2);
      const kept = async () =>
        (await store.people(event)).map(({ name, keptUntil }) => [name, Date.parse(keptUntil ?? "")]);
      const [, [, before] = []] = await kept();
      const hour = 3_600_000;
      for (const [jump, sum] of [
        [3 * hour, 3 * hour],
        [-2 * hour, hour],
        [-2 * hour, -hour],
      ] as const) {
        await store.moveKeptSeats(jump);
        expect(await kept()).toEqual([
          ["Ada", Number.NaN],
          ["Bo", Number(before) + sum],
        ]);
      }
      await store.moveUp(event, 2);
      expect((await kept()).map(([name]) => name)).toEqual(["Ada"]);
    });

    it("who move up and do not come have their seat until the next one gets it, and for good once they are there", async () => {
      const [store, event] = [people(), randomUUID()];
      const listed = typed("Li");
      await store.addListed(event, [listed]);
      const place = (visitor: string) => ({ event, seats: 0, mayWait: 4, visitor });
      for (const name of ["Ada", "Bo", "Cy"]) await store.seat(place(name), typed(name));
      const moved = await store.seat(place("Li"), { person: listed.id });
      expect(moved).not.toHaveProperty("keptUntil");
      const seated = async () =>
        (await store.people(event)).flatMap(({ name, joinedAt, keptUntil }) =>
          joinedAt === undefined ? [] : [[name, keptUntil]],
        );
      const kept = expect.any(String) as string;
      await store.moveUp(event, 2, 0);
      expect(await seated()).toEqual([
        ["Ada", kept],
        ["Bo", kept],
      ]);
      const ada = await store.ofVisitor(event, "Ada");
      await store.setSession(ada?.id ?? "", "session-of-ada", undefined);
      // Ada is there, Bo's time is over: Cy has the seat, and then nobody comes for it.
      await store.moveUp(event, 2, 0);
      expect(await seated()).toEqual([
        ["Ada", undefined],
        ["Cy", kept],
      ]);
      expect(await store.ofVisitor(event, "Bo")).toBeUndefined();
      await store.moveUp(event, 2, 0);
      expect(await seated()).toEqual([
        ["Ada", undefined],
        ["Li", kept],
      ]);
      await store.moveUp(event, 2);
      expect(await seated()).toEqual([["Ada", undefined]]);
      // Whoever is of the list may choose their name again.
      expect(await store.seat({ ...place("other"), seats: 2 }, { person: listed.id })).toMatchObject({
        name: "Li",
        joinedAt: kept,
      });
    });

    it("who are just coming keep their seat meanwhile, and have come when they have a session", async () => {
      const [store, event] = [people(), randomUUID()];
      const place = (visitor: string) => ({ event, seats: 0, mayWait: 4, visitor });
      for (const name of ["Ada", "Bo"]) await store.seat(place(name), typed(name));
      const known = async (name: string) => {
        const { id = "", joinedAt = "", keptUntil = "" } = (await store.ofVisitor(event, name)) ?? {};
        return { id, joinedAt: Date.parse(joinedAt), keptUntil: Date.parse(keptUntil) };
      };
      await store.moveUp(event, 1, 0);
      const ada = await known("Ada");
      // Their time is over, and nobody has looked yet.
      expect(await store.holdSeat(ada.id)).toBe(true);
      await store.moveUp(event, 1, 0);
      expect((await known("Ada")).keptUntil).toBeGreaterThan(ada.keptUntil);
      expect(await known("Bo")).toMatchObject({ joinedAt: NaN });
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(ada.joinedAt + 1));
      await store.setSession(ada.id, "session-of-ada", undefined);
      const came = await known("Ada");
      expect(came.keptUntil).toBeNaN();
      expect(came.joinedAt).toBeGreaterThan(ada.joinedAt);
      // Where nothing is kept nothing begins to be; whoever comes too late has nothing to hold.
      expect(await store.holdSeat(ada.id)).toBe(true);
      expect(await known("Ada")).toEqual(came);
      await store.moveUp(event, 2, 0);
      const bo = await known("Bo");
      await store.moveUp(event, 2, 0);
      expect(await store.holdSeat(bo.id)).toBe(false);
    });

    it("of a list wait by their names in whatever browser, and nobody gives a seat away for waiting", async () => {
      const [store, event] = [people(), randomUUID()];
      const [ada, bo, cy] = [typed("Ada"), typed("Bo"), typed("Cy")];
      await store.addListed(event, [ada, bo, cy]);
      const choose = (visitor: string, { id }: { id: string }) =>
        store.seat({ event, seats: 1, mayWait: 1, visitor }, { person: id });
      await choose("a", ada);
      expect(await choose("a", bo)).toBeUndefined();
      expect(await store.ofVisitor(event, "a")).toMatchObject({ name: "Ada" });
      const waits = await choose("b", bo);
      expect(waits).toMatchObject({ name: "Bo", waiting: 1 });
      expect(await choose("c", cy)).toBeUndefined();
      expect(await choose("d", bo)).toEqual(waits);
      expect(await store.ofVisitor(event, "b")).toBeUndefined();
      const other = await store.seat({ event, seats: 1, mayWait: 2, visitor: "d" }, { person: cy.id });
      expect(other).toMatchObject({ name: "Cy", waiting: expect.any(Number) });
      // Whom the browser was before waits no more.
      await store.moveUp(event, 2);
      expect((await store.people(event)).map(({ name, joinedAt }) => joinedAt && name)).toEqual([
        "Ada",
        undefined,
        "Cy",
      ]);
    });

    it("have a score that is due until it was told as it is, anew to another line, and no more once they are removed", async () => {
      const [store, event, session] = [people(), randomUUID(), randomUUID()];
      const person = await store.seat({ event, seats: 1, visitor: "a" }, typed("Ada"));
      const id = person?.id ?? "";
      await store.setSession(id, session, undefined);
      const target = { person: id, event, lab: "lab", platform: "school", subject: "1", lineItem: "one" };
      await store.setScoreTarget(target);
      const due = async () =>
        (await store.dueScores("school", 1_000)).filter((score) => score.event === event);
      expect(await due()).toEqual([{ ...target, done: 0 }]);
      await store.noteScore(id, 0);
      await store.setScoreTarget(target);
      expect(await due()).toEqual([]);
      await store.noteTry({ session, page: "p", step: "s", number: 0, verdict: "done", at: 1_000 });
      expect(await due()).toEqual([{ ...target, done: 1 }]);
      await store.noteScore(id, 1);
      await store.setScoreTarget({ ...target, lineItem: "two" });
      expect(await due()).toEqual([{ ...target, lineItem: "two", done: 1 }]);
      await store.remove(id, session);
      expect(await due()).toEqual([]);
    });

    it("of one platform are told, however many of another wait", async () => {
      const [store, event] = [people(), randomUUID()];
      const [away, there] = [randomUUID(), randomUUID()];
      for (const [at, platform] of [away, away, away, there].entries()) {
        const person = await store.seat(
          { event, seats: 4, visitor: String(at) },
          typed(`Person ${String(at)}`),
        );
        const target = { person: person?.id ?? "", event, lab: "lab", subject: String(at), lineItem: "one" };
        await store.setScoreTarget({ ...target, platform });
      }
      expect((await store.dueScores(there, 2)).map(({ subject }) => subject)).toEqual(["3"]);
      expect(await store.dueScores(away, 2)).toHaveLength(2);
    });

    it("are the same in the same browser, whatever they type there then", async () => {
      const [store, event] = [people(), randomUUID()];
      const place = { event, seats: 2, visitor: "one browser" };
      const [one, other] = await Promise.all([
        store.seat(place, typed("Ada")),
        store.seat(place, typed("Ada L.")),
      ]);
      expect(other).toEqual(one);
      expect(await store.people(event)).toEqual([one]);
    });

    it("of a list are the same in every browser, and a browser goes by the last one chosen", async () => {
      const [store, event] = [people(), randomUUID()];
      const [ada, grace] = [typed("Ada"), typed("Grace")];
      await store.addListed(event, [ada, grace]);
      expect((await store.people(event)).map(({ joinedAt }) => joinedAt)).toEqual([undefined, undefined]);
      const first = await store.seat({ event, seats: 1, visitor: "a" }, { person: ada.id });
      const again = await store.seat({ event, seats: 1, visitor: "b" }, { person: ada.id });
      expect([first, again]).toEqual([expect.objectContaining({ id: ada.id, isListed: true }), first]);
      expect(await store.seat({ event, seats: 1, visitor: "c" }, { person: grace.id })).toBeUndefined();
      expect(await store.seat({ event, seats: 2, visitor: "b" }, { person: grace.id })).toMatchObject({
        name: "Grace",
      });
      expect(await store.ofVisitor(event, "b")).toMatchObject({ name: "Grace" });
      expect(await store.seat({ event, seats: 2, visitor: "a" }, { person: randomUUID() })).toBeUndefined();
    });

    it("stay who they are in a browser that tries a name there is no seat for, or that is not there", async () => {
      const [store, event] = [people(), randomUUID()];
      const [ada, grace] = [typed("Ada"), typed("Grace")];
      await store.addListed(event, [ada, grace]);
      const place = { event, seats: 1, visitor: "a" };
      await store.seat(place, { person: ada.id });
      for (const person of [grace.id, randomUUID()]) {
        expect(await store.seat(place, { person })).toBeUndefined();
        expect(await store.ofVisitor(event, "a")).toMatchObject({ id: ada.id });
      }
    });

    it("keep one session of two that are made at once, and are found by it", async () => {
      const [store, event] = [people(), randomUUID()];
      const ada = await store.seat({ event, seats: 1, visitor: "a" }, typed("Ada"));
      const [one, other] = [randomUUID(), randomUUID()];
      const set = [one, other].map((session) => store.setSession(ada?.id ?? "", session, undefined));
      expect((await Promise.all(set)).filter(Boolean)).toHaveLength(1);
      const { session = "" } = (await store.person(ada?.id ?? "")) ?? {};
      expect(await store.ofSession(session)).toMatchObject({ name: "Ada", event });
      expect(await store.setSession(ada?.id ?? "", "the next", session)).toBe(true);
    });

    it("have what they came to after their sessions, and nobody else has it", async () => {
      const [store, event] = [people(), randomUUID()];
      const ada = await store.seat({ event, seats: 1, visitor: "a" }, typed("Ada"));
      const [first, second] = [randomUUID(), randomUUID()];
      await store.setSession(ada?.id ?? "", first, undefined);
      const step = { session: first, page: "begin", step: "abc", number: 2 };
      await store.noteTry({ ...step, verdict: "failed", at: 1_000 });
      await store.noteTry({ ...step, verdict: "unknown", at: 2_000 });
      await store.noteTry({ ...step, session: randomUUID(), verdict: "done", at: 3_000 });
      const before = { person: ada?.id, page: "begin", step: "abc", number: 2, firstAt: 1_000 };
      expect(await store.outcomes(event)).toEqual([{ ...before, tries: 2, failures: 1 }]);
      expect(await store.outcomesOf(before.person ?? "")).toEqual(await store.outcomes(event));
      expect(await store.outcomesOf("nobody")).toEqual([]);
      await store.setSession(ada?.id ?? "", second, first);
      await store.noteTry({ ...step, session: second, verdict: "done", at: 4_000 });
      await store.noteTry({ ...step, session: second, verdict: "failed", at: 5_000 });
      const after = { ...before, tries: 4, failures: 2, doneAt: 4_000 };
      expect(await store.outcomes(event)).toEqual([after]);
      const hint = { session: second, page: "begin", at: 6_000 };
      for (const hints of [1, 2, 1]) await store.noteHints({ ...hint, step: "abc", number: 2, hints });
      await store.noteHints({ ...hint, step: "def", number: 3, hints: 1 });
      await store.noteHints({ ...hint, session: randomUUID(), step: "def", number: 3, hints: 9 });
      const untried = { person: ada?.id, page: "begin", step: "def", number: 3, tries: 0, failures: 0 };
      expect(await store.outcomes(event)).toEqual([
        { ...after, hints: 2 },
        { ...untried, hints: 1, firstAt: 6_000 },
      ]);
      expect(await store.remove(ada?.id ?? "", second)).toBe(true);
      expect(await store.outcomes(event)).toEqual([]);
    });

    it("say of the event what they said last, also after their session, until they are removed", async () => {
      const [store, event] = [people(), randomUUID()];
      const ada = await store.seat({ event, seats: 1, visitor: "a" }, typed("Ada"));
      const id = ada?.id ?? "";
      expect(ada).not.toHaveProperty("feedback");
      expect(await store.setFeedback(id, { rating: 2, comment: "Too fast'; -- 😀" })).toBe(true);
      expect((await store.person(id))?.feedback).toEqual({ rating: 2, comment: "Too fast'; -- 😀" });
      expect(await store.setFeedback(id, { rating: 5 })).toBe(true);
      await store.setSession(id, randomUUID(), undefined);
      const [known] = await store.people(event);
      expect(known?.feedback).toEqual({ rating: 5 });
      await store.remove(id, known?.session);
      expect(await store.setFeedback(id, { rating: 1 })).toBe(false);
      expect(await store.people(event)).toEqual([]);
    });

    it("are removed with the session they have by then, or not at all", async () => {
      const [store, event] = [people(), randomUUID()];
      const ada = await store.seat({ event, seats: 1, visitor: "a" }, typed("Ada"));
      const [id, session] = [ada?.id ?? "", randomUUID()];
      await store.setSession(id, session, undefined);
      const one = { session, page: "begin", step: "abc", number: 0, verdict: "done", at: 1_000 } as const;
      await store.noteTry(one);
      for (const other of [undefined, randomUUID()]) expect(await store.remove(id, other)).toBe(false);
      expect([await store.person(id), await store.outcomes(event)]).toEqual([
        expect.objectContaining({ session }),
        [expect.objectContaining({ person: id })],
      ]);
      expect(await store.remove(id, session)).toBe(true);
      expect([await store.person(id), await store.outcomes(event)]).toEqual([undefined, []]);
      expect(await store.remove(id, session)).toBe(false);
    });

    it("are known as whose their sessions were, until they are removed: then only that these were somebody's", async () => {
      const [store, event, other] = [people(), randomUUID(), randomUUID()];
      const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
      const ada = await store.seat({ event, seats: 2, visitor: "a" }, typed("Ada"));
      const bo = await store.seat({ event: other, seats: 2, visitor: "b" }, typed("Bo"));
      const [id, bos] = [ada?.id ?? "", bo?.id ?? ""];
      await store.setSession(id, first, undefined);
      await store.setSession(id, second, first);
      expect(await store.setSession(id, randomUUID(), first)).toBe(false);
      await store.setSession(bos, third, undefined);
      const ours = async () =>
        (await store.sessions()).filter((one) => one.event === event || one.event === other);
      expect(new Set((await ours()).map(({ session }) => session))).toEqual(new Set([first, second, third]));
      expect(await ours()).toContainEqual({ session: first, person: id, event });
      await store.remove(id, second);
      expect(await ours()).toEqual([{ session: third, person: bos, event: other }]);
      expect(await store.removedSessions()).toEqual(expect.arrayContaining([first, second]));
      await store.removeEvent(other);
      expect(await ours()).toEqual([]);
      expect(await store.removedSessions()).toContain(third);
    });

    it("are gone when they are removed, alone or with their event", async () => {
      const [store, event, other] = [people(), randomUUID(), randomUUID()];
      await store.addListed(event, [typed("<b>Ada</b>"), typed("Grace'; --")]);
      await store.addListed(other, [typed("Alan")]);
      expect((await store.people(event)).map(({ name }) => name).toSorted()).toEqual([
        "<b>Ada</b>",
        "Grace'; --",
      ]);
      expect(await store.events()).toEqual(expect.arrayContaining([event, other]));
      await store.removeEvent(event);
      expect([await store.people(event), await store.events()]).toEqual([
        [],
        expect.not.arrayContaining([event]),
      ]);
      expect(await store.people(other)).toHaveLength(1);
    });
  });
}
