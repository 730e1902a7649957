import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NODE_ADDRESS, type NodeNamespaces } from "../kubernetes/node/node-namespaces.js";

const START_DEADLINE_MS = 30_000;
const AUTHOR = ["-c", "user.name=Author", "-c", "user.email=author@example.org"];

/** A server of git repositories on the node, whose certificate is of the cluster's own authority. */
export interface NodeGit {
  /** A Workshop that names the one repository as pods reach it. */
  workshop(name: string): unknown;
  /** Commits files to its branch `main`; returns the commit. */
  commit(files: Readonly<Record<string, string>>): string;
  /** Ends it and takes away what it had. */
  remove(): Promise<void>;
}

/** The files of a lab by its title, where the Workshop looks for it. */
export function labInGit(title: string): Record<string, string> {
  return {
    "labs/one/workshop.yaml": `title: ${title}\nlayout: default\n`,
    "labs/one/pages/01-page.md": `# ${title}\n`,
  };
}

/** Serves an empty repository over HTTPS where the node's pods reach it. */
export async function startNodeGit(node: NodeNamespaces): Promise<NodeGit> {
  const folder = join(node.identity.folder, "git");
  const [work, repositories] = [join(folder, "work"), join(folder, "repositories")];
  mkdirSync(repositories, { recursive: true });
  git("init", "--quiet", "--bare", "--initial-branch", "main", join(repositories, "labs.git"));
  git("init", "--quiet", "--initial-branch", "main", work);
  const { server, url } = await serve(node, repositories);
  return {
    workshop: (name) => ({
      apiVersion: "lectern.dev/v1alpha1",
      kind: "Workshop",
      metadata: { name },
      spec: { git: { url: `${url}/labs.git`, ref: "main", path: "labs/one" } },
    }),
    commit: (files) => {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(work, name)), { recursive: true });
        writeFileSync(join(work, name), content);
      }
      git("-C", work, "add", "--all");
      git("-C", work, ...AUTHOR, "commit", "--quiet", "--message", "Change the lab");
      git("-C", work, "push", "--quiet", join(repositories, "labs.git"), "main");
      return git("-C", work, "rev-parse", "HEAD").trim();
    },
    remove: async () => {
      const hasEnded = server.exitCode !== null || server.signalCode !== null;
      const ended = hasEnded ? undefined : once(server, "exit");
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serve(
  node: NodeNamespaces,
  repositories: string,
): Promise<{ server: ChildProcess; url: string }> {
  const script = fileURLToPath(new URL("serve-git.ts", import.meta.url));
  const certificate = ["apiserver.crt", "apiserver.key"].map((name) => join(node.identity.folder, name));
  const backend = join(git("--exec-path").trim(), "git-http-backend");
  const words = ["--import", "tsx", script, NODE_ADDRESS, repositories, ...certificate, backend];
  const network = [`--net=/proc/${String(node.identity.pid)}/ns/net`];
  const server = spawn("nsenter", [...network, process.execPath, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(server.stdout);
  const [url] = (await once(lines, "line", { signal: AbortSignal.timeout(START_DEADLINE_MS) })) as [string];
  return { server, url };
}

function git(...words: string[]): string {
  return execFileSync("git", words, { encoding: "utf8" });
}
