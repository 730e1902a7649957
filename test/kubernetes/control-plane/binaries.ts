import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { withFileLock } from "./file-lock.js";
import { runProgram } from "./run-program.js";

const KUBERNETES_VERSION = "1.35.4";
const BUILD_DEADLINE_MS = 20 * 60_000;
const PROGRESS_EVERY_MS = 15_000;

/** Where the Go modules of the control plane are. */
export const modulesFolder = fileURLToPath(new URL("../modules/", import.meta.url));

const versionFlags = [
  `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES_VERSION}`,
  "-X k8s.io/component-base/version.gitMajor=1",
  "-X k8s.io/component-base/version.gitMinor=35",
].join(" ");

const flags = ["-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${versionFlags}`];

const programs = [
  { name: "etcd", module: "control-plane", main: "./cmd/etcd" },
  { name: "kube-apiserver", module: "control-plane", main: "./cmd/kube-apiserver" },
  { name: "kube-controller-manager", module: "control-plane", main: "./cmd/kube-controller-manager" },
  { name: "kube-scheduler", module: "control-plane", main: "./cmd/kube-scheduler" },
  { name: "kubectl", module: "control-plane", main: "./cmd/kubectl" },
  { name: "kwok", module: "kwok", main: "sigs.k8s.io/kwok/cmd/kwok" },
] as const;

export interface BuildOptions {
  signal?: AbortSignal;
  /** Receives one line of text at a time while a build is under way; standard error by default. */
  progress?: (line: string) => void;
}

/**
 * The folder with the built programs, building them first where the cache has none (minutes; the module downloads
 * need the network). Concurrent callers wait for one another; a half-finished build is never seen.
 */
export async function controlPlaneBinaries(options: BuildOptions = {}): Promise<string> {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "lectern", "kubernetes");
  const folder = join(cache, sourcesHash());
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const signal = AbortSignal.any([
    AbortSignal.timeout(BUILD_DEADLINE_MS),
    ...(options.signal ? [options.signal] : []),
  ]);
  const progress = options.progress ?? ((line) => process.stderr.write(`${line}\n`));
  await withFileLock(
    `${folder}.lock`,
    { signal, waiting: (holder) => progress(`waiting for ${holder}`) },
    () => (existsSync(folder) ? Promise.resolve() : build(folder, { signal, progress })),
  );
  return folder;
}

function sourcesHash(): string {
  const hash = createHash("sha256").update(JSON.stringify({ flags, programs }));
  const files = readdirSync(modulesFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.go$|^go\.(mod|sum)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) hash.update(relative(modulesFolder, file)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

async function build(folder: string, options: Required<BuildOptions>): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  try {
    for (const [index, program] of programs.entries()) {
      await buildProgram(program, unfinished, `(${index + 1} of ${programs.length})`, options);
    }
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function buildProgram(
  program: (typeof programs)[number],
  folder: string,
  position: string,
  { signal, progress }: Required<BuildOptions>,
): Promise<void> {
  const start = Date.now();
  const report = () =>
    progress(`building ${program.name} ${position}: ${Math.round((Date.now() - start) / 1000)} s`);
  report();
  const timer = setInterval(report, PROGRESS_EVERY_MS);
  try {
    await runProgram("go", ["build", ...flags, "-o", join(folder, program.name), program.main], {
      cwd: join(modulesFolder, program.module),
      env: { ...process.env, CGO_ENABLED: "0" },
      signal,
    });
  } finally {
    clearInterval(timer);
  }
}
