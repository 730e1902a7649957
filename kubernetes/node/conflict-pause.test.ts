import { expect, it } from "vitest";
import { conflictPauseMs, pauseAfterConflict } from "./conflict-pause.js";

it("pauses after a conflict grow up to a second, and differ from those of others", () => {
  const longest = [0, 1, 2, 3, 6, 7, 60].map((attempt) => conflictPauseMs(attempt, 1));
  expect(longest).toEqual([10, 20, 40, 80, 640, 1_000, 1_000]);
  expect(conflictPauseMs(3, 0)).toBe(40);
});

it("a pause after a conflict ends with its signal", async () => {
  const ending = new AbortController();
  const pause = pauseAfterConflict(60, ending.signal);
  ending.abort(new Error("told to end"));
  await expect(pause).rejects.toMatchObject({ cause: { message: "told to end" } });
});
