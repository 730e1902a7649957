import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { once } from "node:events";
import { findProgram } from "../../terminal/node/bubblewrap.js";

/** A machine has some dozens of mounts, and each takes a millisecond. */
const START_SECONDS = 20;

/**
 * Makes every mount but /proc read-only, one by one: `mount` of Debian 12 knows no way to make a whole tree so. What it may not change
 * (a mount that is locked, or gone meanwhile) stays as it is.
 */
const MAKE_READ_ONLY = `
while read -r _ _ _ _ at _; do
  case $at in /proc|/proc/*) ;; *) "$0" -o remount,bind,ro "$(printf '%b' "$at")" 2>/dev/null ;; esac
done < /proc/self/mountinfo
echo done
exec "$1" ${START_SECONDS}`;

/**
 * The machine as sandboxes are made in it: everything of it can be read and nothing written, but for the disks of pods, which are mounted
 * later. Bubblewrap makes what it mounts on where it is not there, and a container may have put a link in its way; such a link then leads
 * to what nobody can write.
 */
export class ReadOnlyMachine {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Made from the mounts of this process, which hand on to it what is mounted later. Throws where it cannot be made. */
  static async make(): Promise<ReadOnlyMachine> {
    await run(["mount", "--make-rshared", "/"]);
    const words = [
      "--mount",
      "--propagation",
      "slave",
      "--",
      "/bin/bash",
      "--norc",
      "-p",
      "-c",
      MAKE_READ_ONLY,
    ];
    const child = spawn(findProgram("unshare"), [...words, findProgram("mount"), findProgram("sleep")], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {},
    });
    const ended = once(child, "exit").catch(() => undefined);
    const timer = setTimeout(() => child.kill("SIGKILL"), START_SECONDS * 1000);
    try {
      const made = await Promise.race([once(child.stdout, "data").then(() => true), ended.then(() => false)]);
      if (!made) throw new Error("the mounts of the machine could not be made read-only for sandboxes");
      return new ReadOnlyMachine(openSync(`/proc/${child.pid ?? 0}/ns/mnt`, "r"));
    } finally {
      clearTimeout(timer);
      child.kill("SIGKILL");
      await ended;
    }
  }

  /** A path to its mount namespace, for programs of this machine; of this process. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.#descriptor}`;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

async function run([name = "", ...words]: readonly string[]): Promise<void> {
  const child = spawn(findProgram(name), words, { stdio: ["ignore", "ignore", "inherit"], env: {} });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${[name, ...words].join(" ")} ended with ${String(code)}`);
}
