import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
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
  it.each([
    {
      what: "scenario",
      said: { description: null, difficulty: null, interface: null, environment: null, time: null },
    },
    {
      what: "page",
      details: { intro: { text: "a.md", title: null, foreground: null, background: "" }, finish: null },
    },
    { what: "step", details: { steps: [null, { title: 1, text: "a.md", verify: "" }] } },
    { what: "steps and files", details: { intro: { text: "a.md" }, steps: null, assets: null } },
    {
      what: "file",
      details: {
        intro: { text: "a.md" },
        assets: { host01: [{ file: "a.txt", target: null, chmod: 755 }], host02: null },
      },
    },
    {
      what: "flag of Katacoda",
      said: { environment: { uilayout: null, showide: null, hideintro: null, dashboards: null } },
    },
  ])("takes what is null of a $what for what is not there", async ({ said, details }) => {
    await write({
      "index.json": JSON.stringify({ title: 2024, details: details ?? { intro: { text: "a.md" } }, ...said }),
      "a.md": "Hello\n",
      "assets/a.txt": "",
    });
    const problems = await importKillercoda(scenario(), out());
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const lab = await loadLab(out());
    expect(lab.title).toBe("2024");
    expect(lab.pages).toHaveLength(1);
  });

  it("brings pictures that it shares with others of its repository, and none of outside", async () => {
    await writeFiles(folder, {
      "outside.png": "secret",
      "repository/.git/HEAD": "",
      "repository/shared/pic.png": "shared",
      "repository/scenario/index.json": JSON.stringify({
        title: "T",
        details: { steps: [{ text: "one/text.md" }] },
      }),
      "repository/scenario/one/text.md":
        '![a](../../shared/pic.png) <img src="../../../outside.png"> ![b](../../shared/gone.png)\n',
    });
    await importKillercoda(join(folder, "repository/scenario"), out());
    const lab = await loadLab(out());
    expect(lab.pages[0]?.pictures).toEqual({
      "../../shared/pic.png": "images/pic.png",
      "../../../outside.png": null,
      "../../shared/gone.png": null,
    });
  });

  it("keeps the programs of a page without a text, and says so", async () => {
    const details = {
      intro: { background: "setup.sh" },
      steps: [{ title: "Look", verify: "verify.sh" }],
      finish: { title: "nothing" },
    };
    await write({
      "index.json": JSON.stringify({ title: "T", details }),
      "setup.sh": "#!/bin/bash\n",
      "verify.sh": "#!/bin/bash\n",
    });
    const problems = await importKillercoda(scenario(), out());
    const textless = problems.filter(({ message }) => message.includes("no text"));
    expect(textless.map(({ file, message }) => `${file}: ${message}`)).toEqual([
      "index.json: the page Introduction has no text",
      "index.json: the page Look has no text",
    ]);
    const lab = await loadLab(out());
    expect(lab.pages.map(({ title, steps }) => `${title} ${String(steps.length)}`)).toEqual([
      "Introduction 1",
      "Look 1",
    ]);
  });

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

  it("of Katacoda has its layout, its websites and the pages it shows", async () => {
    await write({
      "index.json": JSON.stringify({
        details: {
          intro: { text: "a.md" },
          steps: [{ title: "One", text: "a.md" }],
          finish: { text: "a.md" },
        },
        environment: {
          uilayout: "editor-terminal",
          uimessage1: "Hello",
          hideintro: true,
          hidefinish: false,
          terminals: [],
          dashboards: [
            { name: "Graphs", port: 9090 },
            { name: "Site", href: "https://example.org/" },
            { name: "None" },
          ],
        },
      }),
      "a.md": "Text\n",
    });
    const problems = await importKillercoda(scenario(), out());
    const lab = await loadLab(out());
    expect(lab.pages.map(({ title }) => title)).toEqual(["One", "The end"]);
    expect(lab).toMatchObject({ title: basename(scenario()), editor: true, layout: "default" });
    expect(lab.ingresses.map(({ name }) => name)).toEqual(["port-9090"]);
    expect(lab.dashboards.map(({ name }) => name)).toEqual(["Graphs", "Site"]);
    const said = problems.map(({ message }) => message).join("\n");
    expect(said).toContain("has no title");
    expect(said).toContain("`environment.terminals`");
    expect(said).toContain("the tab None leads to no port");
    expect(said).not.toMatch(/uilayout|uimessage1|nothing is made of `environment`/);
  });

  it("that is nothing but a machine becomes a page", async () => {
    await write({ "index.json": '{"title":"Empty","backend":{"imageid":"ubuntu"}}' });
    expect(await labsBelow(folder)).toEqual([{ path: scenario(), form: "killercoda" }]);
    await importKillercoda(scenario(), out());
    expect((await loadLab(out())).pages.map(({ title }) => title)).toEqual(["Empty"]);
  });

  it.each([
    ["{", /is not JSON/],
    ['{"title":[1]}', /title: /],
  ])("is refused in words as %s, and nothing is written", async (index, message) => {
    await write({ "index.json": index });
    await expect(importKillercoda(scenario(), out())).rejects.toThrow(message);
    await expect(stat(out())).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is read with comments and commas that JSON does not have, and says so", async () => {
    await write({
      "index.json":
        '{\n  "title": "T // no, \\"comment\\",]", // the title\n  /* , */ "details": {"intro": {"text": "a.md",},\n  "steps": [], // none\n  }, "backend": {"imageid": "ubuntu"}\n}\n',
      "a.md": "a",
    });
    const problems = await importKillercoda(scenario(), out());
    expect(problems.filter(({ message }) => message.includes("JSON"))).toMatchObject([
      { severity: "warning", file: "index.json", line: 2 },
    ]);
    expect((await loadLab(out())).title).toBe('T // no, "comment",]');
  });

  it("says on which line its definition is wrong", async () => {
    await write({ "index.json": '{\n  "title": "T",\n  "backend" {}\n}\n' });
    await expect(importKillercoda(scenario(), out())).rejects.toThrow(/is not JSON, line 3: /);
    await write({ "index.json": '{\n  "title": "T"\n\n' });
    await expect(importKillercoda(scenario(), out())).rejects.toThrow(/is not JSON, line 2: /);
  });

  it("in Latin-1 is brought whole, and told with its lines", async () => {
    await write({ "index.json": "", "a.md": "" });
    const definition = '{"title": "x",\n"details": {"intro": {"title": "Übung", "text": "a.md"}}}';
    await writeFile(join(scenario(), "index.json"), definition, "latin1");
    await writeFile(join(scenario(), "a.md"), "a\n\nGrüße\n", "latin1");
    const problems = await importKillercoda(scenario(), out());
    expect(
      problems.filter(({ rule }) => rule === "encoding").map(({ file, line }) => `${file}:${line}`),
    ).toEqual(["index.json:2", "a.md:3"]);
    const [page] = (await loadLab(out())).pages;
    expect([page?.title, page?.source.trim()]).toEqual(["Übung", "a\n\nGrüße"]);
  });

  it("is never written over what is there", async () => {
    await write({ "index.json": '{"title":"Empty"}', "../lab/mine.md": "mine" });
    await expect(importKillercoda(scenario(), out())).rejects.toMatchObject({ code: "LAB_EXISTS" });
  });
});

function write(files: Record<string, string>): Promise<void> {
  return writeFiles(scenario(), files);
}
