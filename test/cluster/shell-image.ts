import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageArchive } from "../kubernetes/node/image-archive.js";
import { importImages } from "../kubernetes/node/node-images.js";
import type { NodeNamespaces } from "../kubernetes/node/node-namespaces.js";
import { productRoot } from "../server/lectern-process.js";

/** A tool box with bash and few tools, and Lectern where its own image has it: made of files of this machine, as quickly as that. */
export const SHELL_IMAGE = "lectern-test-shell:1";

const TOOLS =
  "bash cat head tail mktemp mkdir mv rm chmod dirname wc seq sleep id true false ls nice du find tar sed grep stty env sh dd".split(
    " ",
  );
const PACKAGES = ["node-pty", "ws", "zod", "@xterm/headless", "get-east-asian-width"];

/** Makes the image and imports it into the node. */
export async function importShellImage(node: NodeNamespaces): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "shell-image-"));
  try {
    const archive = join(folder, "image.tar");
    await writeImageArchive({ name: SHELL_IMAGE, programs: files(), links: LINKS, texts: TEXTS }, archive);
    await importImages(node, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const LINKS = { bin: "usr/bin", lib: "usr/lib", lib64: "usr/lib64" };
/** Where the files of the pod are mounted there has to be something. */
const TEXTS = {
  "etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
  "etc/group": "root:x:0:\n",
  "home/learner/.keep": "",
  "opt/lectern-host/.keep": "",
  "var/lib/lectern-host/.keep": "",
  "etc/lectern-host/.keep": "",
};

function files(): Record<string, string> {
  const tools = [...TOOLS.map((name) => join("/usr/bin", name)), process.execPath];
  const terminals = join(productRoot, `node_modules/node-pty/prebuilds/linux-${process.arch}/pty.node`);
  const libraries = new Set([...tools, terminals].flatMap(librariesOf));
  const found: Record<string, string> = {};
  for (const tool of tools)
    found[tool === process.execPath ? "usr/bin/node" : tool.slice(1)] = realpathSync(tool);
  for (const library of libraries) found[inUsr(library)] = realpathSync(library);
  for (const folder of ["dist/terminal", "dist/pods", ...PACKAGES.map((name) => join("node_modules", name))])
    for (const file of filesBelow(join(productRoot, folder)))
      found[join("opt/lectern", folder, file)] = join(productRoot, folder, file);
  found["opt/lectern/package.json"] = join(productRoot, "package.json");
  return found;
}

function librariesOf(program: string): string[] {
  const said = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...said.matchAll(/(\/\S+\.so\S*)/g)].map(([, path = ""]) => path);
}

function inUsr(path: string): string {
  return join("usr", path.replace(/^\/usr\//, "/"));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => statSync(join(folder, name)).isFile() && !/\.(map|d\.ts|md)$/.test(name),
  );
}
