import { describe, expect, it } from "vitest";
import { changedStaff } from "./event-staff.js";

const before = { owner: "anna", instructors: ["carl"], helpers: ["ben"] };

describe("who looks after an event, by flags", () => {
  it("takes instructors and helpers away", () => {
    expect(changedStaff(before, { remove: ["carl", "ben", "nobody"] })).toEqual({
      owner: "anna",
      instructors: [],
      helpers: [],
    });
  });

  it("takes no owner away unless it is said whose the event is then", () => {
    expect(() => changedStaff(before, { remove: ["anna"] })).toThrow(
      'anna owns the event, and an event is not without its owner by mistake. Say whose it is from now on with --owner NAME, or make it everybody\'s with a role here with --owner "".',
    );
    expect(changedStaff(before, { remove: ["anna"], owner: "dora" })).toEqual({ ...before, owner: "dora" });
    expect(changedStaff(before, { remove: ["anna"], owner: "" })).toEqual({});
  });

  it("moves who becomes another thing", () => {
    expect(changedStaff(before, { instructor: ["ben"], helper: ["carl"] })).toEqual({
      owner: "anna",
      instructors: ["ben"],
      helpers: ["carl"],
    });
  });
});
