import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-played-"));
});
afterEach(() => rm(folder, { recursive: true }));

const block = (command: string): string => `\n\`\`\`execute\n${command}\n\`\`\`\n`;

it("an image that is played is noted at the block that names it first, of all pages", async () => {
  await writeFiles(folder, {
    "workshop.yaml": "title: x\nimages: [{name: 'shop:1', like: nginx}, {name: 'gone:1', missing: true}]\n",
    "files/site.yaml": "containers:\n- image: 'busybox:1.35'\n- image: nginx:1.27\n",
    "pages/a.md": [
      block("ls"),
      // Nobody sees this one; the note stands over the next that names the image.
      "\n```terminal:execute\ncommand: kubectl run web0 --image=nginx:1.27\nautostart: true\nhidden: true\n```\n",
      block("kubectl run web --image=nginx:1.27"),
      block("kubectl apply -f site.yaml -f nosuch.yaml -f ../workshop.yaml"),
    ].join(""),
    "pages/b.md": [
      block("kubectl run web2 --image nginx:1.27"),
      block("kubectl run db --image=postgres:16"),
      block("kubectl run gone --image=gone:1"),
      block('kubectl set image deploy/web web=x; kubectl create deploy shop --image="shop:1"'),
    ].join(""),
  });
  const { pages } = await loadLab(folder);
  const noted = pages.map(({ steps, played = {} }) => steps.map((step) => played[step]));
  expect(noted).toEqual([
    [undefined, undefined, ["nginx:1.27"], ["busybox:1.35"]],
    [undefined, undefined, undefined, ["shop:1"]],
  ]);
});
