import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bringPictures } from "./bring-pictures.js";
import { lintLab } from "./lint-lab.js";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";

let server: Server;
let site: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-pictures-"));
  server = createServer((request, response) => {
    if (request.url === "/gone.png") return void response.writeHead(404).end();
    const type = request.url === "/page" ? "text/html" : "image/png";
    response.writeHead(200, { "content-type": type }).end(request.url);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  site = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

it("pictures of other sites come into the lab, and the others are told", async () => {
  await writeFiles(folder, {
    "workshop.yaml": "title: x\n",
    "pages/a.md": `# A\n\n![one](${site}/a/one.png?v=2) ![two](${site}/b/one.png) ![gone](${site}/gone.png) ![page](${site}/page)\n`,
    "pages/b.md": `# B\n\n![one](${site}/a/one.png?v=2) <img alt="x" src="${site}/a/one.png"> [link](${site}/a/one.png)\n`,
  });
  chmodSync(join(folder, "pages/b.md"), 0o640);
  const brought = await bringPictures(await loadLab(folder));
  expect(readdirSync(join(folder, "pages"))).toEqual(["a.md", "b.md"]);
  expect(statSync(join(folder, "pages/b.md")).mode & 0o777).toBe(0o640);
  expect(brought.map(({ file, path, why }) => [file, path ?? why])).toEqual([
    ["pages/a.md", "images/one.png"],
    ["pages/a.md", "images/one-2.png"],
    ["pages/a.md", "its site answers with status 404"],
    ["pages/a.md", "its site sends text/html, which is no picture"],
    ["pages/b.md", "images/one.png"],
    ["pages/b.md", "images/one-3.png"],
  ]);
  expect(readFileSync(join(folder, "images/one-2.png"), "utf8")).toBe("/b/one.png");
  const lab = await loadLab(folder);
  expect(lab.pages[1]?.source).toContain(
    `![one](images/one.png) <img alt="x" src="images/one-3.png"> [link](${site}/a/one.png)`,
  );
  expect(lintLab(lab).map(({ rule }) => rule)).toEqual(["external-picture", "external-picture"]);
});

it("no picture is fetched for a page that is read-only", async () => {
  await writeFiles(folder, { "pages/a.md": "# A\n", "pages/b.md": `![late](${site}/late.png)\n` });
  chmodSync(join(folder, "pages/b.md"), 0o444);
  const [brought] = await bringPictures(await loadLab(folder));
  expect(brought?.why).toMatch(/pages\/b\.md was not changed: it is read-only; make it writable$/);
  expect(readdirSync(join(folder, "images"))).not.toContain("late.png");
});
