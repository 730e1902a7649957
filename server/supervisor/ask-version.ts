import { readFileSync } from "node:fs";
import { request } from "node:https";
import { parse } from "yaml";

/** The part of our own cluster's kubeconfig that is needed to ask it something. */
interface OwnKubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

const TIMEOUT_MS = 1_000;

/**
 * The version of the embedded cluster, asked without the Kubernetes client: loading that takes longer than the cluster takes to
 * start. Throws while it does not answer.
 */
export function askVersion(kubeconfigFile: string): Promise<string> {
  const { clusters, users } = parse(readFileSync(kubeconfigFile, "utf8")) as OwnKubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) throw new Error(`${kubeconfigFile} names no cluster and user`);
  const options = {
    ca: Buffer.from(cluster["certificate-authority-data"], "base64"),
    headers: { authorization: `Bearer ${user.token}` },
    agent: false as const,
    timeout: TIMEOUT_MS,
  };
  return new Promise((resolve, reject) => {
    const asked = request(new URL("/version", cluster.server), options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        try {
          resolve((JSON.parse(text) as { gitVersion: string }).gitVersion);
        } catch (error) {
          reject(error);
        }
      });
    });
    asked.once("timeout", () => asked.destroy(new Error("no answer")));
    asked.once("error", reject);
    asked.end();
  });
}
