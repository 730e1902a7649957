import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadLab } from "../workshop/node/load-lab.js";
import { LateLab } from "./labs.js";
import { openLabRepository, readLabs } from "./lab-repository.js";

const load = (path: string) => loadLab(path);
const log = { info: vi.fn(), warn: vi.fn() };
let folder = "";
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  log.warn.mockClear();
  folder = mkdtempSync(join(tmpdir(), "lectern-labs-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

describe("the lab repository", () => {
  it("has a page as its author saved it last, and a page that is new", async () => {
    save("one.md", "# First title\n");
    const repository = await openLabRepository([folder], load, log);
    const titles = async () => {
      await later(repository.refresh);
      return [...repository.labs.values()].map(({ title }) => title);
    };
    expect(await titles()).toEqual(["First title"]);
    save("one.md", "# Other title\n");
    expect(await titles()).toEqual(["Other title"]);
    save("two.md", "# Second\n");
    expect(await titles()).toEqual(["Other title", "Second"]);
    rmSync(join(folder, "one.md"));
    expect(await titles()).toEqual(["Second"]);
  });

  it("has a page of AsciiDoc as the file beside it is now that it includes", async () => {
    save("one.adoc", "= One\n\ninclude::part.adoc[]\n");
    save("part.adoc", "Before.\n");
    const repository = await openLabRepository([join(folder, "one.adoc")], load, log);
    const source = () => repository.labs.get("one")?.pages[0]?.source;
    expect(source()).toContain("Before.");
    save("part.adoc", "Afterwards.\n");
    await later(repository.refresh);
    expect(source()).toContain("Afterwards.");
  });

  it("keeps a lab as it was while it cannot be read, and says why", async () => {
    mkdirSync(join(folder, "lab/pages"), { recursive: true });
    save("lab/workshop.yaml", "title: Before\n");
    save("lab/pages/one.md", "# One\n");
    for (const path of [folder, join(folder, "lab")]) {
      save("lab/workshop.yaml", "title: Before\n");
      const repository = await openLabRepository([path], load, log);
      save("lab/workshop.yaml", "title: [\n");
      await later(repository.refresh);
      expect(repository.labs.get("lab")?.title).toBe("Before");
      expect(log.warn).toHaveBeenCalled();
      expect(repository.broken()).toMatchObject([
        { path: join(folder, "lab"), message: expect.stringMatching(/workshop\.yaml, line \d/) as string },
      ]);
      save("lab/workshop.yaml", "title: Afterwards\n");
      await later(repository.refresh);
      expect(repository.labs.get("lab")?.title).toBe("Afterwards");
      expect(repository.broken()).toEqual([]);
    }
  });

  it("does not read again what was read before, until one of the files changes", async () => {
    save("good.md", "# Good\n");
    mkdirSync(join(folder, "bad/pages"), { recursive: true });
    save("bad/workshop.yaml", "title: [\n");
    const before = await readLabs([folder], load);
    const read = vi.fn(load);
    const repository = await openLabRepository([folder], read, log, before);
    expect(read).not.toHaveBeenCalled();
    expect([...repository.labs.keys()]).toEqual(["good"]);
    expect(repository.broken()).toEqual(before.broken);
    expect(log.warn).toHaveBeenCalledWith({ path: join(folder, "bad") }, before.broken[0]?.message);
    save("bad/workshop.yaml", "title: Bad no more\n");
    save("bad/pages/one.md", "# One\n");
    await later(repository.refresh);
    const again = await openLabRepository([folder], read, log, before);
    for (const { labs } of [repository, again]) expect(labs.get("bad")?.title).toBe("Bad no more");
  });

  it("keeps no lab waiting for one that takes its time, and has that one when it is read", async () => {
    save("quick.md", "# Quick\n");
    save("slow.md", "# Slow\n");
    const finish = new AbortController();
    const finished = once(finish.signal, "abort");
    const read = async (path: string, haste?: "quick") => {
      if (!path.endsWith("slow.md")) return load(path);
      if (haste === "quick") throw new LateLab(path);
      await finished;
      return load(path);
    };
    const before = await readLabs([folder], read);
    const repository = await openLabRepository([folder], read, log, before);
    expect([[...repository.labs.keys()], repository.late()]).toEqual([["quick"], [join(folder, "slow.md")]]);
    save("quick.md", "# Quick, changed\n");
    await later(repository.refresh);
    expect([repository.labs.get("quick")?.title, repository.late().length]).toEqual(["Quick, changed", 1]);
    finish.abort();
    await expect.poll(() => repository.late()).toEqual([]);
    expect([...repository.labs.keys()]).toEqual(["quick", "slow"]);
  });

  it("takes new checks in", async () => {
    save("one.md", "# One\n\n```execute-1\ntrue\n```\n");
    const repository = await openLabRepository([join(folder, "one.md")], load, log);
    save("one.checks.yaml", "pages:\n  - page: 1\n    steps:\n      - step: 0\n        exit: 1\n");
    await later(repository.refresh);
    expect(repository.labs.get("one")?.pages[0]?.checks.expectations[0]).toMatchObject({ exit: 1 });
  });

  it("looks at the disk once for many who ask at the same time", async () => {
    save("one.md", "# First title\n");
    const repository = await openLabRepository([folder], load, log);
    save("one.md", "# Other title\n");
    await repository.refresh();
    expect(repository.labs.get("one")?.title).toBe("First title");
  });

  it("reads once at a time, however long that takes and however many ask meanwhile", async () => {
    save("one.md", "# First title\n");
    let [reading, mostAtOnce] = [0, 0];
    const slowly = async (path: string) => {
      reading += 1;
      mostAtOnce = Math.max(mostAtOnce, reading);
      await new Promise((resolve) => setTimeout(resolve, 50));
      reading -= 1;
      return load(path);
    };
    const repository = await openLabRepository([folder], slowly, log);
    const asked: Promise<void>[] = [];
    for (let time = 0; time < 5; time += 1) {
      save("one.md", `# Title ${String(time)}\n`);
      asked.push(later(repository.refresh));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await Promise.all(asked);
    await later(repository.refresh);
    expect([mostAtOnce, repository.labs.get("one")?.title]).toEqual([1, "Title 4"]);
  });
});

let saved = 0;

/** Each time with a later date: two saves within one tick of the clock are two. */
function save(name: string, text: string): void {
  saved += 1;
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), saved, saved);
}

async function later(refresh: () => Promise<void>): Promise<void> {
  vi.advanceTimersByTime(1_000);
  await refresh();
}
