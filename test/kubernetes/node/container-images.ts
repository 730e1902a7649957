import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { providePackage } from "../../requirements/debian-packages.js";
import { findProgram } from "../../requirements/programs.js";
import { withFileLock } from "../control-plane/file-lock.js";
import { cacheFolder } from "../control-plane/go-programs.js";
import { runProgram } from "../control-plane/run-program.js";
import { withDeadline } from "../../../kubernetes/node/deadline.js";

const BUILD_DEADLINE_MS = 30 * 60_000;
const root = fileURLToPath(new URL("../../../", import.meta.url));
/** Where Debian keeps the authorities a machine trusts. */
const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
const containerfile = "deploy/image/Containerfile";
/** What of the checkout the stages of each image read; `Containerfile.dockerignore` keeps the rest from them. */
const sources: Record<ImageTarget, string[]> = {
  server: [
    "*.json",
    "vite.config.ts",
    "bin",
    "content",
    "images",
    "*/common/*",
    "*/node/*",
    "*/browser/*",
    "cluster",
    "server",
  ],
  toolbox: [],
};

/** The images that `deploy/image/Containerfile` describes. */
export type ImageTarget = "server" | "toolbox";

/** An image as an archive that `ctr images import`, `docker load` and `kind load image-archive` take. */
export interface ContainerImage {
  name: string;
  archive: string;
}

/** What this machine lacks for building images, as one sentence, having installed what it may. */
export async function missingForImages(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "images are built by root on Linux";
  for (const name of ["buildah", "mmdebstrap"]) {
    const why = await providePackage(name, () => findProgram(name));
    if (why !== undefined) return why;
  }
  return undefined;
}

/**
 * The image of this checkout, built where the cache does not have it; minutes the first time, when the images it starts from are
 * made as well. Throws with what the builder said when it fails.
 */
export async function containerImage(
  target: ImageTarget,
  progress: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<ContainerImage> {
  const cache = cacheFolder("images");
  const name = `lectern-${target}:${sourcesHash(target)}`;
  const archive = join(cache, `${name.replace(":", "-")}.tar`);
  mkdirSync(cache, { recursive: true });
  await withDeadline(BUILD_DEADLINE_MS, undefined, (signal) =>
    withFileLock(
      join(cache, "lock"),
      { signal, waiting: (holder) => progress(`waiting for ${holder}`) },
      () =>
        existsSync(archive) ? Promise.resolve() : build({ target, name, archive, cache, signal, progress }),
    ),
  );
  return { name, archive };
}

interface Build {
  target: ImageTarget;
  name: string;
  archive: string;
  cache: string;
  signal: AbortSignal;
  progress: (line: string) => void;
}

async function build({ target, name, archive, cache, signal, progress }: Build): Promise<void> {
  const start = Date.now();
  const report = (what: string) => progress(`${what}: ${Math.round((Date.now() - start) / 1000)} s`);
  const secrets = mkdtempSync(join(tmpdir(), "lectern-image-"));
  const store = ["--root", join(cache, "storage"), "--runroot", join("/run", "lectern-images")];
  try {
    report(`building the image ${name}: what it starts from`);
    await runProgram(join(root, "deploy/image/base.sh"), ["buildah", ...store], { signal });
    report(`building the image ${name}: its stages`);
    const unfinished = `${archive}.unfinished`;
    rmSync(unfinished, { force: true });
    await runProgram("buildah", [...store, ...buildWords(target, name, writeSecrets(secrets)), root], {
      signal,
    });
    await runProgram("buildah", [...store, "push", name, `docker-archive:${unfinished}:${name}`], { signal });
    renameSync(unfinished, archive);
    report(`built the image ${name}`);
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
}

function buildWords(target: ImageTarget, name: string, secrets: string[]): string[] {
  // Compiled packages and modules are those of the machine, whoever compiled or fetched them.
  const volumes = ["GOMODCACHE:/go/pkg/mod", "GOCACHE:/root/.cache/go-build"].map((volume) => {
    const [variable = "", path = ""] = volume.split(":");
    return `--volume=${goVariable(variable)}:${path}:rw`;
  });
  return [
    "build",
    "--isolation=chroot",
    "--pull-never",
    "--layers",
    `--file=${join(root, containerfile)}`,
    `--ignorefile=${join(root, `${containerfile}.dockerignore`)}`,
    `--target=${target}`,
    `--build-arg=TARGETARCH=${goVariable("GOARCH")}`,
    `--tag=${name}`,
    ...secrets,
    ...volumes,
    // Whoever stands between this machine and its registries is trusted by the steps as by the machine, and by no image.
    `--volume=${AUTHORITIES}:${AUTHORITIES}:ro`,
  ];
}

/** Files that tell npm and Go which registries this machine uses; they are seen by the steps that fetch and by no layer. */
function writeSecrets(folder: string): string[] {
  const npmrc = join(folder, "npmrc");
  const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8", cwd: root }).trim();
  writeFileSync(npmrc, `registry=${registry}\ncafile=${AUTHORITIES}\n`);
  const goEnv = join(folder, "go-env");
  const lines = ["GOPROXY", "GONOSUMDB", "GONOSUMCHECK", "GOSUMDB", "GOFLAGS"].map(
    (name) => `${name}=${goVariable(name)}`,
  );
  writeFileSync(goEnv, `${lines.filter((line) => !line.endsWith("=")).join("\n")}\n`);
  return [`--secret=id=npmrc,src=${npmrc}`, `--secret=id=go-env,src=${goEnv}`];
}

function goVariable(name: string): string {
  return execFileSync("go", ["env", name], { encoding: "utf8" }).trim();
}

/** Twelve digits that change with every file an image is made of. */
function sourcesHash(target: ImageTarget): string {
  const hash = createHash("sha256");
  const listed = execFileSync(
    "git",
    [
      "ls-files",
      "-z",
      "--cached",
      "--others",
      "--exclude-standard",
      "--",
      "deploy/image",
      ...sources[target],
    ],
    { cwd: root, encoding: "utf8" },
  );
  for (const file of listed
    .split("\0")
    .filter((name) => name !== "" && !/^test\/|\.test\.tsx?$/.test(name))
    .toSorted())
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex").slice(0, 12);
}
