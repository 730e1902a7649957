import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ContainerProcess } from "./container-process.js";

/** Longer than Linux takes one argument. */
const TOO_LONG = "x".repeat(1024 * 1024);

/** How many ends of pipes this process has open. */
function openPipes(): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(join("/proc/self/fd", descriptor)).startsWith("pipe:");
    } catch {
      return false;
    }
  }).length;
}

it("leaves no pipe open of a program that the operating system does not start", async () => {
  const before = openPipes();
  for (let times = 0; times < 20; times++) {
    const streams = { stdin: true, tty: false };
    const where = {
      statusFile: "/nowhere",
      account: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    };
    await expect(ContainerProcess.start(["true", TOO_LONG], streams, where)).rejects.toThrow("E2BIG");
  }
  await expect.poll(openPipes).toBeLessThan(before + 20);
});
