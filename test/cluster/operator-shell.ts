import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { helmBinaries } from "../kubernetes/helm/binaries.js";
import type { RealCluster } from "./real-cluster.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
/** Covers what the page lets Helm wait for. */
const DEADLINE_MS = 12 * 60_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** The one shell block below a heading of `docs/operate.md` that has these words in it, as a reader would copy it. */
export function pageBlock(heading: string, words: string): string {
  const page = readFileSync(join(repository, "docs/operate.md"), "utf8");
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const blocks = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  const [found, ...more] = blocks.filter((block) => block.includes(words));
  if (found !== undefined && more.length === 0) return found;
  throw new Error(`docs/operate.md has not one block with "${words}" below "${heading}"`);
}

/** What a reader writes in the place of what the page has there. Throws where that is not in it. */
export function filledIn(block: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [ours, theirs]) => {
    if (!text.includes(ours)) throw new Error(`the block of docs/operate.md has no ${ours}: ${text}`);
    return text.replaceAll(ours, theirs);
  }, block);
}

/** The shell of an operator who stands in the repository and has kubectl and Helm for the cluster, and nothing else that is set up. */
export class OperatorShell {
  readonly #home = mkdtempSync(join(tmpdir(), "lectern-operator-"));
  readonly #cluster: RealCluster;

  private constructor(cluster: RealCluster, helm: string) {
    this.#cluster = cluster;
    symlinkSync(helm, join(this.#home, "helm"));
    symlinkSync(cluster.kubectlPath, join(this.#home, "kubectl"));
  }

  /** Builds Helm where that was not done yet. */
  static async open(cluster: RealCluster): Promise<OperatorShell> {
    return new OperatorShell(cluster, join(await helmBinaries(), "helm3"));
  }

  /** What the commands print, one after the other; throws with all of it at the first that fails. */
  run(commands: string): Promise<string> {
    const env = {
      PATH: [this.#home, process.env["PATH"] ?? ""].join(delimiter),
      HOME: this.#home,
      KUBECONFIG: this.#cluster.kubeconfig,
    };
    const options = { cwd: repository, env, timeout: DEADLINE_MS, maxBuffer: MAX_OUTPUT_BYTES };
    return new Promise((resolve, reject) => {
      execFile("bash", ["-e", "-o", "pipefail", "-c", commands], options, (error, output, complaint) => {
        if (error === null) resolve(output);
        else reject(new Error(`${commands}\nended with ${String(error.code)}:\n${output}${complaint}`));
      });
    });
  }

  close(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
