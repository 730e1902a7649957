import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type ImageSource, writeImageArchive } from "./image-archive.js";
import { PAUSE_IMAGE, containerdSocket } from "./node-configuration.js";
import type { NodeNamespaces } from "./node-namespaces.js";

/** The image with the usual small tools, for pods of tests. */
export const BUSYBOX_IMAGE = "busybox:1.35";
/** The image of the cluster's DNS. */
export const DNS_IMAGE = "coredns:1";

const BUSYBOX = "/bin/busybox";

/** Makes the images of an archive, docker's or OCI's, usable for pods of the node. */
export async function importImages(node: NodeNamespaces, archive: string): Promise<void> {
  const address = ["--address", containerdSocket(node.identity.folder), "--namespace", "k8s.io"];
  await node.run("ctr", [...address, "images", "import", "--snapshotter", "overlayfs", archive]);
}

/** Imports the images every node has from its start. */
export async function importNodeImages(node: NodeNamespaces): Promise<void> {
  const { binaries, folder } = node.identity;
  for (const [index, image] of nodeImages(binaries).entries()) {
    const archive = join(folder, `image-${index}.tar`);
    await writeImageArchive(image, archive);
    await importImages(node, archive);
    rmSync(archive);
  }
}

function nodeImages(binaries: string): ImageSource[] {
  return [
    { name: PAUSE_IMAGE, programs: { pause: join(binaries, "pause") }, entrypoint: ["/pause"] },
    { name: DNS_IMAGE, programs: { coredns: join(binaries, "coredns") }, entrypoint: ["/coredns"] },
    busyboxImage(),
  ];
}

/** What pods have that are of the usual small tools alone. */
export function busyboxImage(): ImageSource {
  const applets = execFileSync(BUSYBOX, ["--list"], { encoding: "utf8" }).split("\n");
  const links = applets.filter((applet) => applet !== "" && applet !== "busybox");
  return {
    name: BUSYBOX_IMAGE,
    programs: { "bin/busybox": BUSYBOX },
    links: Object.fromEntries(links.map((applet) => [`bin/${applet}`, "busybox"])),
    texts: {
      "etc/passwd": "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
      "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    },
    command: ["sh"],
  };
}
