import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controlPlaneBinaries } from "./binaries.js";
import { makeClientAuthority } from "./client-authority.js";
import { kwokArguments, loopbackArguments } from "./components.js";
import {
  type ControlPlane,
  type Startup,
  freePorts,
  startControlPlanePrograms,
  untilNodeIsReady,
  writeSecrets,
} from "./control-plane-programs.js";
import { ProcessGroup } from "./process-group.js";
import { simulatedNode } from "./simulated-node.js";
import { withDeadline } from "../../../kubernetes/node/deadline.js";

export type { ControlPlane } from "./control-plane-programs.js";

const READY_DEADLINE_MS = 60_000;

/**
 * Builds (once) and starts a real control plane with one simulated node on loopback; throws with the log of the program that
 * failed.
 */
export async function startControlPlane(options: { signal?: AbortSignal } = {}): Promise<ControlPlane> {
  const binaries = await controlPlaneBinaries(options);
  const group = new ProcessGroup(mkdtempSync(join(tmpdir(), "lectern-control-plane-")));
  try {
    return await withDeadline(READY_DEADLINE_MS, options.signal, (signal) =>
      startIn(group, binaries, signal),
    );
  } catch (error) {
    await group.stop();
    throw error;
  }
}

async function startIn(group: ProcessGroup, binaries: string, signal: AbortSignal): Promise<ControlPlane> {
  const { folder } = group;
  const authority = await makeClientAuthority(folder);
  const layout = {
    folder,
    ports: await freePorts(),
    kubeconfig: join(folder, "kubeconfig"),
    caFile: join(folder, "certificates", "apiserver.crt"),
    tokenFile: join(folder, "tokens.csv"),
    serviceAccountKey: join(folder, "service-account.key"),
    apiserver: loopbackArguments(folder, authority.certificate),
    controllerManager: [
      `--cluster-signing-cert-file=${authority.certificate}`,
      `--cluster-signing-key-file=${authority.key}`,
    ],
  };
  const token = randomBytes(24).toString("hex");
  writeSecrets(layout, [{ token, user: "admin", group: "system:masters" }]);
  const startup: Startup = { group, layout, signal };
  const controlPlane = await startControlPlanePrograms(startup, binaries, token);
  group.start(join(binaries, "kwok"), kwokArguments(layout));
  await controlPlane.client.create("/api/v1/nodes", simulatedNode);
  await untilNodeIsReady(startup, controlPlane.client, simulatedNode.metadata.name);
  return controlPlane;
}
