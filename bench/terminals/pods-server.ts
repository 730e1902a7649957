import { readFileSync } from "node:fs";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { openPodSessionHost } from "../../pods/node/pod-session-host.js";
import { defaultSessionLimits } from "../../terminal/common/session-limits.js";
import { createTerminalGateway } from "../../terminal/node/gateway.js";
import { createTicketStore } from "../../terminal/node/tickets.js";
import { serve } from "./serving.js";

/** As inside a cluster: the terminal host of a session in a pod, straight over TLS, and the gateway before it. */
const [kubeconfig = "", image = "", hostImage = "", owner = ""] = (process.env["BENCH_PODS"] ?? "").split(
  " ",
);
const config = new KubeConfig();
config.loadFromString(readFileSync(kubeconfig, "utf8"));
const client = new KubernetesClient(config);
const { host, dial } = await openPodSessionHost({
  client,
  config,
  settings: { namespace: "lectern-shells", image, hostImage, pullSecrets: [], limits: defaultSessionLimits },
  route: "direct",
  report: (line) => process.stderr.write(`${line}\n`),
});
const { metadata } = await client.get<{ metadata: { uid: string } }>(`/api/v1/namespaces/${owner}`);
const pod = {
  owner: { apiVersion: "v1", kind: "Namespace", name: owner, uid: metadata.uid },
  namespace: owner,
  persistentHome: false,
};
const tickets = createTicketStore();
const prepared = new Map<string, Promise<void>>();
let origin = "";
const gateway = createTerminalGateway({
  dial,
  tickets,
  logger: { warn: () => undefined },
  reauthorise: () => true,
});
const server = await serve(async (name, own) => {
  origin = own;
  const session = `bench-${name}`;
  const preparing = prepared.get(session) ?? host.prepare(session, { files: [], pod });
  prepared.set(session, preparing);
  await preparing;
  const address = { session, terminal: "1" };
  await host.open(address, { env: {} });
  const ticket = tickets.issue({ address, user: "bench", readOnly: false });
  return `${own.replace("http", "ws")}/${session}/1?ticket=${ticket}`;
});
server.on("upgrade", (request, socket, head) => {
  const [, session = "", terminal = ""] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
  gateway.handleUpgrade(request, socket, head, { address: { session, terminal }, user: "bench", origin });
});
process.on("SIGTERM", () => {
  gateway.close();
  void Promise.all([...prepared.keys()].map((session) => host.close(session))).finally(() => process.exit(0));
});
