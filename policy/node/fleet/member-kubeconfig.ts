import { createSecureContext } from "node:tls";

import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { z } from "zod";

import { fieldProblems } from "../../common/field-problems.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";

/** A kubeconfig of one cluster has some 10 kB. */
export const MAX_KUBECONFIG_CHARACTERS = 64 * 1024;

const list = <Entry extends z.ZodType>(entry: Entry) =>
  z.array(z.looseObject({ name: z.string() }).and(entry));

/** The entries alone; what the two that count hold is looked at by itself. */
const kubeconfigSchema = z.object({
  "current-context": z.string(),
  contexts: list(z.looseObject({ context: z.looseObject({ cluster: z.string(), user: z.string() }) })),
  clusters: list(z.looseObject({ cluster: z.looseObject({}) })),
  users: list(z.looseObject({ user: z.looseObject({}) })),
});

const text = z.string().min(1).optional();

const clusterSchema = z.object({
  server: z.string(),
  "certificate-authority-data": text,
  "tls-server-name": text,
});

const userSchema = z.object({
  token: z
    .string()
    .regex(/^[!-~]+$/, "has other characters than a token has")
    .optional(),
  "client-certificate-data": text,
  "client-key-data": text,
});

/**
 * Reads what an organization gave of its cluster: the cluster and the user of the current context, and of these what is written out in it. Files and
 * programs it names would be those of the server, and are refused; nothing but texts reaches the client library, which would open them. Throws
 * POLICY_INVALID with the field.
 */
export async function readMemberKubeconfig(given: string): Promise<KubeConfig> {
  const { cluster, user } = currentOf(given);
  const problem = clusterProblem(cluster) ?? userProblem(user);
  if (problem !== undefined) throw invalid(problem);
  const { server, ...tls } = taken(clusterSchema, cluster, "cluster");
  const credentials = taken(userSchema, user, "user");
  const [ca, serverName] = [tls["certificate-authority-data"], tls["tls-server-name"]];
  const { token } = credentials;
  const [cert, key] = [credentials["client-certificate-data"], credentials["client-key-data"]];
  if (!token && !(cert && key))
    throw invalid("its user has neither a token nor client-certificate-data with client-key-data");
  requireReadable({ ca, cert, key });
  const { KubeConfig: Loader } = await import("../../../kubernetes/node/client-library.js");
  const clean = new Loader();
  const name = "member";
  clean.loadFromOptions({
    clusters: [
      {
        name,
        server: addressOf(server),
        skipTLSVerify: false,
        ...(ca && { caData: ca }),
        ...(serverName && { tlsServerName: serverName }),
      },
    ],
    users: [{ name, ...(token && { token }), ...(cert && key && { certData: cert, keyData: key }) }],
    contexts: [{ name, cluster: name, user: name }],
    currentContext: name,
  });
  return clean;
}

type Fields = Record<string, unknown>;

function currentOf(given: string): { cluster: Fields; user: Fields } {
  const found = kubeconfigSchema.safeParse(parsed(given));
  if (!found.success)
    throw invalid(`it cannot be read (${fieldProblems(found.error.issues, "the file").text})`);
  const { contexts, clusters, users, "current-context": current } = found.data;
  const context = contexts.find(({ name }) => name === current)?.context;
  const cluster = clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = users.find(({ name }) => name === context?.user)?.user;
  if (!cluster || !user) throw invalid("its current context names no cluster, or no user");
  return { cluster, user };
}

/** Some lists of clusters, users and contexts; what is nested without end would take the parser's stack. */
const MAX_OPENED = 600;
const MAX_OPENED_IN_LINE = 8;

/** Keys that are no texts, and aliases, would cost the parser more than the text is long. */
const FRUGAL = { mapAsMap: true, maxAliasCount: 0, uniqueKeys: false, logLevel: "silent" } as const;

function parsed(given: string): unknown {
  const opened = given.split(/[[{]/).length - 1;
  const inLines = given.split("\n").map((line) => line.split(/[-?]\s/).length - 1);
  if (opened > MAX_OPENED || inLines.some((count) => count > MAX_OPENED_IN_LINE))
    throw invalid("it cannot be read (it is nested deeper than a kubeconfig is)");
  try {
    return plain(parse(given, FRUGAL), MAX_DEPTH);
  } catch (error) {
    throw invalid(`it cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** More than the entries of a kubeconfig have. */
const MAX_DEPTH = 16;

/** Objects instead of maps. Throws where a key is no text, or it goes too deep. */
function plain(value: unknown, depth: number): unknown {
  if (depth === 0) throw new Error("it is nested deeper than a kubeconfig is");
  if (Array.isArray(value)) return value.map((each) => plain(each, depth - 1));
  if (!(value instanceof Map)) return value;
  const entries = [...value].map(([key, each]) => {
    if (typeof key === "object" && key !== null) throw new Error("a key is no text");
    return [String(key), plain(each, depth - 1)] as const;
  });
  return Object.fromEntries(entries);
}

function taken<Taken>(schema: z.ZodType<Taken>, entry: Fields, what: string): Taken {
  const found = schema.safeParse(entry);
  if (found.success) return found.data;
  const [first] = fieldProblems(found.error.issues, what).fields;
  throw invalid(`${first?.path ?? ""} of its ${what}: ${first?.message ?? "is not as it should be"}`);
}

/** What cannot be read would otherwise be found out at every call. */
function requireReadable(given: Record<"ca" | "cert" | "key", string | undefined>): void {
  const pems = Object.entries(given)
    .filter(([, data]) => data !== undefined)
    .map(([name, data = ""]) => [name, Buffer.from(data, "base64")]);
  try {
    createSecureContext(Object.fromEntries(pems) as Record<string, Buffer>);
  } catch (error) {
    throw invalid(
      `its certificates or its key cannot be used (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

/** The address and nothing else that a URL can hold. */
function addressOf(server: string): string {
  const { origin, pathname } = new URL(server);
  return origin + pathname.replace(/\/$/, "");
}

function clusterProblem(cluster: Fields): string | undefined {
  const { server } = cluster;
  if (typeof server !== "string" || !URL.canParse(server) || new URL(server).protocol !== "https:")
    return `its server ${typeof server === "string" ? JSON.stringify(server.slice(0, 200)) : "(no text)"} is no https:// address`;
  const { username, password } = new URL(server);
  if (username || password) return "its server has a password in its address; give a token";
  if (cluster["certificate-authority"])
    return "certificate-authority names a file of this machine; write it out as certificate-authority-data (kubectl config view --flatten --minify)";
  if (cluster["insecure-skip-tls-verify"])
    return "insecure-skip-tls-verify would let anybody between answer for the cluster; give certificate-authority-data";
  return cluster["proxy-url"] ? "proxy-url is not taken: Lectern connects to the cluster itself" : undefined;
}

function userProblem(user: Fields): string | undefined {
  const file = ["client-certificate", "client-key"].find((each) => user[each]);
  if (file !== undefined)
    return `${file} names a file of this machine; write it out as ${file}-data (kubectl config view --flatten --minify)`;
  if (user["token-file"] || user["tokenFile"])
    return "tokenFile names a file of this machine; write its content out as token";
  if (user["exec"] || user["auth-provider"])
    return "its user is logged in by a program, which Lectern does not run; give a token, such as that of a service account (kubectl create token)";
  if (["username", "password", "as", "as-uid", "as-groups", "as-user-extra"].some((each) => user[each]))
    return "its user has a password or acts as another; give a token";
  return undefined;
}

function invalid(why: string): PolicyError {
  const message = `The kubeconfig cannot be used: ${why}.`;
  return new PolicyError(POLICY_ERROR.invalid, message, { fields: [{ path: "kubeconfig", message: why }] });
}
