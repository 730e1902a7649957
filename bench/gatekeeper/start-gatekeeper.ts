import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { parse } from "yaml";

import { issueAuthority, issueServing } from "../../cluster/certificates/issue-certificate.js";
import { CoreV1Api, type KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { ProcessGroup } from "../../test/kubernetes/control-plane/process-group.js";
import { freePort } from "../terminals/free-port.js";
import { gatekeeperBinaries, gatekeeperDefinitions } from "./binaries.js";
import { constraint, CONSTRAINTS, SELECTED, TEMPLATE, webhook } from "./objects.js";

const READY_DEADLINE_MS = 120_000;
const LOOK_EVERY_MS = 250;
const HOUR_MS = 3_600_000;
const NAMESPACE = "bench-gatekeeper";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const TEMPLATES = "/apis/templates.gatekeeper.sh/v1/constrainttemplates";
const WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

export interface Gatekeeper {
  /** The namespace whose pods it is asked about. */
  namespace: string;
  stop(): Promise<void>;
}

/**
 * Runs its webhook beside an API server on this machine, with that many policies in force, each of as many registries. Throws where it does not come up in
 * two minutes, with what it said last.
 */
export async function startGatekeeper(
  kubeConfig: KubeConfig,
  kubeconfigPath: string,
  { policies, rules }: { policies: number; rules: number },
): Promise<Gatekeeper> {
  const [binaries, definitions] = [await gatekeeperBinaries(), await gatekeeperDefinitions()];
  const group = new ProcessGroup(mkdtempSync(join(tmpdir(), "lectern-gatekeeper-")));
  try {
    const client = new KubernetesClient(kubeConfig);
    const core = kubeConfig.makeApiClient(CoreV1Api);
    const create = (path: string, object: object) => eventually(group, () => client.create(path, object));
    for (const file of readdirSync(definitions))
      await create(DEFINITIONS, parse(readFileSync(join(definitions, file), "utf8")) as object);
    await core.createNamespace({ body: { metadata: { name: "gatekeeper-system" } } });
    await core.createNamespace({ body: { metadata: { name: NAMESPACE, labels: { [SELECTED]: "true" } } } });
    const [port, health] = [await freePort(), await freePort()];
    const certificates = writeCertificates(group.folder);
    group.start(join(binaries, "gatekeeper"), [
      `--kubeconfig=${kubeconfigPath}`,
      "--operation=webhook",
      "--operation=status",
      "--operation=generate",
      "--host=127.0.0.1",
      `--port=${port}`,
      `--health-addr=127.0.0.1:${health}`,
      `--cert-dir=${certificates.folder}`,
      "--disable-cert-rotation",
      "--debug-use-fake-pod",
      // The other exporters listen on every address of the machine.
      "--metrics-backend=opentelemetry",
      "--otlp-endpoint=127.0.0.1:1",
      "--otlp-metric-interval=24h",
      "--log-level=WARNING",
    ]);
    await create(TEMPLATES, TEMPLATE);
    for (let number = 0; number < policies; number++) await create(CONSTRAINTS, constraint(number, rules));
    await create(WEBHOOKS, webhook(port, certificates.authority));
    await eventually(group, () => requireRefusals(core, policies));
    return { namespace: NAMESPACE, stop: () => group.stop() };
  } catch (error) {
    await group.stop();
    throw error;
  }
}

/** All policies are in force once a pod of no allowed registry is refused by each of them. */
async function requireRefusals(core: CoreV1Api, policies: number): Promise<void> {
  const spec = { containers: [{ name: "main", image: "nowhere.example.com/x" }] };
  const body = { metadata: { name: "refused" }, spec };
  const said = await core.createNamespacedPod({ namespace: NAMESPACE, body, dryRun: "All" }).then(
    () => "nothing",
    (error: unknown) => String(error),
  );
  const refusals = said.split("of no allowed registry").length - 1;
  if (refusals !== policies)
    throw new Error(`expected ${policies} policies of Gatekeeper in force, ${refusals} are: ${said}`);
}

/** Kinds are served a moment after they are defined, and it answers a moment after it was started. */
async function eventually<T>(group: ProcessGroup, work: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + READY_DEADLINE_MS; ;) {
    try {
      return await work();
    } catch (error) {
      group.assertRunning();
      if (Date.now() > end) throw error;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function writeCertificates(parent: string): { folder: string; authority: string } {
  const now = Date.now();
  const validity = { notBefore: new Date(now - HOUR_MS), notAfter: new Date(now + HOUR_MS) };
  const authority = issueAuthority("gatekeeper", validity);
  const served = { names: [], addresses: [[127, 0, 0, 1]] };
  const issuer = { commonName: "gatekeeper", key: authority.key };
  const serving = issueServing("gatekeeper", { validity, served, issuer });
  const folder = join(parent, "certificates");
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, "tls.crt"), serving.certificate);
  writeFileSync(join(folder, "tls.key"), serving.key, { mode: 0o600 });
  return { folder, authority: authority.certificate };
}
