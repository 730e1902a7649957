import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import type { LabPage } from "../common/lab.js";
import { loadLab } from "./load-lab.js";
import { type PageCompiler, threadCompiler } from "./page-compiler.js";

const ENTRY = fileURLToPath(new URL("../../dist/workshop/node/lab-thread-entry.js", import.meta.url));
let compiler: PageCompiler | undefined;
afterEach(() => compiler?.close());

it("a page that took too long is shown without content for a while, and then tried again", async () => {
  const compiling = await compilingWith({ deadlineMs: 0, retryMs: 200 });
  const first = compiling();
  expect(await first).toMatchObject({ html: "", problems: [{ rule: "page-time" }] });
  expect(compiling()).toBe(first);
  await expect.poll(() => compiling() === first).toBe(false);
});

it("a page that was compiled is not compiled again", async () => {
  const compiling = await compilingWith({ deadlineMs: 20_000, retryMs: 0 });
  const first = compiling();
  expect((await first).html).toContain("Hello");
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(compiling()).toBe(first);
});

async function compilingWith(options: { deadlineMs: number; retryMs: number }) {
  const folder = mkdtempSync(join(tmpdir(), "lectern-page-"));
  const file = join(folder, "page.md");
  writeFileSync(file, "# Title\n\nHello\n");
  const lab = await loadLab(file).finally(() => rmSync(folder, { recursive: true }));
  const [page] = lab.pages as [LabPage];
  const made = threadCompiler(ENTRY, options);
  compiler = made;
  return () => made.compile(lab, page, {});
}
