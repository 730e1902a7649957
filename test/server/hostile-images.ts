import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  digestOf,
  type Entry,
  GZIP_LAYER,
  hexOf,
  labFiles,
  type Layer,
  layer,
  type Registry,
  tarOf,
} from "./registry.js";

/** Workshops that cannot be read, and what they then say of themselves. */
export async function hostileWorkshops({
  plain,
  closed,
  storage,
}: {
  plain: Registry;
  closed: Registry;
  storage: string;
}): Promise<Record<string, { spec: object; says: string }>> {
  const found: Record<string, { spec: object; says: string }> = {};
  const add = (name: string, says: string, image: object): void => {
    found[name] = { spec: { image }, says };
  };
  const pushed = async (name: string, layers: readonly Layer[], says: string): Promise<void> => {
    await plain.push(`bad/${name}:v1`, layers);
    add(name, says, { reference: `${plain.host}/bad/${name}:v1` });
  };
  for (const [name, [says, ...entries]] of Object.entries(HOSTILE_ENTRIES))
    await pushed(name, [await layer(entries)], says);
  const large = 65 * 1024 * 1024;
  await pushed("bomb", [await layer([{ name: "zeros", content: "\0".repeat(large) }])], "more than 64 MB");
  const tar = await tarOf(labFiles("Padded"));
  const padded = gzip(Buffer.concat([tar, Buffer.alloc(2 * large)]));
  await pushed("padding", [padded], "more than 128 MB unpacked");
  const entries = Array.from({ length: 5_001 }, (_, index) => ({ name: `.wh.file-${String(index)}` }));
  await pushed("many", [await layer(entries)], "more than 5000 files");
  const small = await layer(labFiles("Small"));
  await pushed("claims", [{ ...small, size: large }], "holds more than 64 MB");
  await pushed("size", [{ ...small, size: 10 }], "gives other bytes");
  await pushed("zipped", [{ ...small, mediaType: "application/zip" }], "a layer of type application/zip");
  const zstd = "application/vnd.oci.image.layer.v1.tar+zstd";
  await pushed("zstd", [{ ...small, mediaType: zstd }], `a layer of type ${zstd}`);
  await pushed("no-gzip", [{ mediaType: GZIP_LAYER, bytes: Buffer.from("hello") }], "incorrect header check");
  await pushed("broken-tar", [gzip(Buffer.alloc(2_000, 7))], "cannot be read: Invalid tar header");
  await pushed("cut", [gzip(tar.subarray(0, 700))], "cannot be read: Unexpected end of data");
  const altered = await layer(labFiles("Altered"));
  await pushed("altered", [altered], "gives other bytes");
  overwrite(altered.bytes, storage);
  await pushed("empty", [await layer([])], "holds no files");
  await plain.push("bad/whole:v1", [small]);
  const whole = { reference: `${plain.host}/bad/whole:v1` };
  add("no-folder", "has no folder labs/two", { ...whole, path: "labs/two" });
  add("no-tag", "has no bad/whole manifests v9", { reference: `${plain.host}/bad/whole:v9` });
  add("no-registry", "cannot be read at 127.0.0.1:1", { reference: "127.0.0.1:1/labs/shop:v1" });
  add("no-login", "lets nobody read bad/whole without credentials", {
    reference: `${closed.host}/bad/whole:v1`,
  });
  const behind = { reference: `${closed.host}/bad/whole:v1` };
  add("wrong-login", "does not let the user other", { ...behind, pullSecret: "other" });
  add("no-secret", "There is no Secret lectern-system/missing", { ...behind, pullSecret: "missing" });
  add("wrong-secret", "is not of type kubernetes.io/dockerconfigjson", { ...behind, pullSecret: "generic" });
  add("other-registry", "holds no user and password for 127.0.0.1:1", {
    reference: "127.0.0.1:1/labs/shop:v1",
    pullSecret: "author",
  });
  return found;
}

const LINK = { type: "symlink" } as const;
const HOSTILE_ENTRIES: Record<string, [string, ...Entry[]]> = {
  absolute: ["The lab's /etc/x leads outside", { name: "/etc/x", content: "x" }],
  above: ["The lab's ../x leads outside", { name: "../x", content: "x" }],
  "link-absolute": ["leads to /etc/passwd, outside", { ...LINK, name: "l", linkname: "/etc/passwd" }],
  "link-above": ["leads to ../../x, outside", { ...LINK, name: "a/l", linkname: "../../x" }],
  "link-through": [
    "leads to ../a/b/c/up/../../../../../x, outside of the lab",
    { ...LINK, name: "a/b/c/up", linkname: "../../.." },
    { ...LINK, name: "pages/01-one.md", linkname: "../a/b/c/up/../../../../../x" },
  ],
  "link-below": [
    "The lab's a/up/x lies below a/up, which is a link",
    { ...LINK, name: "a/up", linkname: ".." },
    { name: "a/up/x", content: "x" },
  ],
  twice: [
    "The lab's x comes twice, as a link and as a file",
    { ...LINK, name: "x", linkname: "y" },
    { name: "x" },
  ],
  "below-file": ["The lab's x/y lies below x, which is a file", { name: "x" }, { name: "x/y" }],
  "hard-link": ["The lab's y is a hard link", { name: "x" }, { name: "y", type: "link", linkname: "x" }],
  device: ["The lab's null is a character-device", { name: "null", type: "character-device" }],
  fifo: ["The lab's pipe is a fifo", { name: "pipe", type: "fifo" }],
  "long-name": ["cannot be written: ENAMETOOLONG", { name: `${"n".repeat(300)}/x`, content: "x" }],
};

function gzip(tar: Buffer): Layer {
  return { mediaType: GZIP_LAYER, bytes: gzipSync(tar) };
}

/** Changes a blob in the registry's own storage, in what gzip says of its time alone: it unpacks to the same. */
function overwrite(bytes: Buffer, storage: string): void {
  const hex = hexOf(digestOf(bytes));
  const blob = join(storage, "docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex);
  writeFileSync(join(blob, "data"), Buffer.from(bytes).fill(9, 4, 10));
}
