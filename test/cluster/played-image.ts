import { rmSync } from "node:fs";
import { join } from "node:path";
import { findImage } from "../../containers/images/catalogue.js";
import { ROOT_FOLDERS } from "../../containers/node/container-root.js";
import { type ImageSource, writeImageArchive } from "../kubernetes/node/image-archive.js";
import { busyboxImage, importImages } from "../kubernetes/node/node-images.js";
import type { NodeNamespaces } from "../kubernetes/node/node-namespaces.js";

/** Gives a node the stand-in that the embedded cluster has for an image, as a real image of that name. */
export async function importPlayedImage(node: NodeNamespaces, name: string): Promise<void> {
  const archive = join(node.identity.folder, `${name.replaceAll(/[^a-z0-9]/g, "-")}.tar`);
  await writeImageArchive(playedImage(name), archive);
  await importImages(node, archive);
  rmSync(archive);
}

function playedImage(name: string): ImageSource {
  const answer = findImage(name);
  if (answer.kind !== "runs") throw new Error(`the catalogue should play ${name}, and it is ${answer.kind}`);
  const { entrypoint, command, env, files } = answer.image;
  const { programs, links } = busyboxImage();
  return {
    name,
    folders: ROOT_FOLDERS,
    programs,
    ...(links && { links }),
    files,
    entrypoint,
    command,
    env,
  };
}
