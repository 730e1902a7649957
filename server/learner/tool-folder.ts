import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface ToolOptions {
  /** Where the wrappers go; shared by all sessions, written by nobody but the server. */
  folder: string;
  /** The product's own folder. */
  productRoot: string;
  /** Absolute path of the Node.js that runs the server. */
  node: string;
  /** Absolute path of kubectl. */
  kubectl: string;
}

export interface Tools {
  /** The first folder of a learner's PATH. */
  folder: string;
  /** What a confined shell must be able to read for the tools to work. */
  readOnlyPaths: string[];
}

/** Folders every confined shell has anyway. */
const SYSTEM_PATH = ["/usr/local/bin", "/usr/bin", "/bin"];

/** Writes `tmc`, `k` for kubectl and `ll` for `ls -l` as many labs call them, and `kubectl` where the system's folders do not have it, for learners' shells to find first. */
export function makeToolFolder({ folder, productRoot, node, kubectl }: ToolOptions): Tools {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  writeTool(
    join(folder, "tmc"),
    `#!/bin/sh\nexec ${quote(node)} ${quote(join(productRoot, "bin/tmc.js"))} "$@"\n`,
  );
  writeTool(join(folder, "ll"), '#!/bin/sh\nexec ls -l --color=auto "$@"\n');
  for (const name of ["kubectl", "k"]) rmSync(join(folder, name), { force: true });
  symlinkSync(kubectl, join(folder, "k"));
  const needsKubectl = !SYSTEM_PATH.includes(dirname(kubectl));
  if (needsKubectl) symlinkSync(kubectl, join(folder, "kubectl"));
  const product = ["bin", "dist", "node_modules", "package.json"].map((name) => join(productRoot, name));
  return { folder, readOnlyPaths: [folder, ...product, node, ...(needsKubectl ? [kubectl] : [])] };
}

/** The PATH of a learner's shell. */
export function learnerPath(tools: Tools): string {
  return [tools.folder, ...SYSTEM_PATH].join(":");
}

function writeTool(file: string, script: string): void {
  writeFileSync(file, script);
  chmodSync(file, 0o755);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
