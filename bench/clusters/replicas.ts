import type { ApiServer } from "./api-servers.js";

const DEADLINE_MS = 180_000;
const POLL_MS = 100;
const LABELS = { app: "many" };

/** Milliseconds until all replicas of a Deployment are available, and behind their Service where there is one. */
export async function timeToReady(server: ApiServer, replicas: number, hasService: boolean): Promise<number> {
  const namespace = `replicas-${hasService}`;
  const { client } = server;
  await client.send("POST", "/api/v1/namespaces", { body: { metadata: { name: namespace } } });
  await until(server, `/api/v1/namespaces/${namespace}/serviceaccounts/default`, () => true);
  const spec = { selector: LABELS, ports: [{ port: 80 }] };
  if (hasService)
    await client.send("POST", `/api/v1/namespaces/${namespace}/services`, {
      body: { metadata: { name: "many" }, spec },
    });
  const start = performance.now();
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await client.send("POST", deployments, { body: deployment(replicas) });
  await until(server, `${deployments}/many`, ({ status }) => status?.availableReplicas === replicas);
  if (hasService)
    await until(
      server,
      `/api/v1/namespaces/${namespace}/endpoints/many`,
      ({ subsets }) => subsets?.[0]?.addresses?.length === replicas,
    );
  return performance.now() - start;
}

function deployment(replicas: number): object {
  const containers = [{ name: "web", image: "nginx:1.27" }];
  const template = { metadata: { labels: LABELS }, spec: { containers } };
  return { metadata: { name: "many" }, spec: { replicas, selector: { matchLabels: LABELS }, template } };
}

interface Polled {
  status?: { availableReplicas?: number };
  subsets?: { addresses?: unknown[] }[];
}

async function until({ client }: ApiServer, path: string, isIt: (object: Polled) => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const { status, body } = await client.send("GET", path);
    if (status === 200 && isIt(JSON.parse(body) as Polled)) return;
    if (Date.now() > deadline) throw new Error(`${path} was not as expected within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
