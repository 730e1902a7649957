import {
  type ContainerImage,
  type ImageTarget,
  containerImage,
  missingForImages,
} from "../kubernetes/node/container-images.js";
import { containerdSocket } from "../kubernetes/node/node-configuration.js";
import { importImages } from "../kubernetes/node/node-images.js";
import type { NodeNamespaces } from "../kubernetes/node/node-namespaces.js";

/** Lectern's images of this checkout, as `deploy/image` describes them. */
export type ProductImages = Record<ImageTarget, ContainerImage>;

/** Builds both images where no run before did, and makes them usable for pods of the node. */
export async function productImages(node: NodeNamespaces): Promise<ProductImages> {
  const missing = await missingForImages();
  if (missing !== undefined) throw new Error(`no image can be built here: ${missing}`);
  const images = { server: await containerImage("server"), toolbox: await containerImage("toolbox") };
  const known = await imagesOf(node);
  for (const { name, archive } of Object.values(images))
    if (!known.includes(inContainerd(name))) await importImages(node, archive);
  return images;
}

/** Gives an image of the node a second name, as a registry has it under several. */
export async function tagImage(node: NodeNamespaces, name: string, second: string): Promise<void> {
  await containerd(node, "images", "tag", "--force", inContainerd(name), inContainerd(second));
}

/** Ends all of a container at once, as the kernel does it that has no memory left; `id` as in `containerStatuses`. */
export async function killContainer(node: NodeNamespaces, id: string): Promise<void> {
  await containerd(node, "tasks", "kill", "--signal", "SIGKILL", "--all", id.replace("containerd://", ""));
}

async function imagesOf(node: NodeNamespaces): Promise<string[]> {
  return (await containerd(node, "images", "list", "--quiet")).split("\n");
}

function containerd(node: NodeNamespaces, ...words: string[]): Promise<string> {
  const address = ["--address", containerdSocket(node.identity.folder), "--namespace", "k8s.io"];
  return node.run("ctr", [...address, ...words]);
}

function inContainerd(name: string): string {
  return `docker.io/library/${name}`;
}
