import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StepResult, StepState } from "../../common/api.js";
import type { ActionView, BlockFlow } from "../../common/page-view.js";
import { resultKey } from "../store/step-results.js";
import type { SessionState } from "../store/session-store.js";
import { PageFlow } from "./page-flow.js";

const PAGE = "page";

describe("a page whose cascade was cut off", () => {
  beforeEach(() => vi.stubGlobal("sessionStorage", storage()));
  afterEach(() => vi.unstubAllGlobals());

  it("goes on at once where a block had led on, to what has no result, and only to that", async () => {
    const actions = [
      action("a", "execute", { pauseMs: 60_000 }),
      action("b", "execute", { isHidden: true }),
      action("c", "execute", { pauseMs: 60_000 }),
      action("d", "execute", {}),
      action("e", "execute", { pauseMs: 60_000 }),
      action("f", "execute", { isHidden: true }),
    ];
    const shown = show(actions, { a: "succeeded", c: "typed", d: "failed", e: "failed" });
    await expect.poll(() => shown.performed).toEqual(["b"]);
    shown.again();
    await settled();
    expect(shown.performed).toEqual(["b"]);
  });

  it("goes on from a block that began by itself before the server told of the session", async () => {
    const actions = [action("a", "execute", { starts: true, pauseMs: 0 }), action("b", "execute", {})];
    const shown = show(actions, {});
    await expect.poll(() => shown.performed).toEqual(["a"]);
    shown.tell({});
    shown.tell({ a: "running" });
    shown.tell({ a: "succeeded" });
    await expect.poll(() => shown.performed).toEqual(["a", "b"]);
  });

  it("waits for what is still under way", async () => {
    const actions = [action("a", "execute", { pauseMs: 0 }), action("b", "execute", { isHidden: true })];
    const shown = show(actions, { a: "running" });
    await settled();
    expect(shown.performed).toEqual([]);
    shown.tell({ a: "succeeded" });
    await expect.poll(() => shown.performed).toEqual(["b"]);
  });

  it("leaves to another tab what that one has begun meanwhile", async () => {
    const actions = [
      action("a", "execute", { pauseMs: 0 }),
      action("b", "execute", { isHidden: true }),
      action("c", "execute", { pauseMs: 0 }),
      action("d", "execute", { isHidden: true }),
    ];
    const shown = show(actions, { a: "running", c: "running" });
    shown.tell({ a: "succeeded" });
    shown.tell({ b: "queued" });
    shown.tell({ c: "succeeded" });
    await expect.poll(() => shown.performed).toEqual(["d"]);
  });

  it("finds its way through sections and tabs, which leave no result", async () => {
    const actions = [
      action("a", "execute", { pauseMs: 60_000 }),
      action("s", "section-begin", { pauseMs: 0, isHidden: true }),
      action("o", "open-dashboard", { pauseMs: 0 }),
      action("b", "execute", { isHidden: true }),
    ];
    const shown = show(actions, { a: "succeeded" });
    await expect.poll(() => shown.performed).toEqual(["b"]);
  });

  it("opens by itself what it opens once in a tab of the browser, and goes on from there", async () => {
    const actions = [
      action("o", "open-dashboard", { starts: true, pauseMs: 60_000 }),
      action("b", "execute", { isHidden: true }),
      action("t", "terminal-select", { starts: true }),
    ];
    const first = show(actions, {});
    await expect.poll(() => first.performed).toEqual(["o", "t"]);
    first.close();
    const second = show(actions, {});
    await expect.poll(() => second.performed).toEqual(["b"]);
    second.close();
    const third = show(actions, { b: "succeeded" });
    await settled();
    expect(third.performed).toEqual([]);
    third.close();
    const other = show(actions, {}, "other-session");
    await expect.poll(() => other.performed).toEqual(["o", "t"]);
  });
});

function show(actions: ActionView[], states: Record<string, StepState>, id = "session") {
  const results = new Map<string, StepResult>();
  const listeners = new Set<() => void>();
  const performed: string[] = [];
  const tell = (told: Record<string, StepState>): void => {
    for (const [number, [step, state]] of Object.entries(told).entries())
      results.set(resultKey(PAGE, step), { page: PAGE, step, number, state, checks: [] });
    for (const listener of listeners) listener();
  };
  tell(states);
  const state: SessionState = {
    results,
    refusals: new Map(),
    connection: "open",
    terminals: new Map(),
    shells: new Map(),
    announcement: "",
  };
  const flow = new PageFlow({
    id,
    snapshot: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const next = new Map(actions.slice(1).map((following, at) => [actions[at]?.step ?? "", following]));
  const again = (): void =>
    flow.show({
      page: PAGE,
      actions,
      next,
      isFolded: () => false,
      perform: (performedAction) => {
        performed.push(performedAction.step);
        flow.begun(performedAction);
        return Promise.resolve();
      },
      fold: () => undefined,
    });
  const close = flow.open();
  again();
  return { performed, tell, again, close };
}

function action(step: string, kind: ActionView["kind"], flow: BlockFlow): ActionView {
  return {
    step,
    number: 0,
    action: kind,
    kind,
    title: "",
    terminals: [],
    inline: false,
    checks: [],
    expectsFailure: false,
    flow,
  };
}

/** Longer than all that is done at once takes. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}

function storage(): Pick<Storage, "getItem" | "setItem"> {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  };
}
