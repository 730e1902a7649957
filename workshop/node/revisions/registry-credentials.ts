import { z } from "zod";
import { type KubernetesClient, KubernetesError } from "../../../kubernetes/node/kubernetes-client.js";
import { sourceUnusable } from "./lab-origin.js";
import { jsonOf } from "./registry-answers.js";

/** Where Secrets with credentials of registries are: a Workshop cannot have those of other namespaces used. */
const NAMESPACE = "lectern-system";
const TYPE = "kubernetes.io/dockerconfigjson";
const ENTRY = ".dockerconfigjson";
/** As `docker login` writes the one registry that has two names. */
const DOCKER_HUB = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

export interface RegistryCredentials {
  username: string;
  password: string;
}

/** The credentials for that registry in a Secret of `lectern-system`. Throws LAB_SOURCE_UNUSABLE. */
export async function registryCredentials(
  client: KubernetesClient,
  { secret, registry }: { secret: string; registry: string },
  signal: AbortSignal,
): Promise<RegistryCredentials> {
  const title = `Secret ${NAMESPACE}/${secret}`;
  const found = await readSecret(client, secret, signal);
  if (found === undefined) throw sourceUnusable(`There is no ${title}. Create it, or correct the Workshop.`);
  const text = found.data?.[ENTRY];
  if (found.type !== TYPE || text === undefined)
    throw sourceUnusable(
      `The ${title} is not of type ${TYPE}. Make it with: kubectl create secret docker-registry`,
    );
  const credentials = credentialsIn(Buffer.from(text, "base64").toString("utf8"), registry);
  if (credentials) return credentials;
  throw sourceUnusable(`The ${title} holds no user and password for ${registry}.`);
}

interface Secret {
  type?: string;
  data?: Record<string, string>;
}

async function readSecret(
  client: KubernetesClient,
  name: string,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  try {
    return await client.get<Secret>(`/api/v1/namespaces/${NAMESPACE}/secrets/${name}`, signal);
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  }
}

const Login = z.object({
  username: z.optional(z.string()),
  password: z.optional(z.string()),
  auth: z.optional(z.string()),
});
const DockerConfig = z.object({ auths: z.record(z.string(), z.unknown()) });

/** The API server has looked that it is JSON, and no further. */
function credentialsIn(text: string, registry: string): RegistryCredentials | undefined {
  const config = DockerConfig.safeParse(jsonOf(text));
  const [, entry] =
    Object.entries(config.data?.auths ?? {}).find(([name]) => isRegistry(name, registry)) ?? [];
  const { username = "", password, auth = "" } = Login.safeParse(entry).data ?? {};
  if (username !== "" && password !== undefined) return { username, password };
  const pair = Buffer.from(auth, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon > 0 ? { username: pair.slice(0, colon), password: pair.slice(colon + 1) } : undefined;
}

function isRegistry(name: string, registry: string): boolean {
  const host = name.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "";
  return host === registry || (DOCKER_HUB.has(host) && DOCKER_HUB.has(registry));
}
