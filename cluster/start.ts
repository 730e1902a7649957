import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import type { Logger } from "pino";
import { createBootstrapObjects } from "./bootstrap-objects.js";
import { createApi } from "./create-api.js";
import { handleRequest } from "./http/api-handler.js";
import { loadCertificates } from "./process/certificates.js";
import { kubeconfigText } from "./process/kubeconfig.js";
import { listen, urlOf } from "./process/listen.js";
import { writePrivateFile } from "./process/private-file.js";
import { loadRemembered, saveRemembered } from "./process/remembered.js";
import { openJournal } from "./store/journal.js";

export interface StartClusterOptions {
  /** Holds everything the cluster keeps; made if missing. */
  dataDir: string;
  /** Without one, the port of the last start, or a free one at the first. */
  port?: number;
  /** Closes the cluster when aborted. */
  signal?: AbortSignal;
  logger?: Logger;
}

export interface Cluster {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  /** Credentials of the administrator, mode 0600. */
  kubeconfigPath: string;
  close(): Promise<void>;
}

/** Starts the embedded Kubernetes; throws `ClusterError` where the data directory or the port is in use. */
export async function startCluster(options: StartClusterOptions): Promise<Cluster> {
  const { dataDir, signal, logger = pino({ level: "silent" }) } = options;
  signal?.throwIfAborted();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const journal = openJournal(dataDir);
  const closing = new AbortController();
  try {
    const remembered = loadRemembered(dataDir);
    const certificates = await loadCertificates(dataDir, new Date());
    const { core, api } = createApi({ journal });
    await createBootstrapObjects(api);
    const admin = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };
    const handlerOptions = {
      core,
      handlers: { subresources: [], virtual: [] },
      authenticator: {
        authenticate: (token: string | undefined) =>
          Promise.resolve(token === remembered.adminToken ? admin : undefined),
      },
      authorizer: { authorize: () => ({ allowed: true, reason: "" }) },
      impersonate: (user: typeof admin) => user,
      log: logger,
      signal: closing.signal,
    };
    const server = await listen(certificates, options.port ?? remembered.port ?? 0, (request, response) => {
      void handleRequest(handlerOptions, request, response);
    });
    const { url, port } = urlOf(server);
    saveRemembered(dataDir, { ...remembered, port });
    const kubeconfigPath = join(dataDir, "kubeconfig");
    writePrivateFile(
      kubeconfigPath,
      kubeconfigText({ url, ca: certificates.ca, token: remembered.adminToken }),
    );
    const close = async (): Promise<void> => {
      if (closing.signal.aborted) return;
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      core.store.close();
    };
    signal?.addEventListener("abort", () => void close(), { once: true });
    return { url, kubeconfigPath, close };
  } catch (error) {
    journal.close();
    throw error;
  }
}
