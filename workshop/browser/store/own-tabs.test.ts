import { describe, expect, it } from "vitest";
import type { ActionView } from "../../common/page-view.js";
import { type OwnTabs, afterAction, withOwnTabs } from "./own-tabs.js";

const SESSION = [{ name: "Console" }, { name: "Docs", url: "https://docs.example" }];

function after(...actions: Partial<ActionView>[]): ReturnType<typeof withOwnTabs> {
  const tabs = actions.reduce<OwnTabs>((before, action) => afterAction(before, action as ActionView), {
    changed: [],
    removed: [],
  });
  return withOwnTabs(SESSION, tabs);
}

const make = { kind: "create-dashboard", dashboard: "App", url: "https://app.example" } as const;

describe("the tabs of a session", () => {
  it("are its own where no block has changed them", () => {
    expect(after()).toEqual(SESSION);
  });

  it("have what a block makes at their end, and elsewhere where it is pointed to", () => {
    expect(after(make)).toEqual([...SESSION, { name: "App", url: "https://app.example", loads: 1 }]);
    expect(after(make, { kind: "reload-dashboard", dashboard: "App" }).at(-1)).toMatchObject({
      url: "https://app.example",
      loads: 2,
    });
    expect(
      after({ kind: "reload-dashboard", dashboard: "Docs", url: "https://other.example" }),
    ).toMatchObject([{ name: "Console" }, { name: "Docs", url: "https://other.example", loads: 1 }]);
    expect(after({ kind: "reload-dashboard", dashboard: "Docs" })[1]).toMatchObject({
      url: "https://docs.example",
      loads: 1,
    });
  });

  it("are without what a block takes away, but for those of every session, until it is made again", () => {
    expect(after({ kind: "delete-dashboard", dashboard: "Docs" })).toEqual([{ name: "Console" }]);
    expect(after({ kind: "delete-dashboard", dashboard: "Console" })).toEqual(SESSION);
    expect(after(make, { kind: "delete-dashboard", dashboard: "App" }, make)).toHaveLength(3);
  });
});
