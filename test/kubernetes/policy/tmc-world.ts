import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import express, { type Request } from "express";
import { CoreV1Api, type KubeConfig } from "../../../kubernetes/node/client-library.js";
import { ORGANIZATION_LABEL } from "../../../policy/common/engine-names.js";
import type { MemberOptions } from "../../../policy/node/fleet/member-clients.js";
import { installPolicyEngine } from "../../../policy/node/install.js";
import { createPolicyService } from "../../../policy/node/policy-service.js";
import { NO_REGISTRIES, type Registries } from "../../../policy/node/registry/registries.js";
import { connect } from "../../../server/cli/tmc/api-client.js";
import { runTmc } from "../../../server/cli/tmc/program.js";
import { createPolicyRouter } from "../../../server/http/policy/router.js";
import { silent } from "./suite-cluster.js";

export interface TmcRun {
  status: number;
  out: string;
  err: string;
}

export type Rest = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ status: number; body: Record<string, unknown> }>;

/** Who administers the organization; a token is the user here, followed by the groups. */
const LEARNER = "learner";

/** A learner's `tmc` and REST on a cluster, in an organization of its own. */
export interface TmcWorldOnCluster {
  url: string;
  core: CoreV1Api;
  tmc(...argv: string[]): Promise<TmcRun>;
  /** Writes a file and answers its path. */
  file(name: string, text: string): string;
  rest: Rest;
  /** The same by another user, who may do what roles let them. */
  as(user: string): Pick<TmcWorldOnCluster, "tmc" | "rest">;
  close(): void;
}

/** Makes an organization with a namespace of the same name, the workspace and the cluster `NAME-cluster`, and serves the API to it. */
export async function startTmcWorld(
  kubeConfig: KubeConfig,
  {
    organization,
    workspace,
    members = {},
    registries = NO_REGISTRIES,
  }: { organization: string; workspace: string; members?: MemberOptions; registries?: Registries },
): Promise<TmcWorldOnCluster> {
  await installPolicyEngine({ kubeConfig });
  const policies = await createPolicyService({ kubeConfig, logger: silent, members, registries });
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const owned = { metadata: { name: organization, labels: { [ORGANIZATION_LABEL]: organization } } };
  const { metadata } = await core.createNamespace({ body: owned });
  const owner = { apiVersion: "v1", kind: "Namespace", name: organization, uid: metadata?.uid ?? "" };
  await policies.createOrganization(organization, owner);
  await policies.createWorkspace(organization, workspace, owner);
  await policies.registerCluster(organization, `${organization}-cluster`, owner);
  const app = express();
  const identify = ({ headers }: Request) => {
    const token = headers.authorization?.replace("Bearer ", "") ?? LEARNER;
    const [user = "", ...groups] = token.split(",");
    return { organization, user, groups, isAdmin: user === LEARNER };
  };
  app.use(
    createPolicyRouter({
      policies,
      identify,
      issueToken: (_request, { user, groups = [] }) => [user, ...groups].join(","),
    }),
  );
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), "lectern-tmc-"));
  return {
    url,
    core,
    tmc: (...argv) => runAgainst(url, argv, LEARNER),
    file: (name, text) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    rest: restOf(url, LEARNER),
    as: (user) => ({ tmc: (...argv) => runAgainst(url, argv, user), rest: restOf(url, user) }),
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function runAgainst(url: string, argv: string[], token: string): Promise<TmcRun> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runTmc(argv, {
    connect: () => connect({ LECTERN_URL: url, LECTERN_TOKEN: token }),
    version: "0",
    print: (text) => out.push(text),
    printError: (text) => err.push(text),
  });
  return { status, out: out.join("\n"), err: err.join("\n") };
}

function restOf(url: string, token: string): Rest {
  return async (method, path, body) => {
    const response = await fetch(`${url}/v1alpha1/${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
}
