import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type KubernetesClient, KubernetesError } from "../../../kubernetes/node/kubernetes-client.js";
import { type LabOrigin, sourceUnusable } from "./lab-origin.js";

interface ConfigMap {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** Characters of the digest that names a revision, as many as git shows. */
const REVISION_CHARACTERS = 12;

/**
 * A lab in one ConfigMap, which holds 1 MiB at most: `pages__01-intro.md` is the file `pages/01-intro.md`, because a key cannot hold a
 * slash. The revision is the digest of the files.
 */
export function configMapOrigin(
  client: KubernetesClient,
  { namespace, name }: { namespace: string; name: string },
): LabOrigin {
  const title = `configmap ${namespace}/${name}`;
  const read = async (signal: AbortSignal) => {
    const found = await readConfigMap(client, `/api/v1/namespaces/${namespace}/configmaps/${name}`, signal);
    if (found) return filesOf(found);
    throw sourceUnusable(`There is no ConfigMap ${namespace}/${name}. Create it, or correct the Workshop.`);
  };
  return {
    title,
    restMs: 0,
    newest: async (signal) => revisionOf(await read(signal)),
    write: async (revision, folder, signal) => {
      const files = await read(signal);
      if (revisionOf(files) !== revision)
        throw sourceUnusable(`The ConfigMap ${namespace}/${name} holds the revision ${revision} no longer.`);
      for (const [path, content] of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
    },
  };
}

async function readConfigMap(
  client: KubernetesClient,
  path: string,
  signal: AbortSignal,
): Promise<ConfigMap | undefined> {
  try {
    return await client.get<ConfigMap>(path, signal);
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  }
}

/** Keys hold letters, digits, `-`, `_` and `.`; a path made of them leaves the folder only by `..`. */
function filesOf({ data = {}, binaryData = {} }: ConfigMap): [string, Buffer][] {
  const files: [string, Buffer][] = [
    ...Object.entries(data).map(([key, value]): [string, Buffer] => [key, Buffer.from(value)]),
    ...Object.entries(binaryData).map(([key, value]): [string, Buffer] => [
      key,
      Buffer.from(value, "base64"),
    ]),
  ];
  return files.map(([key, content]) => {
    const path = key.split("__");
    if (path.some((part) => part === "" || part === "." || part === ".."))
      throw sourceUnusable(`The key ${key} names no file: write the file pages/intro.md as pages__intro.md.`);
    return [path.join("/"), content];
  });
}

function revisionOf(files: readonly [string, Buffer][]): string {
  const hash = createHash("sha256");
  for (const [path, content] of files.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${path}\0${String(content.length)}\0`).update(content);
  return hash.digest("hex").slice(0, REVISION_CHARACTERS);
}
