import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
// oxlint-disable-next-line no-restricted-imports -- The product uses nothing of it for streams; this is a client as others have it.
import { CoreV1Api, Cp, Exec, type KubeConfig, Log, PortForward } from "@kubernetes/client-node";
import type { V1Status } from "@kubernetes/client-node";
import { UnzippingExec } from "./unzipping-exec.js";

/** Of one answer. */
const ANSWER_MS = 60_000;

/** Where a client finds the pod `it`, which has a container `main` with a shell and serves a page on port 8080. */
export interface Place {
  config: KubeConfig;
  namespace: string;
}

/** What a program with client-node does with pods, and what of the answer is the same on every cluster. */
export const LIBRARY_SCENARIOS: Record<string, (place: Place) => Promise<unknown>> = {
  "both outputs of a command and its status": (place) => run(place, "echo out; echo wrong >&2; exit 3"),
  "a command that is told of the end of its input": (place) =>
    run(place, "cat; echo over", { input: "a line\n" }),
  "a command that reads no input": (place) => run(place, "echo no", { input: "x".repeat(100_000) }),
  "a command with twenty megabytes of output": async (place) => {
    const { stdout, ...rest } = await run(place, "head -c 20000000 /dev/zero | tr '\\0' y");
    return { ...rest, bytes: stdout.length, digest: createHash("sha256").update(stdout).digest("hex") };
  },
  "a command that a signal ends": (place) => run(place, "kill -9 $$"),
  "a command with a terminal of a size": (place) =>
    run(place, "until [ \"$(stty size 2>/dev/null)\" = '17 91' ]; do sleep 0.1; done; stty size", {
      size: [91, 17],
    }),
  "a container that is not there": (place) => failure(run(place, "true", { container: "none" })),
  "a pod that is not there": (place) => failure(run(place, "true", { pod: "none" })),
  "a program that is not there": async (place) => {
    const { code, reason } = await run(place, "", { command: ["/none/at/all"] });
    return { code, reason };
  },
  "the last lines of a log": async (place) => {
    const output = collected();
    await new Log(place.config).log(place.namespace, "it", "main", output.stream, { tailLines: 1 });
    await output.ended;
    return output.text();
  },
  "a log that is followed until somebody has read enough": async (place) => {
    const output = collected();
    const abort = await new Log(place.config).log(place.namespace, "it", "main", output.stream, {
      follow: true,
    });
    await until(() => output.text().split("\n").length > 2);
    abort.abort();
    return output.text();
  },
  "the log of a run that never was": (place) =>
    failure(new Log(place.config).log(place.namespace, "it", "main", collected().stream, { previous: true })),
  "a page through a forwarded port": async (place) => {
    const { output } = await forwarded(place, 8080, "GET /index.html HTTP/1.0\r\n\r\n");
    await until(() => output.text().includes("page"));
    return output.text().split("\r\n")[0];
  },
  "a forwarded port at which nobody listens": async (place) => {
    const { errors } = await forwarded(place, 81, "x");
    await until(() => errors.text().length > 2);
    return /error forwarding port 81 to pod/.test(errors.text());
  },
  "a folder that is copied into a pod": (place) =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, "sub"));
      writeFileSync(join(folder, "sub/a"), "a", { mode: 0o640 });
      writeFileSync(join(folder, "last"), "b", { mode: 0o755 });
      symlinkSync("sub/a", join(folder, "link"));
      await run(place, "rm -rf /tmp/in; mkdir /tmp/in");
      await new Cp(place.config).cpToPod(place.namespace, "it", "main", folder, "/tmp/in");
      const list =
        "cd /tmp/in && find . -mindepth 1 | sort | while read -r f; do stat -c '%n %a %F' $f; done";
      let listed = "";
      await until(async () => (listed = (await run(place, list)).stdout).split("\n").length === 5);
      return listed;
    }),
  "a folder that is copied out of a pod": (place) =>
    inFolder(async (folder) => {
      const made = `rm -rf /tmp/out; mkdir -p /tmp/out/sub; cd /tmp/out; printf a >sub/a; chmod 640 sub/a; ln -s sub/a link; `;
      await run(place, `${made}head -c 3000000 /dev/zero | tr '\\0' y >large; chmod 755 large; : >none`);
      expectNothing(await copyOut(place, "out", folder, "/tmp"));
      return listing(folder);
    }),
  "a file that is copied out of a pod by its whole path": (place) =>
    inFolder(async (folder) => {
      await run(place, "mkdir -p /tmp/one; echo text >/tmp/one/file");
      await copyOut(place, "/tmp/one/file", folder);
      return listing(folder);
    }),
  "what is not there, copied out of a pod": (place) =>
    inFolder(async (folder) => {
      const said = await copyOut(place, "none", folder, "/tmp");
      return { said, listed: listing(folder) };
    }),
  "a folder that is copied into what is not there": (place) =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "a"), "a");
      const exec = new UnzippingExec(place.config);
      await new Cp(place.config, exec).cpToPod(place.namespace, "it", "main", folder, "/tmp/not/there");
      return inTime(exec.said);
    }),
  "a pod that ends while a command runs in it": async (place) => {
    const begun = collected();
    const running = run(place, "echo begun; sleep 600", { pod: "brief", stdout: begun });
    await until(() => begun.text() === "begun\n");
    const api = place.config.makeApiClient(CoreV1Api);
    await api.deleteNamespacedPod({ namespace: place.namespace, name: "brief", gracePeriodSeconds: 1 });
    const { code, reason } = await running;
    return { code, reason };
  },
};

interface Asked {
  pod?: string;
  container?: string;
  command?: string[];
  input?: string;
  size?: [columns: number, rows: number];
  stdout?: Output;
}

interface Ran {
  stdout: string;
  stderr: string;
  code: string;
  reason: string | undefined;
}

/** Resolves with what the client says once the copy has ended. */
async function copyOut(
  { config, namespace }: Place,
  source: string,
  folder: string,
  cwd?: string,
): Promise<string | undefined> {
  const exec = new UnzippingExec(config);
  await new Cp(config, exec).cpFromPod(namespace, "it", "main", source, folder, cwd);
  return inTime(exec.said);
}

/** What fails everywhere alike would pass as the same. */
function expectNothing(said: string | undefined): void {
  if (said !== undefined) throw new Error(said);
}

/** What is below a folder: names, modes, and what files and links hold. */
function listing(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  return names.map((name) => {
    const path = join(folder, name);
    const found = lstatSync(path);
    if (found.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`;
    const held = found.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "folder";
    return `${name} ${(found.mode & 0o777).toString(8)} ${held}`;
  });
}

async function inFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), "lectern-copied-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Resolves with what a command wrote and how it ended. */
function run({ config, namespace }: Place, line: string, asked: Asked = {}): Promise<Ran> {
  const { pod = "it", container = "main", command = ["sh", "-c", line], input, size } = asked;
  const { stdout = collected() } = asked;
  const [stderr, stdin] = [collected(), input === undefined ? null : new PassThrough()];
  const [columns, rows] = size ?? [];
  if (size !== undefined) Object.assign(stdout.stream, { columns, rows });
  return inTime(
    new Promise<Ran>((resolve, reject) => {
      const told = ({ status, reason, details }: V1Status): void => {
        const exit = details?.causes?.find((cause) => cause.reason === "ExitCode")?.message;
        resolve({ stdout: stdout.text(), stderr: stderr.text(), code: exit ?? status ?? "", reason });
      };
      new Exec(config)
        .exec(
          namespace,
          pod,
          container,
          command,
          stdout.stream,
          size === undefined ? stderr.stream : null,
          stdin,
          size !== undefined,
          told,
        )
        .then(
          (socket) => socket.addEventListener("error", () => reject(new Error("the connection broke off"))),
          reject,
        );
      stdin?.end(input);
    }),
  );
}

async function forwarded(
  { config, namespace }: Place,
  port: number,
  sent: string,
): Promise<{ output: Output; errors: Output }> {
  const [output, errors, input] = [collected(), collected(), new PassThrough()];
  await new PortForward(config).portForward(namespace, "it", [port], output.stream, errors.stream, input);
  input.write(sent);
  return { output, errors };
}

/** What is said of what cannot be; headers behind it are of one answer. */
async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return (error as Error).message.split("\n").slice(0, 2);
  }
}

interface Output {
  stream: PassThrough;
  text: () => string;
  ended: Promise<unknown>;
}

function collected(): Output {
  const stream = new PassThrough();
  const pieces: Buffer[] = [];
  stream.on("data", (bytes: Buffer) => pieces.push(bytes));
  const ended = new Promise((resolve) => stream.once("end", resolve));
  return { stream, text: () => Buffer.concat(pieces).toString(), ended };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + ANSWER_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error("what was waited for did not come");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer came")), ANSWER_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
