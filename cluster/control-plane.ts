import { join } from "node:path";
import type { Logger } from "pino";
import { createAdmissionChain } from "./admission/chain.js";
import type { ApiService } from "./api/service.js";
import type { AccessControl } from "./auth/access-control.js";
import type { ClientAuthority } from "./certificates/client-authority.js";
import type { ContainerRuntime } from "./containers/container-runtime.js";
import type { ResourceHandlers } from "./http/resource-handler.js";
import { createPodStreams } from "./streaming/pod-streams.js";
import { createAccessControl } from "./auth/access-control.js";
import { loadSigningKey } from "./auth/signing-key.js";
import { createBootstrapObjects } from "./bootstrap-objects.js";
import { startControllers } from "./controllers/start-controllers.js";
import { createApi } from "./create-api.js";
import { Failures } from "./failures.js";
import type { ApiCore } from "./rest/api-core.js";
import { servedKinds } from "./rest/api-core.js";
import { createPodHandlers } from "./rest/pod-handlers.js";
import type { Journal } from "./store/journal.js";

export interface ControlPlaneOptions {
  dataDir: string;
  journal: Journal;
  adminToken: string;
  /** PEM of the authority behind the serving certificate. */
  ca: string;
  /** Signs the certificates that approved requests ask for. */
  clientAuthority: ClientAuthority;
  logger: Logger;
  signal: AbortSignal;
  /** Runs the pods whose images it has; all are simulated without it. */
  containerRuntime?: ContainerRuntime | undefined;
  /** Most bytes that all objects may have. */
  quotaBytes?: number | undefined;
  /** Asks no webhook that has an address. */
  isIsolated?: boolean | undefined;
  hasOneNetwork?: boolean | undefined;
  /** Names of the nodes, the control plane first. */
  nodes?: readonly string[] | undefined;
}

/** Everything of the cluster but its listener. */
export interface ControlPlane {
  core: ApiCore;
  api: ApiService;
  access: AccessControl;
  handlers: ResourceHandlers;
  /** Lets controllers finish what they are writing, then closes the store. */
  stop(): Promise<void>;
}

/** Milliseconds controllers get for their last writes; what is not written then is done after the next start. */
const STOP_DEADLINE_MS = 500;

/** No namespace can have this name. */
const ONE_NETWORK = "*";

/** Puts the API, access control, admission and controllers together, over the stored state. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { dataDir, journal, adminToken, logger, signal, isIsolated, containerRuntime: runtime } = options;
  const failures = new Failures(logger);
  const { core, api } = createApi({ journal, failures, quotaBytes: options.quotaBytes });
  const signingKey = loadSigningKey(join(dataDir, "service-account.key"));
  const access = createAccessControl({ api, signingKey, adminToken, failures });
  core.admission.push(
    ...createAdmissionChain({
      api,
      authorizer: access.authorizer,
      served: servedKinds(core),
      failures,
      signal,
      isIsolated,
    }),
    ...access.plugins,
  );
  await core.store.together(async () => {
    await createBootstrapObjects(api);
    await access.bootstrap();
  });
  const controllers = startControllers({
    api,
    logger,
    issueToken: (account, secret) => access.issueSecretToken(account, secret),
    rootCertificates: options.ca,
    clientAuthority: options.clientAuthority,
    nodes: options.nodes,
    ...(runtime && {
      containers: {
        runtime,
        podToken: (pod, audience, seconds) => access.issuePodToken(pod, audience, seconds),
        networkOf: (namespace) => (options.hasOneNetwork ? ONE_NETWORK : namespace),
      },
    }),
  });
  const pods = createPodHandlers(api, core.now);
  return {
    core,
    api,
    access,
    handlers: {
      subresources: [...pods.subresources, ...access.handlers.subresources],
      virtual: [...pods.virtual, ...access.handlers.virtual],
      podStreams: runtime && createPodStreams(runtime),
    },
    async stop() {
      access.close();
      await within(STOP_DEADLINE_MS, controllers.stop());
      await core.store.close();
    },
  };
}

/** Resolves with the work or after the deadline, whichever comes first. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
