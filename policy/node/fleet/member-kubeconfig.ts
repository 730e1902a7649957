import type { Cluster, KubeConfig, User } from "@kubernetes/client-node";

import { POLICY_ERROR, PolicyError } from "../errors.js";

/** A kubeconfig of one cluster has some 10 kB. */
export const MAX_KUBECONFIG_CHARACTERS = 64 * 1024;

/**
 * Reads what an organization gave of its cluster: the cluster and the user of the current context, and of these what is written out in it. Files and
 * programs it names would be those of the server, and are refused. Throws POLICY_INVALID with the field.
 */
export async function readMemberKubeconfig(text: string): Promise<KubeConfig> {
  const { KubeConfig: Loader } = await import("../../../kubernetes/node/client-library.js");
  const given = new Loader();
  try {
    given.loadFromString(text);
  } catch (error) {
    throw invalid(`it cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  const cluster = given.getCurrentCluster();
  const user = given.getCurrentUser();
  if (!cluster || !user) throw invalid("its current context names no cluster, or no user");
  const problem = clusterProblem(cluster) ?? userProblem(user);
  if (problem !== undefined) throw invalid(problem);
  const clean = new Loader();
  const named = "member";
  clean.loadFromOptions({
    clusters: [
      {
        name: named,
        server: cluster.server,
        skipTLSVerify: false,
        ...(cluster.caData && { caData: cluster.caData }),
        ...(cluster.tlsServerName && { tlsServerName: cluster.tlsServerName }),
      },
    ],
    users: [
      {
        name: named,
        ...(user.token && { token: user.token }),
        ...(user.certData && { certData: user.certData }),
        ...(user.keyData && { keyData: user.keyData }),
      },
    ],
    contexts: [{ name: named, cluster: named, user: named }],
    currentContext: named,
  });
  return clean;
}

function clusterProblem({ server, caFile, skipTLSVerify, proxyUrl }: Cluster): string | undefined {
  if (!URL.canParse(server) || new URL(server).protocol !== "https:")
    return `its server ${JSON.stringify(server)} is no https:// address`;
  if (caFile)
    return "certificate-authority names a file of this machine; write it out as certificate-authority-data (kubectl config view --flatten --minify)";
  if (skipTLSVerify)
    return "insecure-skip-tls-verify would let anybody between answer for the cluster; give certificate-authority-data";
  return proxyUrl ? "proxy-url is not taken: Lectern connects to the cluster itself" : undefined;
}

const FILES = { certFile: "client-certificate", keyFile: "client-key" } as const;

function userProblem(user: User): string | undefined {
  const file = (["certFile", "keyFile"] as const).find((each) => user[each]);
  if (file)
    return `${FILES[file]} names a file of this machine; write it out as ${FILES[file]}-data (kubectl config view --flatten --minify)`;
  if (user.exec || user.authProvider)
    return "its user is logged in by a program, which Lectern does not run; give a token, such as that of a service account (kubectl create token)";
  if (user.username || user.impersonateUser)
    return "its user has a password or acts as another; give a token";
  if (!user.token && !(user.certData && user.keyData))
    return "its user has neither a token nor client-certificate-data with client-key-data";
  return undefined;
}

function invalid(why: string): PolicyError {
  const message = `The kubeconfig cannot be used: ${why}.`;
  return new PolicyError(POLICY_ERROR.invalid, message, { fields: [{ path: "kubeconfig", message: why }] });
}
