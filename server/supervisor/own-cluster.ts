import { readFileSync } from "node:fs";
import { request } from "node:https";
import { parse } from "yaml";

/** The part of our own cluster's kubeconfig that is needed to ask it something. */
interface OwnKubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

/** An answer of /livez or /version; longer ones are not waited for. */
const ANSWER_CHARACTERS = 64 * 1024;

/**
 * What the embedded cluster answers at a path, asked without the Kubernetes client: loading that takes longer than the cluster takes
 * to start. Throws where it does not answer, or not with success.
 */
export function askOwnCluster(kubeconfigFile: string, path: string, signal: AbortSignal): Promise<string> {
  const { clusters, users } = parse(readFileSync(kubeconfigFile, "utf8")) as OwnKubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) throw new Error(`${kubeconfigFile} names no cluster and user`);
  const options = {
    ca: Buffer.from(cluster["certificate-authority-data"], "base64"),
    headers: { authorization: `Bearer ${user.token}` },
    agent: false as const,
    signal,
  };
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, cluster.server), options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > ANSWER_CHARACTERS) asked.destroy(new Error("the answer is too long"));
      });
      response.once("error", reject);
      response.once("end", () =>
        response.statusCode === 200
          ? resolve(text)
          : reject(new Error(`status ${String(response.statusCode)}`)),
      );
    });
    asked.once("error", reject);
    asked.end();
  });
}
