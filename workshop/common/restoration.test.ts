import { expect, it } from "vitest";
import { type Restoration, noteRestoration } from "./restoration.js";
import type { SessionSpec } from "./session.js";

const NOW = Date.parse("2026-01-01T00:00:00Z");

function specWith(answer: Restoration["answer"]): SessionSpec {
  const restoration: Restoration = {
    id: "one",
    page: "second",
    state: "asks",
    doing: "",
    done: 1,
    of: 2,
    leftOut: 0,
    aliveUntil: "2026-01-01T00:01:00Z",
    ...(answer && { answer }),
  };
  return { restoration } as SessionSpec;
}

it("the answer that was heard is taken back, and not another one that came since", () => {
  const heard = noteRestoration("one", { state: "running" }, { now: NOW, heard: "go-on" });
  expect(heard(specWith("go-on"))).toMatchObject({ restoration: { state: "running", answer: null } });
  expect(heard(specWith("stop"))?.restoration).not.toHaveProperty("answer");
});
