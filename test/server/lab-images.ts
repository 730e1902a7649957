import { type Entry, labFiles, layer, type Registry } from "./registry.js";

/** A lab in `labs/one` of `labs/layers:v1`, of which each layer changes something of those below. */
export function pushLayers(registry: Registry): Promise<string> {
  const lowest = [
    { name: "other/broken.yaml", content: "title: [" },
    ...below("labs/one", labFiles("Lower")),
  ];
  const lower = [
    { name: "labs/one/pages/02-two.md", content: "# Two\n" },
    { name: "labs/one/old/notes.md", content: "old" },
  ];
  const upper: Entry[] = [
    { name: "./labs/one/workshop.yaml", content: "title: Upper\n" },
    { name: "labs/one/pages/.wh.02-two.md" },
    { name: "labs/one/old/.wh..wh..opq" },
    { name: "labs/one/old/new.md", content: "new" },
    { name: "labs/one/link.md", type: "symlink", linkname: "./pages/../pages/01-one.md" },
  ];
  return Promise.all([lowest, lower, upper].map(layer)).then((layers) =>
    registry.push("labs/layers:v1", layers),
  );
}

/** A lab in `labs/platforms:all`, an index that names an attestation before it. */
export async function pushPlatforms(registry: Registry): Promise<void> {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const digest = await registry.push("labs/platforms:one", [await layer(labFiles("Of a platform"))]);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const unknown = { mediaType, digest, size: 1, platform: { os: "unknown", architecture: "unknown" } };
  const mine = { mediaType, digest, size: 1, platform: { os: "linux", architecture } };
  await registry.pushManifest("labs/platforms", "all", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [unknown, mine],
  });
}

function below(path: string, entries: readonly Entry[]): Entry[] {
  return entries.map((entry) => ({ ...entry, name: `${path}/${entry.name}` }));
}
