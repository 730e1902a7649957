import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { measure } from "./measure.js";

const KIB = 1024;
const root = mkdtempSync(join(tmpdir(), "measured-"));
const holders: ChildProcess[] = [];

afterAll(() => {
  for (const holder of holders) holder.kill("SIGKILL");
  rmSync(root, { recursive: true });
});

/** A home with so many files of 64 KiB, and an empty folder beside it. */
function makeHome(name: string, files: number): string[] {
  const folders = [join(root, name, "home"), join(root, name, "recordings")];
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  for (let at = 0; at < files; at += 1)
    writeFileSync(join(folders[0] ?? "", `file-${at}`), Buffer.alloc(64 * KIB, 1));
  return folders;
}

/** A program that has a file of so many bytes open that was removed. */
async function holdRemoved(folder: string, bytes: number): Promise<number> {
  const script = `exec 3> gone; head -c ${bytes} /dev/zero >&3; rm gone; echo ready; exec sleep 600`;
  const holder = spawn("sh", ["-c", script], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  holders.push(holder);
  await once(holder.stdout, "data");
  return holder.pid ?? 0;
}

it("tells of each what it takes, where many are asked for at once", async () => {
  const sizes = Array.from({ length: 20 }, (_, index) => index);
  const homes = sizes.map((files) => makeHome(`many-${files}`, files));
  const pid = await holdRemoved(homes[7]?.[0] ?? "", 256 * KIB);
  const measured = await Promise.all(
    homes.map((folders, index) => measure({ type: "measure", folders, processes: index === 7 ? [pid] : [] })),
  );
  for (const [files, one] of measured.entries()) {
    if (one === "too many") throw new Error("so little can be counted");
    const [home, recordings] = one.uses;
    // A folder counts as well, and takes a block on some file systems.
    expect(home?.files).toBe(files + 1);
    expect(home?.bytes).toBeGreaterThanOrEqual(files * 64 * KIB);
    expect(home?.bytes).toBeLessThan((files + 1) * 64 * KIB);
    expect(recordings?.files).toBe(1);
    expect(one.removedBytes >= 256 * KIB).toBe(files === 7);
  }
});

it("counts the others where one cannot be", async () => {
  const pid = await holdRemoved(root, 4 * KIB);
  const asked = ["there", "gone", "there too"].map((name) => ({
    type: "measure" as const,
    folders: name === "gone" ? [join(root, "gone")] : makeHome(name, 2),
    processes: [pid],
  }));
  const [one, gone, other] = await Promise.allSettled(asked.map(measure));
  expect(gone?.status).toBe("rejected");
  for (const counted of [one, other])
    expect(counted).toMatchObject({ status: "fulfilled", value: { uses: [{ files: 3 }, { files: 1 }] } });
});
