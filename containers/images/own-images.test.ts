import { describe, expect, it } from "vitest";
import { findImage } from "./catalogue.js";
import { programOf } from "./image.js";

const LIST = JSON.stringify([
  { name: "shop/web:1.0", like: "nginx:1.27" },
  { name: "shop/web:2.0", missing: true },
  { name: "registry.example.org:5000/shop/db", exits: 3, log: "no disk" },
  { name: "nginx:1.29", exits: 1, log: "" },
  { name: "shop/odd:1", like: "postgres:16" },
]);

describe("images of a lab's own", () => {
  it("run like one of the catalogue, under their own name", () => {
    const answer = findImage("docker.io/shop/web:1.0", LIST);
    if (answer.kind !== "runs") throw new Error(answer.kind);
    expect(answer.message).toBe(`image "docker.io/shop/web:1.0" is played by Lectern's stand-in`);
    expect(programOf(answer.image, {})).toEqual(["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"]);
  });

  it("are the lab's own, of which nobody knows the user", () => {
    expect(["shop/web:1.0", "registry.example.org:5000/shop/db", "nginx:1.27"].map(isOwn)).toEqual([
      true,
      true,
      undefined,
    ]);
  });

  it("are missing where the lab says so, and where it lists another tag only", () => {
    for (const tag of ["2.0", "3.0"])
      expect(findImage(`shop/web:${tag}`, LIST)).toEqual({
        kind: "missing",
        message: expect.stringContaining(
          `failed to resolve reference "docker.io/shop/web:${tag}": docker.io/shop/web:${tag}: not found`,
        ) as string,
      });
  });

  it("crash with their log, unless the pod has another command", () => {
    const answer = findImage("registry.example.org:5000/shop/db:latest", LIST);
    if (answer.kind !== "runs") throw new Error(answer.kind);
    expect(programOf(answer.image, {})).toEqual(["/entrypoint"]);
    expect(programOf(answer.image, { command: ["sleep", "9"] })).toEqual(["sleep", "9"]);
    const text = (path: string): string | undefined =>
      answer.image.files.find((file) => file.path === path)?.content.toString();
    expect(text("/entrypoint")).toMatch(/exit 3\n$/);
    expect(text("/usr/lib/stand-in/log")).toBe("no disk\n");
  });

  it("stand before those of the catalogue, which go on beside them", () => {
    const own = findImage("nginx:1.29", LIST);
    expect(own.kind === "runs" && own.image.id).toMatch(/^stand-in\/own@/);
    const other = findImage("nginx:1.27", LIST);
    expect(other.kind === "runs" && other.image.id).toMatch(/^stand-in\/nginx@/);
    expect(findImage("shop/web:1.0").kind).toBe("unknown");
  });

  it("are unknown where they run like nothing that is played", () => {
    expect(findImage("shop/odd:1", LIST).kind).toBe("unknown");
  });

  it.each([
    "",
    "no json",
    "{}",
    "[1, null, {}]",
    '[{"name": 1, "missing": true}]',
    '[{"name": "a", "exits": "1"}]',
  ])("are none in the list %j", (list) => {
    expect(findImage("a", list).kind).toBe("unknown");
    expect(findImage("busybox", list).kind).toBe("runs");
  });
});

function isOwn(name: string): boolean | undefined {
  const answer = findImage(name, LIST);
  return answer.kind === "runs" ? answer.isOwn : undefined;
}
