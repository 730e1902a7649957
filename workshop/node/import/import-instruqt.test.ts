import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labsBelow } from "./labs-below.js";
import { loadLab } from "../load-lab.js";
import { writeFiles } from "../write-files-for-tests.js";
import { importInstruqt } from "./import-instruqt.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-import-"));
});
afterEach(() => rm(folder, { recursive: true }));

const out = (): string => join(folder, "lab");
const track = (): string => join(folder, "track");

describe("a track of Instruqt", () => {
  it("becomes a lab with its challenges, programs, tabs and pictures, and nothing wrong with it", async () => {
    await write({
      "track.yml": "slug: pods\ntitle: Pods\nteaser: |\n  First\n  pods\nlevel: basic\ntimelimit: 1200\n",
      "track_scripts/setup-host": "#!/bin/bash\n",
      "assets/a.png": "",
      "01-make/assignment.md": [
        "---",
        "title: Make it",
        "type: challenge",
        "notes: [{type: text, contents: Read this}]",
        "tabs:",
        "- {title: Shell, type: terminal, hostname: host}",
        "- {title: Code, type: code, hostname: host, path: /root}",
        "- {title: App, type: service, hostname: host, port: 8080, path: /x}",
        "- {title: Site, type: website, url: 'https://example.org'}",
        "---",
        "![a](../assets/a.png)",
        "",
        "```bash,run",
        "touch made",
        "```",
      ].join("\n"),
      "01-make/setup-host": "#!/bin/bash\n",
      "01-make/solve-host": "#!/bin/bash\ntouch made\n",
      "01-make/check-host": '#!/bin/sh\ntest -e made || { fail-message "Nothing is made."; exit 1; }\n',
      "02-know/assignment.md":
        "---\ntitle: Which?\ntype: quiz\nanswers: [a, b]\nsolution: [1]\n---\nThink.\n",
    });
    const problems = await importInstruqt(track(), out());
    expect(problems.filter(({ fidelity }) => fidelity !== "approximated")).toEqual([]);
    const lab = await loadLab(out());
    expect(lab).toMatchObject({
      title: "Pods",
      description: "First pods",
      level: "beginner",
      minutes: 20,
      editor: true,
      problems: [],
    });
    expect(lab.cluster).toBeUndefined();
    expect(lab.dashboards.map(({ name }) => name)).toEqual(["App", "Site"]);
    expect(lab.ingresses).toMatchObject([{ name: "port-8080", port: 8080 }]);
    expect(lab.pages.map(({ title, blocks }) => [title, ...blocks.map(({ action }) => action)])).toEqual([
      [
        "Make it",
        "execute-1",
        "execute-1",
        "execute-1",
        "section:begin",
        "execute-1",
        "examiner:execute-test",
      ],
      ["Which?", "quiz:one"],
    ]);
    expect(Object.values(lab.pages[0]?.pictures ?? {})).toEqual(["pages/assets/a.png"]);
    expect(checked()).toBe("Nothing is made.\n");
  });

  it("is read where keys have nothing behind them, and called as its folders where they name it so", async () => {
    await write({
      "track.yml": "title:\nteaser:\nlevel:\ntimelimit: .nan\n",
      "config.yml": "virtualmachines:\n-\n- name: a\n  image:\n",
      "01-a-pod/assignment.md":
        "---\ntitle:\ntype:\nnotes:\n-\ntabs:\n- {title: , type: terminal, hostname: , port: }\nanswers:\nsolution:\n---\nMake it.\n",
    });
    const problems = await importInstruqt(track(), out());
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const lab = await loadLab(out());
    expect([lab.title, ...lab.pages.map(({ title }) => title)]).toEqual(["Track", "A pod"]);
  });

  it("that speaks to a cluster has one whose node is called as its machine is", async () => {
    await write({
      "track.yml": "title: T\n",
      "config.yml": [
        'version: "3"',
        "virtualmachines:",
        "- {name: desk, image: ubuntu}",
        "- {name: server, image: acme/k3s-v1}",
      ].join("\n"),
      "01-a/assignment.md": "---\ntitle: A\n---\n```bash,run\nkubectl get node server\n```\n",
    });
    expect((await importInstruqt(track(), out())).filter(({ severity }) => severity === "error")).toEqual([]);
    expect(await loadLab(out())).toMatchObject({ cluster: "own", nodes: ["server"], problems: [] });
  });

  it("keeps the variables of its machines and what is said of it, and names all else that it asks for", async () => {
    await write({
      "track.yml": "title: T\nteaser: Short.\ndescription: |-\n  Long.\n\n  See [[HOSTNAME]].\n",
      "config.yml": [
        'version: "3"',
        "virtualmachines:",
        "- name: desk",
        "  image: acme/desk",
        "  environment:",
        "    GREETING: it's -a",
        "    PATH: /opt",
        "containers:",
        "- name: app",
        "  image: nginx",
        "  environment: {GREETING: other, n-o: a, N: 1}",
        "aws_accounts:",
        "- name: cloud",
        "gcp_projects: [{name: project}]",
        "secrets:",
        "- name: KEY",
      ].join("\n"),
      "01-a/assignment.md": "---\ntitle: A\n---\na\n",
      "01-a/check-desk": "#!/bin/bash\necho $GREETING\n",
    });
    const said = (await importInstruqt(track(), out()))
      .filter(({ file }) => file.endsWith(".yml"))
      .map(({ file, line, fidelity, message }) => `${file}:${line} ${fidelity ?? ""}: ${message}`);
    for (const [at, text] of [
      "config.yml:3 approximated: the machine desk of the image acme/desk is the learner's account",
      "config.yml:9 approximated: the container app of the image nginx",
      "config.yml:12 lacking: nothing is made of `aws_accounts` (cloud): no account of a cloud",
      "config.yml:14 lacking: nothing is made of `gcp_projects` (project)",
      "config.yml:15 lacking: nothing is made of `secrets` (KEY): secrets stay with Instruqt",
      "config.yml:5 approximated: the environment of desk (GREETING) is that of every shell",
      "config.yml:5 lacking: of the environment of desk, PATH is left out",
      "config.yml:11 approximated: the environment of app (N)",
      "config.yml:11 lacking: of the environment of app, GREETING, n-o is left out",
      "track.yml:6 lacking: [[HOSTNAME]]",
    ].entries())
      expect(said[at]).toContain(text);
    const lab = await loadLab(out());
    expect(lab.description).toBe("Short.");
    expect(lab.pages[0]?.source).toMatch(/^\s*Long\.\n\nSee \[\[HOSTNAME\]\]\.\n\na\n/);
    const home = await readFile(join(out(), "files/.bashrc"), "utf8");
    expect(execFileSync("bash", ["-c", `${home}printf '%s|%s' "$GREETING" "$N"`], { encoding: "utf8" })).toBe(
      "it's -a|1",
    );
    expect(checked("01-a-check.sh")).toBe("it's -a\n");
  });

  it("keeps its other challenges where one cannot be read, and says what nothing becomes of", async () => {
    await write({
      "track.yml": "title: T\n",
      "01-a/assignment.md": "no front matter",
      "02-b/assignment.md":
        "---\ntitle: B\nnotes: [{type: video, url: u}]\ntabs: [{title: Mine, type: external, url: 'http://a.${_SANDBOX_ID}.x'}]\n---\nb\n",
      "02-b/check-one": "#!/bin/bash\n",
      "02-b/check-two": "#!/bin/bash\n",
      "02-b/cleanup-one": "#!/bin/bash\n",
    });
    const said = (await importInstruqt(track(), out()))
      .map(({ file, severity, message }) => `${file} ${severity}: ${message}`)
      .join("\n");
    for (const text of [
      /track\.yml error: .*01-a.* has no front matter/,
      /02-b\/assignment\.md warning: a note of the type video/,
      /02-b\/assignment\.md warning: the tab Mine/,
      /02-b\/check-two warning: a program for a second machine/,
      /02-b\/cleanup-one warning: what cleans up/,
    ])
      expect(said).toMatch(text);
    expect((await loadLab(out())).pages.map(({ title }) => title)).toEqual(["B"]);
  });

  it("in Latin-1 is brought whole, and told with its lines", async () => {
    await write({ "track.yml": "", "01-a/assignment.md": "" });
    await writeFile(join(track(), "track.yml"), "slug: x\ntitle: Übung\n", "latin1");
    await writeFile(join(track(), "01-a/assignment.md"), "---\ntitle: A\n---\nGrüße\n", "latin1");
    const problems = await importInstruqt(track(), out());
    expect(
      problems.filter(({ rule }) => rule === "encoding").map(({ file, line }) => `${file}:${line}`),
    ).toEqual(["track.yml:2", "01-a/assignment.md:4"]);
    const lab = await loadLab(out());
    expect([lab.title, lab.pages[0]?.source.trim()]).toEqual(["Übung", "Grüße"]);
  });

  it("without its definition is its texts, called as they and their folder say, and says so", async () => {
    await write({
      "_setup/assignment.md": "no challenge",
      "1-one/assignment.md": "# The first\n\n```bash,run\nls\n```\n",
      "1-one/check-host": "#!/bin/bash\n",
      "02-two/assignment.md": "Text alone.\n",
    });
    const [found] = await labsBelow(folder);
    expect(found).toEqual({ path: track(), form: "instruqt" });
    const said = (await importInstruqt(track(), out())).map(({ message }) => message).join("\n");
    expect(said).toMatch(/there is no track\.yml/);
    const lab = await loadLab(out());
    expect(lab.title).toBe("Track");
    expect(lab.pages.map(({ title }) => title)).toEqual(["The first", "Two"]);
  });

  it("whose challenges stand in its definition has them in that order, with their programs, and told with its lines", async () => {
    await write({
      "track.yml": [
        "slug: pods",
        "title: Pods",
        "challenges:",
        "- slug: make-it",
        "  id: abc",
        "  type: challenge",
        "  title: Make it",
        "  teaser: The first pod.",
        "  notes: [{type: text, contents: Read this}]",
        "  assignment: |-",
        "    Make one.",
        "",
        "    ```bash,run",
        "    kubectl run a --image=b",
        "    ```",
        '    [[ Instruqt-Var key="a" hostname="b" ]]',
        "  tabs:",
        "  - {title: Code, type: code, hostname: host, path: /root}",
        "  difficulty: basic",
        "  timelimit: 600",
        "- slug: wrong",
        "  title: Wrong",
        "  tabs: none",
        "- slug: know",
        "  title: Which?",
        "  type: quiz",
        "  assignment: Think.",
        "  answers: [a, b]",
        "  solution: [1]",
        "  difficulty: intermediate",
        "  timelimit: 300",
        "- slug: in-a-folder",
        "  title: Not this",
        "- slug: ../../outside",
        "  title: Outside",
      ].join("\n"),
      "make-it/setup-host": "#!/bin/bash\n",
      "make-it/check-host": "#!/bin/bash\n",
      "make-it/solve-host": "#!/bin/bash\n",
      "02-in-a-folder/assignment.md": "---\ntitle: In a folder\n---\nHere.\n",
      "03-last/assignment.md": "---\ntitle: Last\n---\nHere.\n",
    });
    const problems = await importInstruqt(track(), out());
    expect(
      problems
        .filter(({ severity, fidelity }) => severity === "error" || fidelity === "lacking")
        .map(({ file, line, message }) => `${file}:${line} ${message.replace(/.* wants it: /, "")}`),
    ).toEqual([
      "track.yml:16 a variable of the track's machines (`Instruqt-Var`) has no value here",
      "track.yml:1 line 23, challenges.1.tabs: Invalid input: expected array, received string",
    ]);
    const lab = await loadLab(out());
    expect(lab).toMatchObject({ title: "Pods", level: "intermediate", minutes: 15, editor: true });
    expect(lab.pages.map(({ title, blocks }) => [title, ...blocks.map(({ action }) => action)])).toEqual([
      ["Make it", "execute-1", "execute-1", "section:begin", "execute-1", "examiner:execute-test"],
      ["Which?", "quiz:one"],
      ["In a folder"],
      ["Outside"],
      ["Last"],
    ]);
    expect(lab.pages[0]?.source).toMatch(/^The first pod\.\n\n> Read this\n/m);
  });

  it.each([
    ["names none", "title: Pods\nteaser: First pods\n"],
    ["lists none", "title: Pods\nteaser: First pods\nchallenges: []\n"],
  ])("without a challenge is an error, and its teaser: one that %s", async (_what, definition) => {
    await write({ "track.yml": definition });
    const problems = await importInstruqt(track(), out());
    expect(problems.filter(({ severity }) => severity === "error")).toMatchObject([
      { file: "track.yml", message: expect.stringContaining("has no challenge") as unknown },
    ]);
    expect((await loadLab(out())).pages.map(({ source }) => source.trim())).toEqual(["# Pods\n\nFirst pods"]);
  });

  it("in the form of HCL is named as that wherever it is met", async () => {
    await write({ "main.hcl": 'resource "lab" "a" {\n}\n', "instructions/a.md": "a" });
    expect(await labsBelow(folder)).toEqual([{ path: track(), form: "instruqt-hcl" }]);
    await expect(loadLab(track())).rejects.toMatchObject({
      code: "LAB_NOT_FOUND",
      message: expect.stringContaining("newer form, written in HCL") as unknown,
    });
  });

  it("is refused in words where it is none", async () => {
    await write({ "track.yml": "teaser: [" });
    await expect(importInstruqt(track(), out())).rejects.toMatchObject({ code: "LAB_INVALID" });
  });
});

/** What the check that was brought says in an empty folder. */
function checked(name = "01-make-check.sh"): string {
  try {
    return execFileSync(join(out(), "checks", name), {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function write(files: Record<string, string>): Promise<void> {
  return writeFiles(track(), files);
}
