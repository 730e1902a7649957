import { createHash } from "node:crypto";
import { createWriteStream, readFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { buffer } from "node:stream/consumers";
import { pack, type Pack } from "tar-stream";

/** A small image made of files of this machine. */
export interface ImageSource {
  /** Name and tag, such as `busybox:1.35`. */
  name: string;
  /** Programs by their path in the image, each read from a path of this machine. */
  programs: Record<string, string>;
  /** Symbolic links by their path in the image. */
  links?: Record<string, string>;
  /** Small text files by their path in the image. */
  texts?: Record<string, string>;
  /** Further files with their modes, by absolute paths in the image. */
  files?: readonly { path: string; content: Buffer; mode: number }[];
  /** Folders besides those above files, with their modes. */
  folders?: readonly (readonly [string, number])[];
  entrypoint?: string[];
  command?: string[];
  /** Variables besides `PATH`. */
  env?: readonly (readonly [string, string])[];
}

/** Writes the image as an archive that `ctr images import` and `docker load` take. */
export async function writeImageArchive(source: ImageSource, path: string): Promise<void> {
  const layer = await tarOf((tar) => {
    for (const [name, mode] of source.folders ?? []) tar.entry({ name, type: "directory", mode });
    for (const [name, target] of Object.entries(source.links ?? {}))
      tar.entry({ name, type: "symlink", linkname: target });
    for (const [name, from] of Object.entries(source.programs))
      tar.entry({ name, mode: 0o755 }, readFileSync(from));
    for (const [name, text] of Object.entries(source.texts ?? {})) tar.entry({ name, mode: 0o644 }, text);
    for (const { path: name, content, mode } of source.files ?? [])
      tar.entry({ name: name.replace(/^\//, ""), mode }, content);
    tar.entry({ name: "tmp", type: "directory", mode: 0o1777 });
  });
  const configuration = JSON.stringify({
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: {
      Env: [
        "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin",
        ...(source.env ?? []).map((pair) => pair.join("=")),
      ],
      ...(source.entrypoint && { Entrypoint: source.entrypoint }),
      ...(source.command && { Cmd: source.command }),
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
  });
  const configurationName = `${sha256(configuration)}.json`;
  const archive = pack();
  archive.entry({ name: "layer.tar" }, layer);
  archive.entry({ name: configurationName }, configuration);
  archive.entry(
    { name: "manifest.json" },
    JSON.stringify([{ Config: configurationName, RepoTags: [source.name], Layers: ["layer.tar"] }]),
  );
  archive.finalize();
  await pipeline(archive, createWriteStream(path));
}

async function tarOf(fill: (tar: Pack) => void): Promise<Buffer> {
  const tar = pack();
  const whole = buffer(tar);
  fill(tar);
  tar.finalize();
  return whole;
}

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
