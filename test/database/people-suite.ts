import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
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
