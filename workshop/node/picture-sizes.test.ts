import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";

const SHIPPED = new URL("../../images/policy-image-registry-1.png", import.meta.url);

it("pages know the sizes of the pictures whose files tell them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-picture-sizes-"));
  try {
    await writeFiles(folder, {
      "workshop.yaml": "title: x\n",
      "pages/a.md":
        "![p](real.png) ![p](drawn.svg) ![p](wide.svg) ![p](broken.png) ![p](empty.gif) ![p](gone.png)\n",
      "pages/real.png": readFileSync(SHIPPED),
      "pages/drawn.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32"></svg>',
      "pages/wide.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"></svg>',
      "pages/broken.png": "no picture",
      "pages/empty.gif": "",
    });
    const [page] = (await loadLab(folder)).pages;
    const bytes = readFileSync(SHIPPED);
    expect(page?.pictureSizes).toEqual({
      "real.png": { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) },
      "drawn.svg": { width: 64, height: 32 },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
