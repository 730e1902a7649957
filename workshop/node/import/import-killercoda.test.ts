import { mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadLab } from "../load-lab.js";
import { writeFiles } from "../write-files-for-tests.js";
import { importKillercoda } from "./import-killercoda.js";
import { labsBelow } from "./labs-below.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-import-"));
});
afterEach(() => rm(folder, { recursive: true }));

const out = (): string => join(folder, "lab");
const scenario = (): string => join(folder, "scenario");

describe("a scenario of Killercoda", () => {
  it("becomes a lab with its pages, programs, files and pictures, and nothing wrong with it", async () => {
    await write({
      "index.json": JSON.stringify({
        title: "Pods",
        description: "First pods",
        difficulty: "Beginner",
        details: {
          intro: { text: "intro.md", background: "setup.sh" },
          steps: [
            { title: "Make it", text: "step1/text.md", verify: "step1/verify.sh" },
            { title: "See it", text: "step2.md" },
          ],
          finish: { text: "finish.md" },
          assets: {
            host01: [
              { file: "*.yaml", target: "/root/pods" },
              { file: "go", target: "~", chmod: "+x" },
            ],
          },
        },
        backend: { imageid: "kubernetes-kubeadm-2nodes" },
        interface: { layout: "editor-terminal" },
      }),
      "intro.md": "Hello\n",
      "setup.sh": "#!/bin/bash\n",
      "step1/text.md": "![a](./a.png) ![b](./assets/b.png)\n\n```\ntouch made\n```{{exec}}\n",
      "step1/a.png": "",
      "step1/verify.sh": "#!/bin/bash\ntest -e made || { echo Nothing is made.; exit 1; }\n",
      "step2.md": "[app]({{TRAFFIC_HOST1_8080}})\n",
      "finish.md": "Bye\n",
      "assets/b.png": "",
      "assets/pod.yaml": "kind: Pod\n",
      "assets/go": "#!/bin/sh\n",
    });
    const problems = await importKillercoda(scenario(), out());
    expect(problems.map(({ file, severity, fidelity }) => `${file} ${severity} ${fidelity ?? ""}`)).toEqual([
      "setup.sh warning approximated",
      "step1/verify.sh warning approximated",
      "index.json warning approximated",
    ]);
    const lab = await loadLab(out());
    expect([lab.cluster, lab.nodes]).toEqual(["own", ["controlplane", "node01"]]);
    expect(lab).toMatchObject({ title: "Pods", level: "beginner", editor: true, problems: [] });
    expect(lab.ingresses).toMatchObject([{ name: "port-8080", port: 8080 }]);
    expect(lab.pages.map(({ title, blocks }) => [title, ...blocks.map(({ action }) => action)])).toEqual([
      ["Introduction", "execute-2"],
      ["Make it", "execute-1", "examiner:execute-test"],
      ["See it"],
      ["The end"],
    ]);
    expect(Object.values(lab.pages[1]?.pictures ?? {})).not.toContain(null);
    expect(await readFile(join(out(), "files/pods/pod.yaml"), "utf8")).toBe("kind: Pod\n");
    expect((await stat(join(out(), "files/go"))).mode & 0o111).toBe(0o111);
  });

  it("keeps its other pages where a file is missing, lies outside, or is a pipe of nobody", async () => {
    await write({
      "index.json": JSON.stringify({
        title: "T",
        details: {
          steps: [{ text: "a.md", verify: "../secret" }, { text: "none.md" }, { text: "link.md" }],
          assets: { host01: [{ file: "none" }, { file: "x", target: "/etc" }], host02: [{ file: "x" }] },
        },
        surprise: true,
      }),
      "a.md": "A\n",
      "../secret": "s",
    });
    await symlink(join(folder, "secret"), join(scenario(), "link.md"));
    const problems = await importKillercoda(scenario(), out());
    const said = problems.map(({ severity, message }) => `${severity}: ${message}`).join("\n");
    for (const text of [
      /error: .*secret lies outside/,
      /error: .*none\.md .*cannot be read/,
      /error: .*link\.md lies outside/,
      /error: none is not among the assets/,
      /warning: x is for \/etc/,
      /warning: x is for host02/,
      /warning: nothing is made of `surprise`/,
    ])
      expect(said).toMatch(text);
    expect((await loadLab(out())).pages).toHaveLength(1);
  });

  it("that is nothing but a machine becomes a page", async () => {
    await write({ "index.json": '{"title":"Empty","backend":{"imageid":"ubuntu"}}' });
    expect(await labsBelow(folder)).toEqual([{ path: scenario(), form: "killercoda" }]);
    await importKillercoda(scenario(), out());
    expect((await loadLab(out())).pages.map(({ title }) => title)).toEqual(["Empty"]);
  });

  it.each([
    ["{", /is not JSON/],
    ['{"title":1}', /title: /],
  ])("is refused in words as %s, and nothing is written", async (index, message) => {
    await write({ "index.json": index });
    await expect(importKillercoda(scenario(), out())).rejects.toThrow(message);
    await expect(stat(out())).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is never written over what is there", async () => {
    await write({ "index.json": '{"title":"Empty"}', "../lab/mine.md": "mine" });
    await expect(importKillercoda(scenario(), out())).rejects.toMatchObject({ code: "LAB_EXISTS" });
  });
});

function write(files: Record<string, string>): Promise<void> {
  return writeFiles(scenario(), files);
}
