import { describe, expect, it } from "vitest";

import { type BoundRoles, changeBindings, mayAt, permissionsOf, type Role, ROLES } from "./roles.js";

const bound = (role: Role, workspace?: string, name = "alice"): BoundRoles => ({
  ...(workspace !== undefined && { workspace }),
  roleBindings: [{ role, subjects: [{ kind: "USER", name }] }],
});

describe("roles", () => {
  it("add up: of several the one that allows most holds, in whichever order they are bound", () => {
    const roles = [bound("workspace.view"), bound("workspace.admin", "blue"), bound("organization.edit")];
    for (const places of [roles, roles.toReversed()])
      expect(permissionsOf({ user: "alice" }, places)).toEqual({
        organization: "edit",
        workspaces: "edit",
        workspace: { blue: "admin" },
      });
  });

  it("of others are nobody else's", () => {
    expect(permissionsOf({ user: "alice" }, [bound("organization.admin", undefined, "alice2")])).toEqual({
      workspace: {},
    });
  });

  it("of a group are those of whoever belongs to it, and of no user of its name", () => {
    const places: BoundRoles[] = [
      { roleBindings: [{ role: "workspace.edit", subjects: [{ kind: "GROUP", name: "blue" }] }] },
      { roleBindings: [{ role: "workspace.admin", subjects: [{ kind: "USER", name: "red" }] }] },
    ];
    const held = { organization: undefined, workspaces: "edit", workspace: {} };
    expect(permissionsOf({ user: "alice", groups: ["qa", "blue"] }, places)).toEqual(held);
    expect(permissionsOf({ user: "blue", groups: ["red"] }, places)).toEqual({ workspace: {} });
  });

  it("of a workspace reach no further, also where they are written as the organization's", () => {
    for (const role of ROLES) {
      const permissions = permissionsOf({ user: "alice" }, [bound(role, "blue")]);
      for (const level of ["view", "edit", "admin"] as const)
        expect(mayAt(permissions, level, "green")).toBe(false);
      expect(mayAt(permissions, "edit")).toBe(false);
    }
  });

  it("are no properties that every object has", () => {
    const permissions = permissionsOf({ user: "alice" }, [bound("workspace.view", "blue")]);
    for (const name of ["constructor", "__proto__", "toString"])
      expect(mayAt(permissions, "view", name)).toBe(false);
  });

  it("are given and taken one by one, and leave the rest as it is", () => {
    const alice = { kind: "USER" as const, name: "alice" };
    const bob = { kind: "USER" as const, name: "bob" };
    const given = changeBindings(
      [],
      [
        { op: "ADD", role: "workspace.edit", subject: bob },
        { op: "ADD", role: "workspace.edit", subject: alice },
        { op: "ADD", role: "workspace.edit", subject: alice },
      ],
    );
    expect(given).toEqual([{ role: "workspace.edit", subjects: [alice, bob] }]);
    expect(changeBindings(given, [{ op: "DELETE", role: "workspace.edit", subject: bob }])).toEqual([
      { role: "workspace.edit", subjects: [alice] },
    ]);
    expect(changeBindings(given, [{ op: "DELETE", role: "workspace.view", subject: bob }])).toEqual(given);
    const group = { kind: "GROUP" as const, name: "alice" };
    const both = changeBindings(given, [{ op: "ADD", role: "workspace.edit", subject: group }]);
    expect(both).toEqual([{ role: "workspace.edit", subjects: [alice, bob, group] }]);
    expect(changeBindings(both, [{ op: "DELETE", role: "workspace.edit", subject: group }])).toEqual(given);
  });
});
