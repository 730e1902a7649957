import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { findImage } from "../../containers/images/catalogue.js";
import { programOf } from "../../containers/images/image.js";

const BUSYBOX = "/usr/bin/busybox";
const CURL_DEADLINE_SECONDS = "60";
const run = promisify(execFile);

interface SandboxOptions {
  command?: string[];
  args?: string[];
  env?: Record<string, string>;
  /** Files as a pod's volumes would bring them, by their path. */
  files?: Record<string, string>;
  readOnlyRoot?: boolean;
}

/** One container in a plain root of bubblewrap with a network of its own, and curl on that network. */
export class ImageSandbox {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #pid: number;
  readonly ended: Promise<number>;
  stdout = "";
  stderr = "";

  private constructor(folder: string, child: ChildProcess, pid: number) {
    this.#folder = folder;
    this.#child = child;
    this.#pid = pid;
    child.stdout?.on("data", (bytes: Buffer) => (this.stdout += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => (this.stderr += bytes.toString()));
    this.ended = once(child, "close").then(([code]) => code as number);
  }

  static async start(imageName: string, options: SandboxOptions = {}): Promise<ImageSandbox> {
    const answer = findImage(imageName);
    if (answer.kind !== "runs") throw new Error(`${imageName} does not run`);
    const { image } = answer;
    const folder = mkdtempSync(join(tmpdir(), "lectern-image-"));
    makeRoot(folder);
    for (const file of image.files) write(folder, file.path, file.content, file.mode);
    for (const [path, content] of Object.entries(options.files ?? {})) write(folder, path, content);
    const env = [...image.env, ...Object.entries(options.env ?? {})];
    const child = spawn(
      "bwrap",
      [
        "--unshare-all --unshare-user --uid 0 --gid 0 --cap-add ALL --hostname sandbox".split(" "),
        [options.readOnlyRoot ? "--ro-bind" : "--bind", folder, "/"],
        "--proc /proc --dev /dev --as-pid-1 --die-with-parent --info-fd 3 --clearenv".split(" "),
        ["--chdir", image.workingDir],
        env.flatMap(([name, value]) => ["--setenv", name, value]),
        ["--", ...programOf(image, options)],
      ].flat(),
      { stdio: ["ignore", "pipe", "pipe", "pipe"] },
    );
    const info = JSON.parse(await text(child.stdio[3] as Readable)) as { "child-pid": number };
    return new ImageSandbox(folder, child, info["child-pid"]);
  }

  /** What curl says, with its status; never rejects for an answer it does not like. */
  async curl(...words: string[]): Promise<string> {
    const wait = ["--silent", "--show-error", "--max-time", CURL_DEADLINE_SECONDS];
    const { stdout } = await this.inside("curl", ...wait, ...words);
    return stdout;
  }

  /** Runs a program of this machine on the network of the container. */
  inside(...command: string[]): Promise<{ stdout: string; stderr: string }> {
    const enter = ["--target", String(this.#pid), "--user", "--net", "--preserve-credentials"];
    return run("nsenter", [...enter, "--", ...command], { timeout: 90_000 });
  }

  /** Runs a command in the container, as `kubectl exec` does. */
  exec(...command: string[]): { status: number | null; stdout: string; stderr: string } {
    const enter = [
      "--target",
      String(this.#pid),
      "--user",
      "--net",
      "--mount",
      "--pid",
      "--preserve-credentials",
    ];
    const path = "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const version = `NGINX_VERSION=1.27.0`;
    return spawnSync("nsenter", [...enter, "--root", "--wd=/", "/bin/env", "-i", path, version, ...command], {
      encoding: "utf8",
      timeout: 90_000,
    });
  }

  /** Sends a signal to the first process. */
  signal(name: NodeJS.Signals): void {
    process.kill(this.#pid, name);
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function makeRoot(folder: string): void {
  for (const name of ["bin", "dev", "etc", "proc", "root", "run", "tmp", "usr/bin", "usr/sbin", "var/log"])
    mkdirSync(join(folder, name), { recursive: true });
  copyFileSync(BUSYBOX, join(folder, "bin/busybox"));
  const applets = spawnSync(BUSYBOX, ["--list"], { encoding: "utf8" }).stdout.split("\n");
  for (const applet of applets)
    if (applet !== "" && applet !== "busybox") symlinkSync("busybox", join(folder, "bin", applet));
}

function write(folder: string, path: string, content: string | Buffer, mode = 0o644): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
  chmodSync(file, mode);
}
