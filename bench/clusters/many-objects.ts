import { median } from "../figure.js";
import type { ApiServer } from "./api-servers.js";

const NAMESPACE = "default";
const PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const WRITERS = 16;
const READS = 9;
const TEXT = "x".repeat(800);

/** Times with many objects, in milliseconds, and how fast they came to be. */
export interface ManyObjects {
  createsPerSecond: number;
  list: number;
  page: number;
}

/** Creates `count` ConfigMaps of about a kilobyte, then reads all of them, and pages of 500. */
export async function measureManyObjects(server: ApiServer, count: number): Promise<ManyObjects> {
  const start = performance.now();
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < count) {
      const name = `many-${String(next++).padStart(6, "0")}`;
      const { status } = await server.client.send("POST", PATH, {
        body: { metadata: { name }, data: { text: TEXT } },
      });
      if (status !== 201) throw new Error(`creating ${name} was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  const createsPerSecond = count / ((performance.now() - start) / 1000);
  return {
    createsPerSecond,
    list: await timeOf(server, PATH),
    page: await timeOf(server, `${PATH}?limit=500`),
  };
}

async function timeOf({ client }: ApiServer, path: string): Promise<number> {
  const times: number[] = [];
  for (let read = 0; read < READS; read++) {
    const start = performance.now();
    const { status } = await client.send("GET", path);
    times.push(performance.now() - start);
    if (status !== 200) throw new Error(`reading ${path} was answered ${status}`);
  }
  return median(times);
}
