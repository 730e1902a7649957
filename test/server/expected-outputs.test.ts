import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./lectern-process.js";

const folder = temporaryFolder();
/** Validations keep their data below this. */
const env = { TMPDIR: folder.path };
afterAll(() => folder.remove());

const page = (first: string, second: string) =>
  [
    "# Outputs\n",
    "```execute\necho age 5s; echo changed; kubectl config view --minify -o jsonpath='{..namespace}{\"\\n\"}'\n```\n",
    `\`\`\`expected-output\n${first}\`\`\`\n`,
    "```execute exit=nonzero\nkubectl get pod/none\n```\n",
    `\`\`\`expected-output\n${second}\`\`\`\n`,
  ].join("\n");

describe("the outputs of a page", () => {
  it("are compared by validate, and written anew with --update", async () => {
    const lab = join(folder.path, "outputs.md");
    const old = page("age ...\nas it was\n", "");
    writeFileSync(lab, old);
    const dry = await runCli(["validate", lab], env);
    expect(dry).toMatchObject({
      status: 1,
      output: expect.stringContaining("(0 passed, 2 failed, 0 skipped)") as string,
    });
    expect(dry.output).toContain(
      'The output is not the expected output on line 7: expected "as it was", got "changed".',
    );
    expect(readFileSync(lab, "utf8")).toBe(old);
    const updated = await runCli(["validate", lab, "--update"], env);
    expect([updated.status, updated.output]).toEqual([
      0,
      expect.stringContaining("(2 passed, 0 failed, 0 skipped)"),
    ]);
    expect(updated.output).toMatch(
      /outputs\.md:7: wrote the output that came: 3 lines, 2 of them new\n.*outputs\.md:16: wrote .*: 1 line, 1 of them new/,
    );
    const accepted = page(
      "age ...\nchanged\n{{ session_namespace }}\n",
      'Error from server (NotFound): pods "none" not found\n',
    );
    expect(readFileSync(lab, "utf8")).toBe(accepted);
    expect(await runCli(["validate", lab], env)).toMatchObject({ status: 0 });
    writeFileSync(lab, `${page("no\n", "")}\n\`\`\`execute\nfalse\n\`\`\`\n`);
    const failing = await runCli(["validate", lab, "--update"], env);
    expect(failing).toMatchObject({
      status: 1,
      output: expect.stringContaining("the lab does not pass") as string,
    });
    expect(readFileSync(lab, "utf8")).toContain("no\n```\n");
    const both = await runCli(["validate", lab, "--update", "--mutate"], env);
    expect(both).toMatchObject({
      status: 2,
      output: expect.stringContaining("cannot be used with") as string,
    });
  });
});
