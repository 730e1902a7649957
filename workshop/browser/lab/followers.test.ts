import { expect, it } from "vitest";
import type { ActionView, BlockFlow } from "../../common/page-view.js";
import { withReachedHidden } from "./followers.js";

it("a hidden block is shown where, as the page is laid out, nothing would run it", () => {
  const [leader, follower, inBox, started, open] = [
    action("leader", { pauseMs: 0 }),
    action("follower", { isHidden: true }),
    action("in-box", { isHidden: true, isRequired: true }),
    action("started", { isHidden: true, starts: true }),
    { ...action("open", { isHidden: true }), section: { name: "a", open: true } },
  ];
  const next = new Map([
    ["leader", follower],
    // Without a cascade nothing comes of standing before it.
    ["started", inBox],
  ]);
  const seen = withReachedHidden([leader, follower, inBox, started, open], next);
  expect(seen.map(({ step, flow }) => [step, flow?.isHidden])).toEqual([
    ["leader", undefined],
    ["follower", true],
    ["in-box", undefined],
    ["started", true],
    ["open", true],
  ]);
  expect(seen[2]?.flow).toEqual({ isRequired: true });
});

function action(step: string, flow: BlockFlow): ActionView {
  return {
    step,
    number: 0,
    action: "execute",
    kind: "execute",
    title: "",
    terminals: [],
    inline: false,
    checks: [],
    expectsFailure: false,
    flow,
  };
}
