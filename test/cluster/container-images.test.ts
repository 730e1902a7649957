import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ImageTarget, SECRET_MARK } from "../kubernetes/node/container-images.js";
import { imageContents, type ImageContents } from "./image-contents.js";
import { type ProductImages, productImages } from "./product-images.js";
import { type RealCluster, hasRealCluster, realCluster } from "./real-cluster.js";

const NAMESPACE = "image-test";
const MB = 1e6;
const MOST_BYTES: Record<ImageTarget, number> = { server: 200 * MB, toolbox: 450 * MB };
/** Files that programs keep what nobody else may know in. */
const PRIVATE = /(^|\/)(\.npmrc|\.netrc|\.env|\.git|\.ssh|\.docker|id_[a-z0-9]+)$|^root\/\.config\/|\.key$/;
const TOOLS = "bash zsh git vim nano less curl jq yq tmux kubectl helm k9s kustomize ps".split(" ");
const COMPLETED = ["kubectl", "helm", "k9s", "kustomize", "yq"];

describe.skipIf(!hasRealCluster())("the images, as built from deploy/image/Containerfile", () => {
  let cluster: RealCluster;
  let images: ProductImages;
  let contents: Record<ImageTarget, ImageContents>;

  beforeAll(async () => {
    cluster = realCluster();
    images = await productImages(cluster.node);
    const read = (target: ImageTarget) => imageContents(images[target].archive, [SECRET_MARK]);
    contents = { server: await read("server"), toolbox: await read("toolbox") };
    await cluster.createNamespace(NAMESPACE);
    // Nothing that Lectern runs may do more than this admits.
    await cluster.read("label", "namespace", NAMESPACE, "pod-security.kubernetes.io/enforce=restricted");
  });
  afterAll(async () => {
    await cluster?.read("delete", "namespace", NAMESPACE, "--ignore-not-found");
  });

  it.each(["server", "toolbox"] as const)(
    "%s is small, runs as nobody special, and holds no secret",
    (target) => {
      const { bytes, config, paths, holds } = contents[target];
      process.stderr.write(`the image ${target} has ${(bytes / MB).toFixed(0)} MB\n`);
      expect(bytes).toBeLessThanOrEqual(MOST_BYTES[target]);
      expect(bytes).toBeGreaterThan(50 * MB);
      expect(config.User).toBe("1000:1000");
      expect(holds).toBe(false);
      // Debian's own packages have public keys of their archive, and none of these.
      expect(paths.filter((path) => PRIVATE.test(path))).toEqual([]);
    },
  );

  it.each([
    ["server", ["debian", "lectern"]],
    ["toolbox", ["debian", "go"]],
  ] as const)("%s lists what it is made of", (target, lists) => {
    for (const list of lists) expect(contents[target].paths).toContain(`usr/share/sbom/${list}.spdx.json`);
  });

  it("server reads labs with a root that cannot be written, as an account without a name", async () => {
    const said = await outputOf("server", {
      image: images.server.name,
      args: ["lint", "/opt/lectern/content/image-registry-policies"],
    });
    expect(said).toMatch(/4 pages, 0 errors/);
  });

  it("toolbox has every tool, with completion, on a root that cannot be written", async () => {
    const lines = [
      "set -e",
      `for tool in ${TOOLS.join(" ")}; do command -v $tool >/dev/null || echo missing $tool; done`,
      "kubectl version --client; helm version --short; kustomize version; yq --version; k9s version --short",
      "git --version; jq --version; tmux -V; vim --version | head -1; zsh --version; curl --version | head -1",
      `for tool in ${COMPLETED.join(" ")}; do test -s /usr/share/bash-completion/completions/$tool; test -s /usr/local/share/zsh/site-functions/_$tool; done`,
      "echo 'jq . <<< {}' | bash -i 2>&1 | grep -q '{}'",
      "id -u; ! touch /usr/x 2>/dev/null; locale charmap; echo all there",
    ];
    const said = await outputOf("toolbox", {
      image: images.toolbox.name,
      command: ["bash", "-c", lines.join("\n")],
      env: [{ name: "HOME", value: "/tmp" }],
      volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
    });
    expect(said).not.toContain("missing");
    expect(said).toMatch(/Client Version: v1\.\d+/);
    expect(said).toMatch(/10001\nUTF-8\nall there\n$/);
  });

  /** What a pod says that ends by itself; throws with it where it ends badly. */
  async function outputOf(name: string, container: object): Promise<string> {
    await cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: NAMESPACE },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 10001,
          runAsGroup: 10001,
          fsGroup: 10001,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name,
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
            ...container,
          },
        ],
        volumes: [{ name: "tmp", emptyDir: {} }],
      },
    });
    const place = [`--namespace=${NAMESPACE}`, name];
    const phase = "--output=jsonpath={.status.phase}";
    const ended = await cluster.until(["get", "pod", ...place, phase], /Succeeded|Failed/);
    const said = await cluster.read("logs", ...place);
    if (ended !== "Succeeded") throw new Error(`the pod ${name} failed: ${said}`);
    return said;
  }
});
