import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PagesAsRead } from "./accept-outputs.js";
import { loadLab } from "./load-lab.js";
import type { ValidatedStep } from "./validation-report.js";
import { writeFiles } from "./write-files-for-tests.js";

const NAMES = [{ value: "lab-x7k2p", written: "{{ session_namespace }}" }];

const twoOutputs = (first: string, second: string) =>
  `---\ntitle: One\n---\n\n\`\`\`execute\na\n\`\`\`\n\n\`\`\`expected-output\n${first}\`\`\`\n\ntext  \n- item\n\n  \`\`\`execute\n  b\n  \`\`\`\n\n  ~~~~expected-output\n${second}  ~~~~\nno end of line`;

const crlf = (output: string) =>
  `\uFEFF# One\r\n\`\`\`execute\r\na\r\n\`\`\`\r\n\`\`\`expected-output\r\n${output}\`\`\`\r\n`;

const quoted = (output: string) =>
  `> \`\`\`execute\n> a\n> \`\`\`\n>\n> \`\`\`expected-output\n${output}> \`\`\`\n\nlast\n`;

const refused = (why: string) => ({
  code: "LAB_NOT_UPDATED",
  message: expect.stringMatching(new RegExp(`^No expected output was written: pages/one.md${why}`)) as string,
});

describe("outputs that are accepted", () => {
  let folder: string;
  const file = () => join(folder, "pages/one.md");
  const text = () => readFileSync(file(), "utf8");
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lectern-accept-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function read(page: string): Promise<PagesAsRead> {
    await writeFiles(folder, { "workshop.yaml": "title: One\n", "pages/one.md": page });
    return PagesAsRead.of(await loadLab(folder));
  }
  it("change their lines alone, wherever they stand", async () => {
    const pages = await read(twoOutputs("old\nkept ...  \n", ""));
    const written = await pages.accept([
      step([9, 12], "old\nkept ...\n", "new\nand\nkept 1"),
      step([21, 22], "", "ns lab-x7k2p {{ x }}\n\n```\nlast"),
    ]);
    expect(text()).toBe(
      twoOutputs("new\nand\nkept ...  \n", "  ns {{ session_namespace }} ... x }}\n\n  ...\n  last\n"),
    );
    expect(written).toEqual([
      { file: "pages/one.md", line: 9, lines: 3, newLines: 2 },
      { file: "pages/one.md", line: 21, lines: 4, newLines: 4 },
    ]);
    expect(readdirSync(join(folder, "pages"))).toEqual(["one.md"]);
  });

  it("end their lines as the page does, and leave its mark, its permissions and what leads to it", async () => {
    await writeFiles(folder, { "real.md": crlf("old {{ x }}\r\nlast\r\n") });
    await writeFiles(folder, { "workshop.yaml": "title: One\n", "pages/.keep": "" });
    symlinkSync("../real.md", file());
    chmodSync(join(folder, "real.md"), 0o640);
    const pages = await PagesAsRead.of(await loadLab(folder));
    await pages.accept([step([5, 8], "old 1\nlast\n", "old 1\r\nnew\r\n")]);
    expect(text()).toBe(crlf("old {{ x }}\r\nnew\r\n"));
    expect(statSync(join(folder, "real.md")).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).toSorted()).toEqual(["pages", "real.md", "workshop.yaml"]);
  });

  it("end where their fence does, not at marks that are text in it, and keep variables of a quote", async () => {
    const filled = ["in lab-x7k2p", "    ```", "old", "", ""].join("\n");
    const pages = await read(quoted("> in {{ session_namespace }}\n>     ```\n> old\n>\n"));
    await pages.accept([step([5, 10], filled, "in lab-x7k2p\n    ```\n- ```yaml\n\nnew")]);
    expect(text()).toBe(quoted("> in {{ session_namespace }}\n>     ```\n> - ...yaml\n>\n> new\n"));
  });

  it("are written into all pages or none", async () => {
    const page = "```execute\na\n```\n```expected-output\nold\n```\n";
    await writeFiles(folder, { "pages/two.md": page });
    const pages = await read(page);
    const second = { ...step([4, 6], "old\n", "new"), file: "pages/two.md" };
    // Where the second one would be written beside itself something stands in the way.
    const inTheWay = join(folder, `pages/.two.md.${process.pid}.lectern`);
    mkdirSync(inTheWay);
    await expect(pages.accept([step([4, 6], "old\n", "new"), second])).rejects.toMatchObject({
      code: "LAB_NOT_UPDATED",
    });
    expect(text()).toBe(page);
    expect(readdirSync(join(folder, "pages")).toSorted()).toContain("two.md");
    rmSync(inTheWay, { recursive: true });
    await pages.accept([step([4, 6], "old\n", "new"), second]);
    expect([text(), readFileSync(join(folder, "pages/two.md"), "utf8")]).toEqual([
      page.replace("old", "new"),
      page.replace("old", "new"),
    ]);
    expect(readdirSync(join(folder, "pages"))).toEqual(["one.md", "two.md"]);
  });

  it("are refused in AsciiDoc, which is said", async () => {
    const page = "[source,execute]\n----\na\n----\n\n[source,expected-output]\n----\nold\n----\n";
    const lab = join(folder, "one.adoc");
    writeFileSync(lab, page);
    const pages = await PagesAsRead.of(await loadLab(lab));
    await expect(pages.accept([{ ...step([7, 7], "old\n", "new"), file: "one.adoc" }])).rejects.toThrow(
      "one.adoc:7 is AsciiDoc, in which none can be. Write it there yourself",
    );
    expect(readFileSync(lab, "utf8")).toBe(page);
  });

  it("are refused, all of them, where a page is another by now, read-only, or has no such fence", async () => {
    const page = "```execute\na\n```\n```expected-output\nold\n```\n";
    const pages = await read(page);
    const refusal = async (line = 4): Promise<unknown> =>
      pages.accept([step([line, 6], "old\n", "new")]).then(
        () => "accepted",
        (error: unknown) => ({ ...(error as object), message: (error as Error).message }),
      );
    expect(await refusal(5)).toMatchObject(refused(":5 has no expected output"));
    chmodSync(file(), 0o444);
    expect(await refusal()).toMatchObject(refused(" is read-only"));
    chmodSync(file(), 0o644);
    expect(text()).toBe(page);
    writeFileSync(file(), `${page}more`);
    expect(await refusal()).toMatchObject(refused(" was changed while the lab was replayed"));
    expect(text()).toBe(`${page}more`);
    rmSync(file());
    expect(await refusal()).toMatchObject(refused(" is there no more"));
    await writeFiles(folder, { "pages/one.md": page });
    expect(await refusal()).toBe("accepted");
    expect(text()).toBe(page.replace("old", "new"));
  });
});

function step([line, closing]: [number, number], expected: string, output: string): ValidatedStep {
  return {
    page: "one",
    pageTitle: "One",
    file: "pages/one.md",
    line: 1,
    step: 0,
    text: "",
    state: "passed",
    durationMs: 0,
    accepted: { expected: { text: expected, line, closing }, output, names: NAMES },
  };
}
