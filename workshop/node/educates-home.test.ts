import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labFiles } from "./lab-files.js";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-educates-home-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("the home of an Educates workshop", () => {
  it("holds the files of the repository that the workshop takes, and what its shells begin with", async () => {
    await write({
      "exercises/a.txt": "a",
      "manifests/app.yaml": "b",
      "README.md": "c",
      ".git/config": "d",
      "workshop/content/a.md": "a",
      "workshop/setup.d/02.sh": "two",
      "workshop/setup.d/01.sh": "one",
      "workshop/profile": "export EDITOR=nano",
      "resources/workshop.yaml": `kind: Workshop
spec:
  workshop:
    files:
    - image: {url: "$(image_repository)/x:$(workshop_version)"}
      includePaths: [/workshop/**, /exercises/**, /README.md]
    - {path: .m2, image: {url: registry.example.org/maven}}
    - {path: more, inline: {paths: {b/c.txt: hello}}}
`,
    });
    const lab = await loadLab(folder);
    expect(await homeOf(lab)).toEqual([
      ".bashrc",
      ".local/share/workshop/profile.d/profile",
      ".local/share/workshop/setup.d/01.sh",
      ".local/share/workshop/setup.d/02.sh",
      "README.md",
      "exercises/a.txt",
      "more/b/c.txt",
    ]);
    expect(lab.shells).toMatchObject({ folder: "exercises" });
    expect(lab.problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
      "7 spec.workshop.files[1] brings ~/.m2/ from elsewhere (image), and is not fetched",
    ]);
  });

  it("holds nothing that leads out of it, and takes any pattern in time that grows with it only", async () => {
    await write({
      "workshop/content/a.md": "a",
      [`${"a/".repeat(60)}b.txt`]: "deep",
      "resources/workshop.yaml": `kind: Workshop
spec:
  workshop:
    files:
    - image: {url: x}
      includePaths: ["${"**/".repeat(200)}c.txt", "*${"a*".repeat(200)}z", "/one?.txt", "two/"]
    - inline: {paths: {../out.txt: x, /etc/./in.txt: y}}
`,
      "one1.txt": "1",
      "two/b/c.md": "2",
    });
    const lab = await loadLab(folder);
    expect(await homeOf(lab)).toEqual([".bashrc", "etc/in.txt", "one1.txt", "two/b/c.md"]);
    expect(lab.problems).toMatchObject([
      { line: 7, message: expect.stringContaining("leads out of the home") as string },
    ]);
  });

  it("holds the whole repository where the workshop says nothing of files", async () => {
    await write({ "manifests/app.yaml": "b", "workshop/content/a.md": "a", ".git/config": "d" });
    expect(await homeOf(await loadLab(folder))).toEqual([".bashrc", "manifests/app.yaml"]);
  });

  it("takes no start-up file of shells from outside of it", async () => {
    await write({ "exercises/a.txt": "a", "workshop/content/a.md": "a" });
    const secret = `${folder}-secret`;
    writeFileSync(secret, "secret");
    symlinkSync(secret, join(folder, ".bashrc"));
    try {
      for await (const file of labFiles(await loadLab(folder)))
        if ("content" in file) expect(String(file.content)).not.toContain("secret");
    } finally {
      rmSync(secret);
    }
  });
});

async function homeOf(lab: Parameters<typeof labFiles>[0]): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of labFiles(lab)) paths.push(path);
  return paths.toSorted();
}

function write(files: Record<string, string>): Promise<void> {
  return writeFiles(folder, files);
}
