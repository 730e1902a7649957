import { expect, it } from "vitest";
import type { SessionEvent } from "../../common/api.js";
import { withShellEvent } from "./shell-news.js";

function after(...events: SessionEvent[]) {
  return events.reduce(withShellEvent, new Map()).get("1");
}

const opened: SessionEvent = { type: "terminal-opened", terminal: "1" };
const exited: SessionEvent = { type: "terminal-exited", terminal: "1" };
const lost: SessionEvent = { ...exited, reason: "The machine of this session is gone." };

it("keeps why a shell was taken away until the next one has ended by itself", () => {
  expect(after(opened, lost)).toEqual({ opened: 1, loss: lost.reason });
  expect(after(opened, lost, opened)).toEqual({ opened: 2, loss: lost.reason });
  expect(after(opened, lost, opened, exited)).toEqual({ opened: 2 });
});
