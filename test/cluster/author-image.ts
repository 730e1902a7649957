import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeImageArchive } from "../kubernetes/node/image-archive.js";
import { importImages } from "../kubernetes/node/node-images.js";
import type { NodeNamespaces } from "../kubernetes/node/node-namespaces.js";
import { configMapLab } from "../server/config-map-lab.js";

const IMAGE = "author/instruments:1";
/** Of Debian, whose programs of this machine it is made of; nothing of Lectern's or of Node.js is among them. */
const PACKAGES = ["bash", "coreutils", "findutils", "tar"];
const C_LIBRARY = [
  "libdl.so.2",
  "libm.so.6",
  "libpthread.so.0",
  "libresolv.so.2",
  "librt.so.1",
  "libutil.so.1",
];
/** Who and where the learner is, what Node.js would need and is not here, and what Lectern brought along. */
const STEPS = ["cat /opt/author/notes; id -un", "! ls /usr/lib/*/libstdc++*", "tmc workspace list"];

/** A lab whose tool box is an image of its author: bash, the small programs of every Linux and the C library. */
export async function labOfOwnImage(node: NodeNamespaces): Promise<{ image: string; objects: unknown[] }> {
  const archive = join(node.identity.folder, "author-image.tar");
  const programs = programsOf(PACKAGES);
  const entries = [...programs.map((path) => [path.slice(1), path]), ...librariesOf(programs)];
  await writeImageArchive(
    {
      name: IMAGE,
      programs: Object.fromEntries(entries) as Record<string, string>,
      links: { bin: "usr/bin", "usr/bin/sh": "bash" },
      texts: { "opt/author/notes": "of the author\n" },
    },
    archive,
  );
  await importImages(node, archive);
  rmSync(archive);
  const page = ["# Own image", ...STEPS.map((step) => `\`\`\`execute-1\n${step}\n\`\`\``)].join("\n\n");
  const workshop = `title: Own image\nlayout: default\nimage: ${IMAGE}\nworkspaces: [team]\n`;
  return { image: IMAGE, objects: configMapLab("own-image", { workshop, page }) };
}

function programsOf(packages: readonly string[]): string[] {
  const files = execFileSync("dpkg-query", ["--listfiles", ...packages], { encoding: "utf8" }).split("\n");
  const programs = files.filter((path) => /^(\/usr)?\/bin\/./.test(path)).map((path) => realpathSync(path));
  return [...new Set(programs)].filter((path) => readFileSync(path).subarray(1, 4).toString() === "ELF");
}

/** Where the loader looks for each, and the loader itself; of the C library all, as every image has it. */
function librariesOf(programs: readonly string[]): [string, string][] {
  const said = execFileSync("ldd", programs, { encoding: "utf8" });
  const needed = [...said.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  const folder = dirname(needed.find((path) => basename(path) === "libc.so.6") ?? "");
  const paths = [...needed, ...C_LIBRARY.map((name) => join(folder, name))];
  return [...new Set(paths)].map((path) => [path.slice(1), realpathSync(path)]);
}
