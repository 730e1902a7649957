import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../../cluster/start.js";
import { KubeConfig } from "../../../kubernetes/node/client-library.js";
import { eventually } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-described";
const namespace = organization;
const workspace = "described-ws";
const cluster = `${organization}-cluster`;

/** A further cluster, which the operator gives. */
const given = "given";

interface Described {
  requestBody?: unknown;
  responses: Record<string, { content: { "application/json": { schema: { required: string[] } } } }>;
}

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
}

const policy = { policy: { fullName: { name: "p" }, spec: { recipe: "require-digest" } } };

const subjects = [{ kind: "USER", name: "alice" }];
const binding = {
  policy: { roleBindings: [{ role: "workspace.view", subjects }] },
  bindingDeltaList: [{ op: "ADD", role: "workspace.edit", subject: subjects[0] }],
};

/** What is sent to each operation that takes something. */
const BODIES: Record<string, () => object> = {
  policies: () => policy,
  exceptions: () => ({
    exception: {
      fullName: { name: "p" },
      spec: {
        policy: "p",
        image: "busybox",
        owner: "team-blue",
        reason: "ticket 7",
        expires: new Date(Date.now() + 3_600_000).toISOString(),
      },
    },
  }),
  grant: () => ({ note: "for an hour" }),
  deny: () => ({}),
  clusters: () => ({ cluster: { fullName: { name: given } } }),
  workspaces: () => ({ workspace: { fullName: { name: "p" } } }),
  namespaces: () => ({
    namespace: { fullName: { name: namespace }, spec: { workspaceName: workspace, attach: true } },
  }),
  "api-tokens": () => ({ apiToken: { user: "alice" } }),
  "organization:iam": () => binding,
  "workspaces:iam": () => binding,
  explain: () => ({ namespace, image: "busybox" }),
  preview: () => policy,
  verify: () => ({ image: "busybox" }),
};

/** Makes before it reads, changes before it removes, and removes from the leaves to the root. */
function inOrder(paths: OpenApi["paths"]): { method: string; path: string; described: Described }[] {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ method, path, described })),
  );
  const of = (wanted: string) => all.filter(({ method }) => method === wanted);
  return [...of("post"), ...of("get"), ...of("put"), ...of("patch"), ...of("delete").toReversed()];
}

/** The claims about the document of the API, made about any cluster. */
export function describeOpenApi(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    let operations: ReturnType<typeof inOrder>;
    let further: Cluster | undefined;
    let folder = "";

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "lectern-openapi-"));
      further = await startCluster({ dataDir: folder });
      const kubeConfig = new KubeConfig();
      kubeConfig.loadFromFile(further.kubeconfigPath);
      const members = { given: new Map([[given, kubeConfig]]) };
      world = await startTmcWorld(target().kubeConfig, { organization, workspace, members });
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      const subject = { kind: "USER", name: "approver" };
      await world.rest("PATCH", `organization:iam/${organization}`, {
        bindingDeltaList: [{ op: "ADD", role: "organization.admin", subject }],
      });
      const { body } = await world.rest("GET", "openapi.json");
      const document = body as unknown as OpenApi;
      expect(document.openapi).toBe("3.1.0");
      operations = inOrder(document.paths);
    });
    afterAll(async () => {
      world?.close();
      await further?.close();
      if (folder !== "") rmSync(folder, { recursive: true, force: true });
    });

    const values: Record<string, string> = { organization, workspace, cluster, namespace, name: "p" };
    const call = (
      method: string,
      path: string,
      body?: object,
      { missing, by = world }: { missing?: string; by?: Pick<TmcWorldOnCluster, "rest"> } = {},
    ) => {
      const filled = path.replaceAll(
        /\{(\w+)\}/g,
        (_braces, name: string) => missing ?? values[name] ?? name,
      );
      return by.rest(method.toUpperCase(), filled.slice(1), body);
    };

    /** The making of the policy that the operations are tried with. */
    const changeIn = async (path: string) => {
      const place = path.startsWith("/organization") ? "organization" : `workspaces/${workspace}`;
      const { body } = await world.rest("GET", `${place}/history?kind=policy&name=p`);
      return (body["changes"] as { id: string }[]).at(-1)?.id ?? "none";
    };

    it("names what each operation answers, from making to removing", async () => {
      for (const { method, path, described } of operations) {
        const noun = path.split("/").findLast((part) => !part.startsWith("{")) ?? "";
        const body = described.requestBody === undefined ? undefined : BODIES[noun]?.();
        if (path.includes("{id}")) values["id"] = await changeIn(path);
        // The home cluster goes with its organization alone.
        values["cluster"] = `${method} ${path}` === "delete /clusters/{cluster}" ? given : cluster;
        const by = noun === "grant" ? world.as("approver") : world;
        const answer = await call(method, path, body, { by });
        expect([method, path, answer.status]).toEqual([method, path, 200]);
        const { required } = described.responses["200"]?.content["application/json"].schema ?? {};
        expect(Object.keys(answer.body)).toEqual(expect.arrayContaining(required ?? ["a schema"]));
      }
    });

    it("names how each operation refuses what is not there and what is no body", async () => {
      for (const { method, path, described } of operations) {
        const takes = described.requestBody !== undefined;
        if (path.includes("{") && !takes) {
          const answer = await call(method, path, undefined, { missing: "missing" });
          expect([method, path, answer.status]).toEqual([method, path, 404]);
        }
        if (takes && !/\/(grant|deny)$/.test(path)) {
          const answer = await call(method, path, { nonsense: true });
          expect([method, path, answer.status]).toEqual([method, path, 400]);
          expect(answer.body["reason"]).toBe("InvalidArgument");
        }
      }
    });
  });
}
