import type { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Role } from "../../../policy/common/roles.js";
import { createClusterClient } from "../../../policy/node/cluster-client.js";
import { createHierarchyStore } from "../../../policy/node/hierarchy-store.js";
import { OPERATIONS } from "../../../server/http/policy/operations.js";
import { eventually } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-roles";
const namespace = organization;
const workspace = "roles-ws";
const elsewhere = "elsewhere-ws";
const cluster = `${organization}-cluster`;

/** Who has which role, and where it is bound. */
const USERS: Record<string, { role: Role; at: string }> = {
  "org-view": { role: "organization.view", at: "organization" },
  "org-edit": { role: "organization.edit", at: "organization" },
  "org-admin": { role: "organization.admin", at: "organization" },
  "all-view": { role: "workspace.view", at: "organization" },
  "all-edit": { role: "workspace.edit", at: "organization" },
  "all-admin": { role: "workspace.admin", at: "organization" },
  "own-view": { role: "workspace.view", at: workspace },
  "own-edit": { role: "workspace.edit", at: workspace },
  "own-admin": { role: "workspace.admin", at: workspace },
  "other-admin": { role: "workspace.admin", at: elsewhere },
};

const MEMBERS = Object.keys(USERS);
const of = (...levels: string[]) => ({
  organization: levels.map((level) => `org-${level}`),
  workspace: ["org", "all", "own"].flatMap((kind) => levels.map((level) => `${kind}-${level}`)),
});
const VIEW = of("view", "edit", "admin");
const EDIT = of("edit", "admin");
const ADMIN = of("admin");

/** Whom each operation lets through; whoever is not named gets 403. */
const LET_THROUGH: Record<string, readonly string[]> = {
  "get /organization": MEMBERS,
  "get /organization/policies": MEMBERS,
  "post /organization/policies": ADMIN.organization,
  "get /organization/policies/{name}": MEMBERS,
  "put /organization/policies/{name}": ADMIN.organization,
  "delete /organization/policies/{name}": ADMIN.organization,
  "get /organization/exceptions": MEMBERS,
  "post /organization/exceptions": EDIT.organization,
  "get /organization/exceptions/{name}": MEMBERS,
  "post /organization/exceptions/{name}/grant": ADMIN.organization,
  "post /organization/exceptions/{name}/deny": ADMIN.organization,
  "delete /organization/exceptions/{name}": EDIT.organization,
  "get /workspaces/{workspace}/policies": VIEW.workspace,
  "post /workspaces/{workspace}/policies": ADMIN.workspace,
  "get /workspaces/{workspace}/policies/{name}": VIEW.workspace,
  "put /workspaces/{workspace}/policies/{name}": ADMIN.workspace,
  "delete /workspaces/{workspace}/policies/{name}": ADMIN.workspace,
  "get /workspaces/{workspace}/exceptions": VIEW.workspace,
  "post /workspaces/{workspace}/exceptions": EDIT.workspace,
  "get /workspaces/{workspace}/exceptions/{name}": VIEW.workspace,
  "post /workspaces/{workspace}/exceptions/{name}/grant": ADMIN.workspace,
  "post /workspaces/{workspace}/exceptions/{name}/deny": ADMIN.workspace,
  "delete /workspaces/{workspace}/exceptions/{name}": EDIT.workspace,
  "get /organization/history": MEMBERS,
  "get /organization/history/{id}": MEMBERS,
  "post /organization/history/{id}/restore": ADMIN.organization,
  "get /workspaces/{workspace}/history": VIEW.workspace,
  "get /workspaces/{workspace}/history/{id}": VIEW.workspace,
  "post /workspaces/{workspace}/history/{id}/restore": ADMIN.workspace,
  "get /image-policies/history": MEMBERS,
  "get /permissions": MEMBERS,
  "post /organization/api-tokens": ADMIN.organization,
  "get /organization:iam/{organization}": MEMBERS,
  "put /organization:iam/{organization}": ADMIN.organization,
  "patch /organization:iam/{organization}": ADMIN.organization,
  "get /workspaces:iam/{workspace}": VIEW.workspace,
  "put /workspaces:iam/{workspace}": ADMIN.workspace,
  "patch /workspaces:iam/{workspace}": ADMIN.workspace,
  "get /workspaces": MEMBERS,
  "post /workspaces": EDIT.organization,
  "get /workspaces/{name}": VIEW.workspace,
  "delete /workspaces/{name}": ADMIN.workspace,
  "get /clusters": MEMBERS,
  "get /clusters/{cluster}": MEMBERS,
  "post /clusters": ADMIN.organization,
  "delete /clusters/{cluster}": ADMIN.organization,
  "get /namespaces": MEMBERS,
  "get /clusters/{cluster}/namespaces": MEMBERS,
  "post /clusters/{cluster}/namespaces": EDIT.workspace,
  "get /clusters/{cluster}/namespaces/{namespace}": VIEW.workspace,
  "put /clusters/{cluster}/namespaces/{namespace}": ADMIN.workspace,
  "delete /clusters/{cluster}/namespaces/{namespace}": ADMIN.workspace,
  "get /image-policies": MEMBERS,
  "get /image-policies/exceptions": MEMBERS,
  "get /image-policies/effective/{namespace}": VIEW.workspace,
  "post /image-policies/explain": VIEW.workspace,
  "post /image-policies/preview": VIEW.workspace,
  "get /image-policies/violations": MEMBERS,
  "get /image-policies/activity": MEMBERS,
  "get /image-policies/known-images": [...VIEW.organization, "all-view", "all-edit", "all-admin"],
  "post /image-policies/verify": MEMBERS,
  "get /openapi.json": MEMBERS,
};

/** Operations tried at once: each waits mostly for the API server. */
const SIDE_BY_SIDE = 8;

/** What is sent where only the body names the place; others get a body that is none, which says 400 after the roles were looked at. */
const BODIES: Record<string, object> = {
  "post /clusters/{cluster}/namespaces": {
    namespace: { fullName: { name: namespace }, spec: { workspaceName: workspace, attach: true } },
  },
  "post /image-policies/explain": { namespace, image: "busybox" },
  "post /image-policies/preview": {
    policy: {
      fullName: { name: "p", workspaceName: workspace },
      spec: { recipe: "require-digest" },
    },
  },
};

const iam = (at: string) =>
  at === "organization" ? `organization:iam/${organization}` : `workspaces:iam/${at}`;

const delta = (op: "ADD" | "DELETE", role: string, name: string) => ({
  bindingDeltaList: [{ op, role, subject: { kind: "USER", name } }],
});

const policy = (name: string) => ({
  policy: { fullName: { name }, spec: { recipe: "require-digest" } },
});

const to = (workspaceName: string) => ({ namespace: { spec: { workspaceName } } });

/** The claims about roles, made about any cluster. */
export function describeRoles(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;

    const bind = (at: string, role: string, name: string) =>
      world.rest("PATCH", iam(at), delta("ADD", role, name));

    beforeAll(async () => {
      world = await startTmcWorld(target().kubeConfig, { organization, workspace });
      await world.rest("POST", "workspaces", { workspace: { fullName: { name: elsewhere } } });
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      await world.tmc("cluster", "namespace", "attach", "-n", namespace, "-k", workspace, "-c", cluster);
      for (const [user, { role, at }] of Object.entries(USERS))
        expect((await bind(at, role, user)).status).toBe(200);
    });
    afterAll(() => world?.close());

    it("every operation asks every role, and lets nobody through whose roles do not say so", async () => {
      expect(Object.keys(LET_THROUGH).toSorted()).toEqual(
        OPERATIONS.map(({ method, path }) => `${method} ${path}`).toSorted(),
      );
      // Nothing is at stake: no policy or exception has the name, and what is to be deleted or moved is only tried.
      const values: Record<string, string> = { organization, workspace, cluster, namespace };
      const found: Record<string, string[]> = {};
      const tryOut = async ({ method, path }: (typeof OPERATIONS)[number]) => {
        const operation = `${method} ${path}`;
        const named = path === "/workspaces/{name}" ? workspace : "nothing";
        const filled = path.replaceAll(/\{(\w+)\}/g, (_braces, name: string) => values[name] ?? named);
        const body = method === "get" ? undefined : (BODIES[operation] ?? { nothing: true });
        const answers = await Promise.all(
          ["nobody", ...MEMBERS].map(async (user) => {
            const answer = await world
              .as(user)
              .rest(method.toUpperCase(), `${filled.slice(1)}?dryRun=true`, body);
            // What could not be carried out says nothing of roles.
            expect(answer.status, `${operation} as ${user}: ${JSON.stringify(answer.body)}`).toBeLessThan(
              500,
            );
            return { user, isRefused: answer.status === 403, reason: answer.body["reason"] };
          }),
        );
        expect(
          answers.filter(({ isRefused, reason }) => isRefused !== (reason === "PermissionDenied")),
        ).toEqual([]);
        found[operation] = answers.filter(({ isRefused }) => !isRefused).map(({ user }) => user);
      };
      for (let start = 0; start < OPERATIONS.length; start += SIDE_BY_SIDE)
        await Promise.all(OPERATIONS.slice(start, start + SIDE_BY_SIDE).map(tryOut));
      const expected = Object.entries(LET_THROUGH).map(([operation, users]) => [operation, users.toSorted()]);
      expect(
        Object.fromEntries(Object.entries(found).map(([key, users]) => [key, users.toSorted()])),
      ).toEqual(Object.fromEntries(expected));
    });

    it("what a policy of the organization would refuse is told to whoever sees all workspaces", async () => {
      for (const [user, status] of [
        ["own-admin", 403],
        ["all-view", 200],
      ] as const) {
        const answer = await world.as(user).rest("POST", "image-policies/preview", policy("p"));
        expect([user, answer.status]).toEqual([user, status]);
      }
    });

    it("a path that is spelled otherwise is asked the same", async () => {
      const spellings = [`WORKSPACES/${workspace}/policies`, `workspaces/${workspace}/policies/`];
      for (const path of [...spellings, `workspaces/%72oles-ws/policies`]) {
        expect([path, (await world.as("other-admin").rest("GET", path)).status]).toEqual([path, 403]);
        expect([path, (await world.as("own-view").rest("GET", path)).status]).toEqual([path, 200]);
      }
    });

    it("lists show what one may see, and nothing besides", async () => {
      await world.rest("POST", `workspaces/${workspace}/policies`, policy("pinned"));
      await world.rest("POST", `workspaces/${elsewhere}/policies`, policy("elsewhere"));
      const seenBy = async (user: string, path: string, what: string) =>
        ((await world.as(user).rest("GET", path)).body[what] as { fullName: { name: string } }[])
          .map(({ fullName }) => fullName.name)
          .toSorted();
      expect(await seenBy("own-view", "workspaces", "workspaces")).toEqual([workspace]);
      expect(await seenBy("other-admin", "workspaces", "workspaces")).toEqual([elsewhere]);
      expect(await seenBy("own-view", "image-policies", "policies")).toEqual(["pinned"]);
      expect(await seenBy("other-admin", "image-policies", "policies")).toEqual(["elsewhere"]);
      expect(await seenBy("other-admin", "namespaces", "namespaces")).toEqual([]);
      expect(await seenBy("org-view", "image-policies", "policies")).toEqual(["elsewhere", "pinned"]);
    });

    it("a refusal says which role is missing and who gives it", async () => {
      const { body } = await world.as("own-edit").rest("DELETE", `workspaces/${workspace}/policies/pinned`);
      expect(body).toEqual({
        code: 7,
        reason: "PermissionDenied",
        error: body["message"],
        message:
          'PermissionDenied: user "own-edit" needs the role workspace.admin on workspace "roles-ws" for this; an admin of workspace "roles-ws" gives it',
      });
    });

    it("an editor asks for exceptions and takes back their own; others' they leave alone, and granting is an admin's", async () => {
      const path = `workspaces/${workspace}/exceptions`;
      const expires = new Date(Date.now() + 3_600_000).toISOString();
      const spec = { policy: "pinned", namespace, owner: "blue", reason: "ticket 7", expires };
      const ask = (user: string, name: string) =>
        world.as(user).rest("POST", path, { exception: { fullName: { name }, spec } });
      expect((await ask("own-edit", "mine")).status).toBe(200);
      expect((await ask("own-admin", "theirs")).status).toBe(200);
      expect((await world.as("own-edit").rest("POST", `${path}/mine/grant`, {})).status).toBe(403);
      expect((await world.as("own-admin").rest("POST", `${path}/theirs/grant`, {})).status).toBe(403);
      expect((await world.as("own-admin").rest("POST", `${path}/mine/grant`, {})).status).toBe(200);
      expect((await world.as("own-edit").rest("DELETE", `${path}/theirs`)).status).toBe(403);
      expect((await world.as("own-edit").rest("DELETE", `${path}/mine`)).status).toBe(200);
    });

    it("a namespace goes nowhere without a role in both workspaces", async () => {
      const path = `clusters/${cluster}/namespaces/${namespace}`;
      expect((await world.as("own-admin").rest("PUT", path, to(elsewhere))).status).toBe(403);
      expect((await world.as("other-admin").rest("PUT", path, to(elsewhere))).status).toBe(403);
      await bind(elsewhere, "workspace.edit", "own-admin");
      expect((await world.as("own-admin").rest("PUT", path, to(elsewhere))).status).toBe(200);
      expect((await world.as("all-admin").rest("PUT", path, to(workspace))).status).toBe(200);
    });

    it("tmc gives roles, says who has which, and takes them with effect on the next request", async () => {
      const { tmc, rest } = world.as("passing");
      const change = ["-r", "workspace.view", "-u", "passing"];
      expect((await rest("GET", "workspaces")).status).toBe(403);
      const given = await world.tmc("workspace", "iam", "add-binding", workspace, ...change);
      expect(given.out).toBe('✔ role workspace.view given to "passing" on workspace "roles-ws"');
      expect((await world.tmc("workspace", "iam", "get-policy", workspace)).out).toMatch(
        /\norg-admin +organization.admin +the organization +USER\n[^]*\npassing +workspace.view +workspace "roles-ws" +USER/,
      );
      expect((await tmc("workspace", "list")).out).toMatch(/\nroles-ws /);
      expect((await tmc("system", "context", "current", "-o", "wide")).out).toMatch(
        / passing +workspace.view\(roles-ws\)/,
      );
      await world.tmc("workspace", "iam", "remove-binding", workspace, ...change);
      expect((await tmc("workspace", "list")).err).toContain("PermissionDenied");
    });

    it("roles of a group are those of the users whose token is of it, and of nobody else", async () => {
      const change = ["-r", "workspace.view", "--groups", "blue,qa"];
      const given = await world.tmc("workspace", "iam", "add-binding", workspace, ...change);
      expect(given.out).toBe(
        '✔ role workspace.view given to group "blue", group "qa" on workspace "roles-ws"',
      );
      const asked = ["iam", "create-api-token", "member", "--groups", "green,blue"];
      const { out: token } = await world.tmc("organization", ...asked);
      const member = world.as(token);
      expect((await member.tmc("workspace", "list")).out).toMatch(/\nroles-ws /);
      expect((await member.rest("GET", "permissions")).body).toEqual({
        user: "member",
        groups: ["green", "blue"],
        permissions: { workspace: { [workspace]: "view" } },
      });
      for (const other of ["blue", "member", "member,green"])
        expect([other, (await world.as(other).rest("GET", "workspaces")).status]).toEqual([other, 403]);
      expect((await world.tmc("workspace", "iam", "get-policy", workspace)).out).toMatch(
        /\nblue +workspace.view +workspace "roles-ws" +GROUP/,
      );
      await world.tmc("workspace", "iam", "remove-binding", workspace, ...change);
      expect((await member.rest("GET", "workspaces")).status).toBe(403);
    });

    it("roles go with their workspace, and do not come back with another of its name", async () => {
      const made = { workspace: { fullName: { name: "passing-ws" } } };
      await world.rest("POST", "workspaces", made);
      await bind("passing-ws", "workspace.admin", "owner");
      expect((await world.as("owner").rest("DELETE", "workspaces/passing-ws")).status).toBe(200);
      await world.rest("POST", "workspaces", made);
      expect((await world.as("owner").rest("GET", "workspaces/passing-ws")).status).toBe(403);
    });

    it.each([
      ["organization roles on a workspace", workspace, "organization.admin", 400],
      ["roles there are not", "organization", "cluster.admin", 400],
      ["roles on another organization", "lab-one", "workspace.admin", 404],
    ])("%s are not bound", async (_words, at, role, status) => {
      expect((await bind(at, role, "alice")).status).toBe(status);
    });

    it("what is written by hand and is no binding gives nobody anything", async () => {
      const store = createHierarchyStore(await createClusterClient(target().kubeConfig));
      const name = `${organization}.${workspace}.access`;
      const stored = await store.get<{ roleBindings: object[] }>("accesspolicies", name);
      if (!stored) throw new Error(`${name} is not stored`);
      const crooked = { role: "organization.admin", subjects: [{ kind: "USER", name: "hand" }] };
      await store.replace("accesspolicies", {
        ...stored,
        spec: { ...stored.spec, roleBindings: [...stored.spec.roleBindings, crooked] },
      });
      expect((await world.as("hand").rest("GET", "organization")).status).toBe(403);
    });
  });
}
