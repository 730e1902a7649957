import { describe, expect, it } from "vitest";
import { catalogueNames, findImage } from "./catalogue.js";
import { type Image, programOf } from "./image.js";

const hasBash = (name: string): boolean => imageOf(name).files.some(({ path }) => path === "/bin/bash");

describe("the catalogue of images", () => {
  it.each([
    "busybox",
    "library/busybox:1.36",
    "docker.io/busybox:1.36.1-musl",
    "index.docker.io/library/busybox:musl",
  ])("plays %s, and says who does", (name) => {
    expect(findImage(name)).toMatchObject({
      kind: "runs",
      message: `image "${name}" is played by Lectern's stand-in`,
      image: { entrypoint: [], command: ["sh"], workingDir: "/" },
    });
  });

  it.each([
    ["busybox:1.99", "docker.io/library/busybox:1.99"],
    ["busybox:latest-musll", "docker.io/library/busybox:latest-musll"],
    ["docker.io/alpine:4", "docker.io/library/alpine:4"],
    ["registry.k8s.io/pause:3.11", "registry.k8s.io/pause:3.11"],
  ])("says of %s what containerd says of a tag that is not there", (name, full) => {
    expect(findImage(name)).toEqual({
      kind: "missing",
      message: `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`,
    });
  });

  it.each([
    "postgres:16",
    "example.org/busybox",
    "docker.io:5000/library/busybox",
    "acme/busybox",
    "Busybox",
    "",
    `busybox@sha256:${"a".repeat(64)}`,
    `busybox:1.36@sha256:${"a".repeat(64)}`,
  ])("does not know %s", (name) => {
    expect(findImage(name)).toEqual({ kind: "unknown" });
  });

  it("gives the same id to whatever is the same, and no other", () => {
    expect(imageOf("busybox").id).toBe(imageOf("docker.io/library/busybox:1.36").id);
    expect(imageOf("alpine").id).not.toBe(imageOf("busybox").id);
    expect(imageOf("busybox").id).toMatch(/^stand-in\/busybox@sha256:[0-9a-f]{64}$/);
  });

  it("lays programs over the root that can be run, and files that can be read", () => {
    const modes = Object.fromEntries(imageOf("alpine").files.map(({ path, mode }) => [path, mode]));
    expect(modes).toMatchObject({ "/sbin/apk": 0o755, "/etc/passwd": 0o644 });
  });

  it("has bash where the original is of Debian, and none where it is of Alpine", () => {
    for (const name of ["nginx", "nginx:1.27", "nginx:1.27.4-bookworm", "httpd:2.4"])
      expect([name, hasBash(name)]).toEqual([name, true]);
    for (const name of [
      "nginx:alpine",
      "nginx:1.27-alpine",
      "nginx:1.27-alpine-slim",
      "httpd:2.4-alpine",
      "alpine",
    ])
      expect([name, hasBash(name)]).toEqual([name, false]);
  });

  it("has a program for every image that begins with one of its own", () => {
    // These have no latest tag.
    const tags: Record<string, string> = {
      agnhost: ":2.47",
      "kubernetes-bootcamp": ":v1",
      "hello-app": ":2.0",
      echoserver: ":1.10",
    };
    for (const name of catalogueNames()) {
      const { entrypoint, files } = imageOf(name + (tags[name.split("/").at(-1) ?? ""] ?? ""));
      const [program = ""] = entrypoint;
      if (program.startsWith("/")) expect(files.map(({ path }) => path)).toContain(program);
    }
  });
});

describe("the program of a container", () => {
  const image = { entrypoint: ["/start"], command: ["serve", "all"] } as Image;

  it.each([
    [{}, ["/start", "serve", "all"]],
    [{ args: ["one"] }, ["/start", "one"]],
    [{ command: ["sh"] }, ["sh"]],
    [{ command: ["sh"], args: ["-c", "true"] }, ["sh", "-c", "true"]],
  ])("is for %o what a kubelet starts", (pod, program) => {
    expect(programOf(image, pod)).toEqual(program);
  });
});

function imageOf(name: string): Image {
  const answer = findImage(name);
  if (answer.kind !== "runs") throw new Error(`${name} does not run: ${JSON.stringify(answer)}`);
  return answer.image;
}
