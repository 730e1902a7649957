import { describe, expect, it } from "vitest";
import { keeperOf } from "./session-keeper.js";

const sessions = Array.from({ length: 60 }, (_, at) => `session-${String(at)}`);

function shares(servers: string[]): number[] {
  return servers.map((server) => sessions.filter((session) => keeperOf(session, servers) === server).length);
}

describe("of several servers", () => {
  it.each([2, 3])("each of %i looks after about as many sessions, whatever they are called", (count) => {
    const smallest = Array.from({ length: 200 }, (_, round) =>
      Math.min(
        ...shares(Array.from({ length: count }, (__, at) => `lectern-${String(round)}-${String(at)}`)),
      ),
    );
    expect(Math.min(...smallest)).toBeGreaterThan(60 / count / 4);
  });

  it("one that comes or goes changes only whose sessions it gets or had", () => {
    const before = sessions.map((session) => keeperOf(session, ["one", "two", "three"]));
    const after = sessions.map((session) => keeperOf(session, ["one", "three"]));
    const moved = sessions.filter((_, at) => before[at] !== after[at]);
    expect(moved).toEqual(sessions.filter((_, at) => before[at] === "two"));
    expect(new Set(after)).toEqual(new Set(["one", "three"]));
  });

  it("the order in which they are named makes no difference", () => {
    for (const session of sessions) expect(keeperOf(session, ["a", "b"])).toBe(keeperOf(session, ["b", "a"]));
  });
});
