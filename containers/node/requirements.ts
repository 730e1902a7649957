import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { findProgram } from "../../terminal/node/bubblewrap.js";

/** The one program of every root: linked with nothing, it runs wherever it lies. */
export const BUSYBOX = findProgram("busybox");

/** An empty sandbox is open in 20 ms; a machine under load takes its time. */
const TRIAL_MS = 5_000;
/** Of a program that asks for a dynamic linker (elf(5), PT_INTERP). */
const PT_INTERP = 3;

/** What this machine lacks for running containers, and what to type; `undefined` where it lacks nothing. */
export function missingForContainers(): { what: string; remedy: string } | undefined {
  if (process.platform !== "linux") return { what: "Linux", remedy: "start Lectern on Linux" };
  const packages = [
    ...(existsSync(findProgram("bwrap")) ? [] : ["bubblewrap"]),
    ...(isStatic(BUSYBOX) ? [] : ["busybox-static"]),
    ...(["nsenter", "setpriv", "unshare"].every((name) => existsSync(findProgram(name)))
      ? []
      : ["util-linux"]),
  ];
  if (packages.length > 0) {
    const what = packages.join(" and ");
    return {
      what,
      remedy: `${process.getuid?.() === 0 ? "" : "sudo "}apt-get install ${packages.join(" ")}`,
    };
  }
  if (process.getuid?.() !== 0) return { what: "root", remedy: "start Lectern with sudo" };
  return tryBox();
}

/** Opens an empty sandbox as containers have them: what a machine forbids, a container around it or a unit of systemd, shows only there. */
function tryBox(): { what: string; remedy: string } | undefined {
  const account = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];
  const sandbox = [
    "--unshare-user",
    "--uid",
    "0",
    "--gid",
    "0",
    "--unshare-pid",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--ro-bind",
    BUSYBOX,
    "/busybox",
    "--",
    "/busybox",
    "true",
  ];
  const { status, stderr, error } = spawnSync(
    findProgram("unshare"),
    [
      "--mount",
      "--net",
      "--propagation",
      "slave",
      "--",
      findProgram("setpriv"),
      ...account,
      findProgram("bwrap"),
      ...sandbox,
    ],
    { env: {}, encoding: "utf8", timeout: TRIAL_MS },
  );
  if (status === 0) return undefined;
  const said = error?.message ?? stderr.trim().split("\n").at(-1) ?? "";
  return {
    what: `the right to make namespaces: ${said}`,
    remedy: "see that user namespaces are allowed here",
  };
}

/** Whether the program is there and needs no linker: there are no libraries in a root. */
function isStatic(program: string): boolean {
  let bytes: Buffer;
  try {
    bytes = readFileSync(program);
  } catch {
    return false;
  }
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) return false;
  const [offset, size, count] = [
    Number(bytes.readBigUInt64LE(32)),
    bytes.readUInt16LE(54),
    bytes.readUInt16LE(56),
  ];
  for (let index = 0; index < count; index += 1) {
    const at = offset + index * size;
    if (at + 4 > bytes.length || bytes.readUInt32LE(at) === PT_INTERP) return false;
  }
  return true;
}
