import { expect, it } from "vitest";
import { PRIVILEGED_GROUP } from "../auth/rbac-authorizer.js";
import { serviceAccountUser } from "../auth/service-account-user.js";
import type { Call } from "./call.js";
import { OpenStreams } from "./open-streams.js";

type Claim = (user: string, groups?: string[]) => () => void;

function claims(limits: { all: number; ofUser: number }): Claim {
  const open = new OpenStreams({ words: "logs", againSeconds: 1, ...limits });
  const core = { store: {} } as Call["core"];
  return (name, groups = []) => open.claim({ core, user: { name, groups } });
}

it("the accounts of a namespace have together what one user may have", () => {
  const claim = claims({ all: 100, ofUser: 2 });
  const first = claim(serviceAccountUser("one", "learner"));
  claim(serviceAccountUser("one", "made"));
  expect(() => claim(serviceAccountUser("one", "another"))).toThrow("too many logs are open");
  claim(serviceAccountUser("two", "learner"));
  claim("ada");
  first();
  claim(serviceAccountUser("one", "another"));
  expect(() => claim(serviceAccountUser("one", "learner"))).toThrow("too many logs are open");
});

it("an administrator is served however many others have open, up to a bound of its own", () => {
  const claim = claims({ all: 4, ofUser: 2 });
  for (const user of ["ada", "bert", "cleo", "dora"]) claim(user);
  expect(() => claim("emil")).toThrow("too many logs are open");
  for (let at = 0; at < 4; at += 1) claim("admin", [PRIVILEGED_GROUP]);
  expect(() => claim("admin", [PRIVILEGED_GROUP])).toThrow("too many logs are open");
});

it("one learner gets what others have left, however many of them take all they can", () => {
  const claim = claims({ all: 2000, ofUser: 200 });
  const taken = (user: string): number => {
    for (let own = 0; ; own += 1)
      try {
        claim(user);
      } catch {
        return own;
      }
  };
  expect(taken("greedy-0")).toBe(200);
  for (let at = 1; at < 10; at += 1) taken(`greedy-${String(at)}`);
  expect(taken("ada")).toBeGreaterThan(50);
  // A whole class, each of whom follows two logs and has a command under way.
  for (let learner = 0; learner < 50; learner += 1)
    for (let at = 0; at < 3; at += 1) claim(`learner-${String(learner)}`);
});

it("who has much gets no more until others have given back", () => {
  const claim = claims({ all: 90, ofUser: 50 });
  const fill = (user: string): (() => void)[] => {
    const held: (() => void)[] = [];
    for (;;)
      try {
        held.push(claim(user));
      } catch {
        return held;
      }
  };
  const ada = fill("ada");
  const bert = fill("bert");
  expect(bert.length).toBeLessThan(ada.length);
  expect(() => claim("ada")).toThrow("too many logs are open");
  for (const give of bert) give();
  // As much as there was before anybody else came.
  expect(() => claim("ada")).toThrow("too many logs are open");
  for (const give of ada.splice(0, 5)) give();
  expect(fill("ada")).toHaveLength(5);
});
