import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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
const images = "deploy/image";
const containerfile = `${images}/Containerfile`;
const baseScript = `${images}/base.sh`;
/** What of the checkout the stages of each image read; `Containerfile.dockerignore` keeps the rest from them. */
const sources: Record<ImageTarget, string[]> = {
  server: [
    "*.json",
    "vite.config.ts",
    "scripts/bundle.ts",
    "bin",
    "content",
    "images",
    "*/common/*",
    "*/node/*",
    "*/browser/*",
    "cluster",
    "server",
  ],
  toolbox: [`${images}/completion.sh`, `${images}/tools`],
};
/** Of each image; checkouts of one machine are of several versions. */
const ARCHIVES_KEPT = 3;

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
      async () => {
        if (!existsSync(archive)) await build({ target, name, archive, cache, signal, progress });
        const now = new Date();
        utimesSync(archive, now, now);
        removeOldArchives(cache, target);
      },
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
  const store = ["--root", emptyUnlessCurrent(join(cache, "storage")), "--runroot", "/run/lectern-images"];
  try {
    report(`building the image ${name}: what it starts from`);
    await runProgram(join(root, baseScript), ["buildah", ...store], { signal });
    report(`building the image ${name}: its stages`);
    const unfinished = `${archive}.unfinished`;
    rmSync(unfinished, { force: true });
    await runProgram("buildah", [...store, ...buildWords(target, name, writeSecrets(secrets)), root], {
      signal,
    });
    await runProgram("buildah", [...store, "push", name, `docker-archive:${unfinished}:${name}`], { signal });
    await runProgram("buildah", [...store, "rmi", name], { signal });
    renameSync(unfinished, archive);
    report(`built the image ${name}`);
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
}

/** A store of images, without those that another script or another Go made. */
function emptyUnlessCurrent(storage: string): string {
  const mark = join(storage, "made-by");
  const current = createHash("sha256")
    .update(readFileSync(join(root, baseScript)))
    .update(goVariable("GOVERSION"))
    .digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === current) return storage;
  rmSync(storage, { recursive: true, force: true });
  mkdirSync(storage, { recursive: true });
  writeFileSync(mark, current);
  return storage;
}

function removeOldArchives(cache: string, target: ImageTarget): void {
  const archives = readdirSync(cache)
    .filter((name) => name.startsWith(`lectern-${target}-`) && name.endsWith(".tar"))
    .map((name) => join(cache, name))
    .toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const archive of archives.slice(ARCHIVES_KEPT)) rmSync(archive);
}

function buildWords(target: ImageTarget, name: string, secrets: string[]): string[] {
  // Packages, modules and what is compiled of them are those of the machine, whoever fetched or compiled them.
  const caches = {
    [goVariable("GOMODCACHE")]: "/go/pkg/mod",
    [goVariable("GOCACHE")]: "/root/.cache/go-build",
    [npmSetting("cache")]: "/root/.npm",
  };
  for (const cache of Object.keys(caches)) mkdirSync(cache, { recursive: true });
  return [
    "build",
    "--isolation=chroot",
    "--pull-never",
    // The steps of a stage change together, and keeping each takes longer than doing it.
    "--layers=false",
    `--file=${join(root, containerfile)}`,
    `--ignorefile=${join(root, `${containerfile}.dockerignore`)}`,
    `--target=${target}`,
    `--build-arg=TARGETARCH=${goVariable("GOARCH")}`,
    `--tag=${name}`,
    ...secrets,
    ...Object.entries(caches).map(([cache, path]) => `--volume=${cache}:${path}:rw`),
    // Whoever stands between this machine and its registries is trusted by the steps as by the machine, and by no image.
    `--volume=${AUTHORITIES}:${AUTHORITIES}:ro`,
  ];
}

/** Stands in every file that is seen by the steps that fetch, and so in no layer. */
export const SECRET_MARK = "lectern-secret-of-the-build";

/** Files that tell npm and Go which registries this machine uses. */
function writeSecrets(folder: string): string[] {
  const npmrc = join(folder, "npmrc");
  writeFileSync(npmrc, `# ${SECRET_MARK}\nregistry=${npmSetting("registry")}\ncafile=${AUTHORITIES}\n`);
  const goEnv = join(folder, "go-env");
  const lines = ["GOPROXY", "GONOSUMDB", "GONOSUMCHECK", "GOSUMDB", "GOFLAGS"].map(
    (name) => `${name}=${goVariable(name)}`,
  );
  const known = lines.filter((line) => !line.endsWith("="));
  writeFileSync(goEnv, `# ${SECRET_MARK}\n${known.join("\n")}\n`);
  return [`--secret=id=npmrc,src=${npmrc}`, `--secret=id=go-env,src=${goEnv}`];
}

function npmSetting(name: string): string {
  return execFileSync("npm", ["config", "get", name], { encoding: "utf8", cwd: root }).trim();
}

function goVariable(name: string): string {
  return execFileSync("go", ["env", name], { encoding: "utf8" }).trim();
}

/** The part of the file that the image is made by: those of the server come first, and none is for both. */
function stagesOf(target: ImageTarget): string {
  const text = readFileSync(join(root, containerfile), "utf8");
  const first = text.indexOf("\nFROM ");
  const second = text.indexOf("\nFROM ", text.indexOf(" AS server\n"));
  return target === "server" ? text.slice(0, second) : text.slice(0, first) + text.slice(second);
}

/** Twelve digits that change with every file an image is made of. */
function sourcesHash(target: ImageTarget): string {
  const hash = createHash("sha256").update(stagesOf(target));
  const listed = execFileSync(
    "git",
    [
      "ls-files",
      "-z",
      "--cached",
      "--others",
      "--exclude-standard",
      "--",
      `${containerfile}.dockerignore`,
      `${images}/spdx.sh`,
      baseScript,
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
