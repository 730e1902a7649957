import type { ApiClient } from "../control-plane/api-client.js";
import type { ResourceFact } from "./resource-facts.js";

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

export interface ColumnFact {
  name: string;
  type: string;
  format: string;
  /** 0 is always shown, 1 with `-o wide`. */
  priority: number;
}

/** The columns of the Table the server answers for each resource that can be listed. */
export async function tableFacts(
  client: ApiClient,
  resources: Record<string, ResourceFact>,
): Promise<Record<string, ColumnFact[]>> {
  const facts: Record<string, ColumnFact[]> = {};
  for (const [key, { verbs }] of Object.entries(resources)) {
    if (!verbs.includes("list")) continue;
    const path = key.split("/").length === 2 ? `/api/${key}` : `/apis/${key}`;
    const table = (await client.get(path, TABLE)) as { columnDefinitions: ColumnFact[] };
    facts[key] = table.columnDefinitions.map(({ name, type, format, priority }) => ({
      name,
      type,
      format,
      priority,
    }));
  }
  return facts;
}
