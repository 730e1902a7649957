import type { ApiServer } from "./api-servers.js";

const PATH = "/api/v1/namespaces/default/configmaps";
const BYTES = 1_000_000;

/** Megabytes of memory that `updates` of one object of a megabyte add. */
export async function memoryOfUpdates(server: ApiServer, updates: number): Promise<number> {
  const { client, residentBytes = () => Number.NaN } = server;
  await client.send("POST", PATH, { body: { metadata: { name: "large" } } });
  const before = residentBytes();
  for (let n = 0; n < updates; n++) {
    const body = { data: { text: String.fromCharCode(97 + (n % 26)).repeat(BYTES) } };
    const type = "application/merge-patch+json";
    const { status } = await client.send("PATCH", `${PATH}/large`, { body, type });
    if (status !== 200) throw new Error(`an update of a large object was answered ${status}`);
  }
  return (residentBytes() - before) / 1e6;
}
