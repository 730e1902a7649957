import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * `npm run kind`: Lectern on a kind cluster of its own on this machine. Builds the images, makes the cluster, installs the chart; run again
 * it upgrades. With `--delete` everything it made is removed.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const CLUSTER = "lectern";
const CONTEXT = `kind-${CLUSTER}`;
const NAMESPACE = "lectern";
/** What `deploy/kind/cluster.yaml` maps to the chart's node port. */
const ADDRESS = "http://localhost:8080";
const NODE_PORT = "30080";
const IMAGES = [
  { name: "lectern", target: "server" },
  { name: "lectern-toolbox", target: "toolbox" },
] as const;

const NEEDED: Record<string, string> = {
  docker: "Install Docker (https://docs.docker.com/engine/install) and start it.",
  kind: "Install kind (https://kind.sigs.k8s.io/docs/user/quick-start).",
  helm: "Install Helm 3 or 4 (https://helm.sh/docs/intro/install).",
  kubectl: "Install kubectl (https://kubernetes.io/docs/tasks/tools).",
};

/** A build prints thousands of lines; its end says what went wrong. */
const KEPT_CHARACTERS = 64 * 1024;
const SHOWN_LINES = 20;

/** A sentence for the person at the terminal; there is nothing else to say. */
class Refusal extends Error {}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Refusal ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
});

async function main(words: readonly string[]): Promise<void> {
  const unknown = words.filter((word) => word !== "--delete");
  if (unknown.length > 0)
    throw new Refusal(`npm run kind does not know ${unknown.join(" ")}; it takes only: -- --delete`);
  const isDeleting = words.includes("--delete");
  requirePrograms(isDeleting ? ["docker", "kind"] : Object.keys(NEEDED));
  await (isDeleting ? remove() : install());
}

async function install(): Promise<void> {
  await step("Look for Docker's engine", () => requireEngine());
  const tags: Record<string, string> = {};
  for (const { name, target } of IMAGES)
    tags[name] = await step(`Build the image ${name}`, () => buildImage(name, target));
  await step(`Make the cluster ${CLUSTER}`, makeCluster);
  const references = Object.entries(tags).map(([name, tag]) => `${name}:${tag}`);
  await step("Load the images into it", () =>
    run("kind", ["load", "docker-image", ...references, "--name", CLUSTER]),
  );
  await step("Install the chart, and wait", () => installChart(tags));
  process.stdout.write(
    `\nLectern is ready: ${ADDRESS}\nThe instructor's token is printed by:\n  ${tokenCommand()}\n`,
  );
}

async function remove(): Promise<void> {
  await step("Look for Docker's engine", () => requireEngine());
  await step(`Delete the cluster ${CLUSTER}`, () => run("kind", ["delete", "cluster", "--name", CLUSTER]));
  await step("Remove the images", async () => {
    const filters = IMAGES.flatMap(({ name }) => ["--filter", `reference=${name}`]);
    const format = "{{.Repository}}:{{.Tag}}";
    const found = lines(await run("docker", ["image", "ls", ...filters, "--format", format]));
    if (found.length > 0) await run("docker", ["image", "rm", "--force", ...found]);
  });
}

/** The tag is the image's own content, so that an upgrade replaces the servers where the image has changed, and only there. */
async function buildImage(name: string, target: string): Promise<string> {
  const file = join(root, "deploy/image/Containerfile");
  await run("docker", ["build", "--file", file, "--target", target, "--tag", `${name}:latest`, root]);
  const id = (await run("docker", ["image", "inspect", "--format", "{{.Id}}", `${name}:latest`])).trim();
  const tag = /^sha256:([0-9a-f]{12})/.exec(id)?.[1];
  if (tag === undefined) throw new Refusal(`docker calls the image ${name} "${id}", which is no digest.`);
  await run("docker", ["tag", `${name}:latest`, `${name}:${tag}`]);
  return tag;
}

async function makeCluster(): Promise<void> {
  if (lines(await run("kind", ["get", "clusters"])).includes(CLUSTER)) return;
  const config = join(root, "deploy/kind/cluster.yaml");
  await run("kind", ["create", "cluster", "--name", CLUSTER, "--config", config, "--wait", "180s"]);
}

async function installChart(tags: Record<string, string>): Promise<void> {
  const values = [
    `publicUrl=${ADDRESS}`,
    "ingress.enabled=false",
    "service.type=NodePort",
    `service.nodePort=${NODE_PORT}`,
    "start=open",
  ];
  // A tag may be all digits, and is no number.
  const words = [`image.tag=${tags["lectern"] ?? ""}`, `shells.image.tag=${tags["lectern-toolbox"] ?? ""}`];
  await run("helm", [
    "upgrade",
    "--install",
    "lectern",
    join(root, "deploy/helm/lectern"),
    "--namespace",
    NAMESPACE,
    "--create-namespace",
    "--kube-context",
    CONTEXT,
    ...values.flatMap((value) => ["--set", value]),
    ...words.flatMap((word) => ["--set-string", word]),
    "--wait",
    "--timeout",
    "10m",
  ]);
}

function tokenCommand(): string {
  const template = '{{index .data "token" | base64decode}}';
  return `kubectl --context ${CONTEXT} get secret --namespace ${NAMESPACE} lectern-instructor --output go-template='${template}'`;
}

function requirePrograms(names: readonly string[]): void {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const missing = names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (missing.length === 0) return;
  const sentences = missing.map((name) => `There is no ${name} on PATH. ${NEEDED[name] ?? ""}`);
  throw new Refusal(sentences.join("\n"));
}

async function requireEngine(): Promise<void> {
  const { status, complaint } = await outcome("docker", ["info", "--format", "{{.ServerVersion}}"]);
  if (status === 0) return;
  throw new Refusal(
    `Docker's engine does not answer: ${lastLine(complaint)}. Start it, and see "docker info".`,
  );
}

/** Shows what is done, and how long it took. */
async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const since = Date.now();
  process.stdout.write(`${what} ...\n`);
  const result = await work();
  process.stdout.write(`${what}: done in ${((Date.now() - since) / 1000).toFixed(1)} s\n`);
  return result;
}

/** What the program printed. Throws a Refusal with the end of it where it fails. */
async function run(program: string, words: readonly string[]): Promise<string> {
  const { status, text, complaint } = await outcome(program, words);
  if (status === 0) return text;
  throw new Refusal(
    `${program} ${words.join(" ")} failed (${String(status)}):\n${(complaint || text).trim().split("\n").slice(-SHOWN_LINES).join("\n")}`,
  );
}

function outcome(
  program: string,
  words: readonly string[],
): Promise<{ status: number | null; text: string; complaint: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    const texts = { out: "", err: "" };
    const keep = (name: "out" | "err") => (chunk: Buffer) => {
      texts[name] = (texts[name] + chunk.toString("utf8")).slice(-KEPT_CHARACTERS);
    };
    child.stdout.on("data", keep("out"));
    child.stderr.on("data", keep("err"));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, text: texts.out, complaint: texts.err }));
  });
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function lastLine(text: string): string {
  return lines(text).at(-1) ?? "no word of why";
}
