import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { helmBinaries } from "./binaries.js";

/** The chart under test. */
export const chart = fileURLToPath(new URL("../../../deploy/helm/lectern", import.meta.url));

/** Covers what it waits for itself. */
const DEADLINE_MS = 10 * 60_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface HelmAnswer {
  status: number;
  /** Standard output. */
  output: string;
  /** Standard error. */
  complaint: string;
}

export interface RenderedObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** One line of Helm with folders of its own: nothing of the person who runs the tests is read or changed. */
export class Helm {
  readonly #program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "lectern-helm-"));

  private constructor(program: string) {
    this.#program = program;
  }

  /** Builds it where that was not done yet. */
  static async open(line: "helm3" | "helm4"): Promise<Helm> {
    return new Helm(join(await helmBinaries(), line));
  }

  /** Runs it to its end, whatever its status. */
  run(...words: string[]): Promise<HelmAnswer> {
    const folders = Object.fromEntries(
      ["CACHE", "CONFIG", "DATA"].map((name) => [`HELM_${name}_HOME`, join(this.#folder, name)]),
    );
    const env = { PATH: process.env["PATH"] ?? "", HOME: this.#folder, ...folders };
    return new Promise((resolve) => {
      execFile(
        this.#program,
        words,
        { env, timeout: DEADLINE_MS, maxBuffer: MAX_OUTPUT_BYTES },
        (error, output, complaint) => {
          const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
          resolve({ status, output, complaint });
        },
      );
    });
  }

  /** Throws with what it said unless it succeeds. */
  async succeed(...words: string[]): Promise<string> {
    const { status, output, complaint } = await this.run(...words);
    if (status === 0) return output;
    throw new Error(`helm ${words.join(" ")} ended with ${String(status)}: ${complaint}`);
  }

  /** The chart's objects for these values, hooks and tests among them. */
  async render(values: readonly string[], ...words: string[]): Promise<RenderedObject[]> {
    const text = await this.succeed(
      "template",
      "lectern",
      chart,
      ...KUBE_VERSION,
      ...setting(values),
      ...words,
    );
    return parseAllDocuments(text).flatMap((document) => {
      const object = document.toJS() as RenderedObject | null;
      return object === null ? [] : [object];
    });
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A Helm that is built without its release's flags takes a Kubernetes of long ago for given. */
export const KUBE_VERSION = ["--kube-version", "1.35.4"];

/** The words that set these values. */
export function setting(values: readonly string[]): string[] {
  return values.flatMap((value) => ["--set", value]);
}
