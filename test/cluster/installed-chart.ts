import { freePort } from "../server/free-port.js";
import type { Forward } from "../kubernetes/node/node-namespaces.js";
import { type NodePostgres, startNodePostgres } from "./node-postgres.js";
import { OperatorShell, filledIn, pageBlock } from "./operator-shell.js";
import { type ProductImages, productImages } from "./product-images.js";
import type { RealCluster } from "./real-cluster.js";

/** Where the chart is installed. */
export const NAMESPACE = "lectern";
const SERVERS = "app.kubernetes.io/component=server,app.kubernetes.io/name=lectern";

/** A server's pod. */
export interface ServerPod {
  name: string;
  ip: string;
  container: string;
  image: string;
  isReady: boolean;
}

interface PodList {
  items: {
    metadata: { name: string; deletionTimestamp?: string };
    spec: { containers: { image: string }[] };
    status: {
      podIP?: string;
      containerStatuses?: { containerID?: string; ready: boolean }[];
    };
  }[];
}

/** The chart on the real node by the words of `docs/operate.md`, with three servers on a PostgreSQL of their own, reached through its Service. */
export class InstalledChart {
  /** Where browsers open it: the Service's address, passed on to this machine. */
  readonly url: string;
  readonly images: ProductImages;
  readonly postgres: NodePostgres;
  readonly shell: OperatorShell;
  readonly #cluster: RealCluster;
  readonly #forwards: Forward[] = [];

  private constructor(
    cluster: RealCluster,
    parts: { shell: OperatorShell; images: ProductImages; postgres: NodePostgres; port: number },
  ) {
    this.#cluster = cluster;
    this.shell = parts.shell;
    this.images = parts.images;
    this.postgres = parts.postgres;
    this.url = `http://127.0.0.1:${String(parts.port)}/`;
  }

  /** Installs it, and waits until all servers are ready. */
  static async install(cluster: RealCluster): Promise<InstalledChart> {
    const images = await productImages(cluster.node);
    const [shell, postgres, port] = await Promise.all([
      OperatorShell.open(cluster),
      startNodePostgres(cluster.node),
      freePort(),
    ]);
    const installed = new InstalledChart(cluster, { shell, images, postgres, port });
    try {
      await shell.run(filledIn(pageBlock("Install on a cluster", "helm install"), installed.#ownValues()));
      await installed.#forward();
      return installed;
    } catch (error) {
      const why = await installed.#state();
      await installed.close();
      throw new Error(`${String(error)}\n${why}`, { cause: error });
    }
  }

  /** Changes values of the release, and waits until all servers have them. */
  async upgrade(...words: string[]): Promise<void> {
    await this.shell.run([pageBlock("Upgrade", "helm upgrade").trimEnd(), ...words].join(" "));
  }

  /** Removes it; what Helm and its hooks say, of which Helm prints the latter as complaints. */
  uninstall(): Promise<string> {
    return this.shell.run(`exec 2>&1\n${pageBlock("Remove", "helm uninstall")}`);
  }

  /** What `helm test --logs` says; throws where the test fails. */
  test(): Promise<string> {
    return this.shell.run(`helm test lectern --namespace ${NAMESPACE} --logs`);
  }

  /** The servers that are not being ended. */
  async servers(): Promise<ServerPod[]> {
    const text = await this.#cluster.read(
      "get",
      "pods",
      `--namespace=${NAMESPACE}`,
      `--selector=${SERVERS}`,
      "--output=json",
    );
    return (JSON.parse(text) as PodList).items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata, spec, status }) => ({
        name: metadata.name,
        ip: status.podIP ?? "",
        container: status.containerStatuses?.[0]?.containerID ?? "",
        image: spec.containers[0]?.image ?? "",
        isReady: status.containerStatuses?.[0]?.ready ?? false,
      }));
  }

  /** An address on this machine that leads to one server, past the Service. */
  async urlOf({ ip }: ServerPod): Promise<string> {
    const forward = await this.#cluster.node.forward(`${ip}:8080`);
    this.#forwards.push(forward);
    return `http://${forward.address}/`;
  }

  /** Lets go of everything but what is in the cluster. */
  async close(): Promise<void> {
    await Promise.all(this.#forwards.map((forward) => forward.close()));
    await this.postgres.remove();
    this.shell.close();
  }

  async #forward(): Promise<void> {
    const ip = "--output=jsonpath={.spec.clusterIP}:{.spec.ports[0].port}";
    const address = await this.#cluster.read("get", "service", "lectern", `--namespace=${NAMESPACE}`, ip);
    this.#forwards.push(await this.#cluster.node.forward(address, Number(new URL(this.url).port)));
  }

  /** What of the page's words is each reader's own. */
  #ownValues(): Record<string, string> {
    const [image, toolbox] = [split(this.images.server.name), split(this.images.toolbox.name)];
    // The authority of the cluster is that by which git knows the test's repository.
    const address = `publicUrl=${this.url.slice(0, -1)} --set ingress.enabled=false --set start=open --set labs.authoritiesConfigMap=kube-root-ca.crt`;
    return {
      "postgresql://USER:PASSWORD@HOST/NAME": this.postgres.url,
      "publicUrl=https://labs.example.org": address,
      // A tag may be all digits, and is no number.
      " image.repository=REGISTRY/lectern ": ` image.repository=${image.repository} --set-string image.tag=${image.tag} `,
      "REGISTRY/lectern-toolbox": `${toolbox.repository} --set-string shells.image.tag=${toolbox.tag}`,
    };
  }

  /** What a person would look at where an installation does not come to its end. */
  async #state(): Promise<string> {
    const place = `--namespace=${NAMESPACE}`;
    const asked = [
      ["get", "pods", place, "--output=wide"],
      ["events", place],
      ["logs", place, `--selector=${SERVERS}`, "--tail=40", "--prefix"],
    ];
    const answers = await Promise.all(asked.map((words) => this.#cluster.kubectl(words)));
    return answers.map(({ stdout, stderr }) => stdout + stderr).join("\n");
  }
}

function split(image: string): { repository: string; tag: string } {
  const at = image.lastIndexOf(":");
  return { repository: image.slice(0, at), tag: image.slice(at + 1) };
}
