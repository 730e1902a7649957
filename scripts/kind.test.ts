import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const DIGEST = "sha256:0123456789012345678901234567890123456789012345678901234567890123";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-kind-"));
  symlinkSync(process.execPath, join(folder, "node"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("npm run kind without what it needs", () => {
  it("names each program that is missing and where to get it, before it does anything", async () => {
    const { status, complaint } = await kind();
    expect(status).toBe(1);
    for (const name of ["docker", "kind", "helm", "kubectl"])
      expect(complaint).toContain(`There is no ${name} on PATH. Install`);
    expect((await kind("--delete")).complaint).not.toContain("helm");
  });

  it("refuses words it does not know", async () => {
    expect(await kind("--remove")).toMatchObject({
      status: 1,
      complaint: expect.stringContaining("does not know --remove"),
    });
  });

  it("says so where Docker's engine is not running", async () => {
    fakeAll();
    fake("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
    expect(await kind()).toMatchObject({
      status: 1,
      complaint: expect.stringContaining("Docker's engine does not answer: Cannot connect"),
    });
  });
});

/**
 * Neither Docker's engine nor kind runs where containers cannot be nested, as on most machines that run these tests: what is looked at
 * is which programs are called, in which order and with which words. That kind does what it is told is not shown here.
 */
describe("npm run kind with programs that only write down how they were called", () => {
  it("builds, makes the cluster, loads, installs, and prints the address, each with its time", async () => {
    fakeAll();
    const { status, output } = await kind();
    expect([status, output]).toEqual([0, expect.stringContaining("Lectern is ready: http://localhost:8080")]);
    expect(calls().map((line) => line.replaceAll(root, ""))).toEqual([
      "docker info --format {{.ServerVersion}}",
      ...["lectern server", "lectern-toolbox toolbox"].flatMap((pair) => {
        const [name, target] = pair.split(" ");
        return [
          `docker build --file deploy/image/Containerfile --target ${target} --tag ${name}:latest `,
          `docker image inspect --format {{.Id}} ${name}:latest`,
          `docker tag ${name}:latest ${name}:012345678901`,
        ];
      }),
      "kind get clusters",
      "kind create cluster --name lectern --config deploy/kind/cluster.yaml --wait 180s",
      "kind load docker-image lectern:012345678901 lectern-toolbox:012345678901 --name lectern",
      expect.stringMatching(
        /^helm upgrade --install lectern deploy\/helm\/lectern .*--kube-context kind-lectern .*--wait/,
      ),
    ]);
    expect(calls().at(-1)).toContain("--set-string image.tag=012345678901");
    expect(output.match(/: done in \d+\.\d s/g)?.length).toBe(6);
  });

  it("upgrades the cluster that is there", async () => {
    fakeAll("lectern");
    expect((await kind()).status).toBe(0);
    expect(calls().filter((line) => line.startsWith("kind create"))).toEqual([]);
    expect(calls().at(-1)).toContain("helm upgrade --install");
  });

  it("stops where a step fails, and shows the end of what was said", async () => {
    fakeAll();
    fake("helm", "echo 'INSTALLATION FAILED: no room' >&2; exit 3");
    const { status, output, complaint } = await kind();
    expect([status, complaint]).toEqual([1, expect.stringContaining("INSTALLATION FAILED: no room")]);
    expect(output).not.toContain("Lectern is ready");
  });

  it("removes the cluster and its images, and no image of others", async () => {
    fakeAll("lectern");
    expect((await kind("--delete")).status).toBe(0);
    expect(calls().slice(1)).toEqual([
      "kind delete cluster --name lectern",
      "docker image ls --filter reference=lectern --filter reference=lectern-toolbox --format {{.Repository}}:{{.Tag}}",
      "docker image rm --force lectern:old lectern:012345678901",
    ]);
  });
});

describe("the cluster kind is told to make", () => {
  it("maps the port that the chart's service gets, on this machine alone", () => {
    const { nodes } = parse(readFileSync(join(root, "deploy/kind/cluster.yaml"), "utf8")) as {
      nodes: { extraPortMappings: unknown[] }[];
    };
    expect(nodes[0]?.extraPortMappings).toEqual([
      { containerPort: 30080, hostPort: 8080, listenAddress: "127.0.0.1" },
    ]);
  });
});

function fakeAll(clusters = ""): void {
  for (const name of ["kubectl", "helm"]) fake(name, "");
  fake("kind", `[ "$1 $2" = "get clusters" ] && echo "${clusters}"; exit 0`);
  fake(
    "docker",
    `case "$1 $2" in "image inspect") echo ${DIGEST};; "image ls") printf 'lectern:old\\nlectern:012345678901\\n';; esac`,
  );
}

function fake(name: string, body: string): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\n${body}\n`);
  chmodSync(file, 0o755);
}

function calls(): string[] {
  return readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");
}

function kind(...words: string[]): Promise<{ status: number; output: string; complaint: string }> {
  const args = [join(root, "node_modules/tsx/dist/cli.mjs"), join(root, "scripts/kind.ts"), ...words];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { env: { PATH: folder, HOME: folder, TMPDIR: folder } },
      (error, output, complaint) =>
        resolve({ status: error === null ? 0 : Number(error.code), output, complaint }),
    );
  });
}
