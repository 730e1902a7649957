import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Duplex } from "node:stream";
import { PassThrough, Writable } from "node:stream";
import { spawn as spawnTerminal } from "node-pty";
import type {
  AttachSpec,
  ContainerExit,
  ContainerRuntime,
  ContainerSpec,
  ContainerState,
  ExecSpec,
  ImageVerdict,
  LogLine,
  LogOptions,
  RunningProcess,
  SandboxSpec,
  SandboxState,
  VolumeSpec,
} from "./container-runtime.js";

interface Running {
  spec: ContainerSpec;
  child: ChildProcess;
  lines: LogLine[];
  startedMs: number;
  changed: EventEmitter;
  exit: ContainerExit | undefined;
}

/**
 * Runs containers as plain processes of this machine, in no sandbox: the process that confines them is another room's, which this
 * room may not know. Commands see their volumes in the folder `VOLUMES`, and one network with everybody.
 */
export class ProcessRuntime implements ContainerRuntime {
  readonly #folder = mkdtempSync(join(tmpdir(), "lectern-containers-"));
  readonly #events = new EventEmitter();
  readonly #sandboxes = new Map<string, SandboxSpec>();
  readonly #containers = new Map<string, Running>();
  /** Most pods that a namespace may have. */
  podsOfNamespace = Infinity;
  /** Waited for before a call's answer is given; where it rejects, so does the call. */
  beforeAnswer: (call: "list" | "removeSandbox", sandbox?: string) => Promise<void> = async () => undefined;

  /** Of a namespace's own images each is named in `ownImages`, between blanks. */
  image(name: string, ownImages = ""): ImageVerdict {
    if (!/^(busybox|nginx)(:|$)/.test(name) && !ownImages.split(" ").includes(name))
      return { kind: "unknown" };
    if (name.endsWith(":missing"))
      return { kind: "missing", message: "rpc error: code = NotFound desc = not found" };
    return {
      kind: "runs",
      message: `image "${name}" is played by Lectern's stand-in`,
      id: `stand-in/${name}`,
      user: name.endsWith("-rootless") ? 101 : 0,
    };
  }

  async startSandbox(sandbox: SandboxSpec): Promise<void> {
    const beside = [...this.#sandboxes.values()].filter(
      ({ id, namespace }) => id !== sandbox.id && namespace === sandbox.namespace,
    );
    if (beside.length >= this.podsOfNamespace)
      throw new Error(`at most ${this.podsOfNamespace} pods of a namespace run at once`);
    this.#sandboxes.set(sandbox.id, sandbox);
    for (const { name, files = [] } of sandbox.volumes) {
      for (const { path, content, mode } of files) {
        const file = join(this.#folder, sandbox.id, name, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content, { mode });
      }
    }
  }

  async start(spec: ContainerSpec): Promise<void> {
    if (!this.#sandboxes.has(spec.sandbox)) throw new Error(`there is no sandbox ${spec.sandbox}`);
    const running = await begin(spec, join(this.#folder, spec.sandbox));
    this.#containers.set(spec.id, running);
    running.child.once("close", (code, signal) => {
      const exitCode = code ?? (signal === "SIGKILL" ? 137 : 143);
      const reason = exitCode === 0 ? "Completed" : "Error";
      const { startedMs } = running;
      running.exit = { container: spec.id, exitCode, reason, startedMs, finishedMs: Date.now() };
      running.changed.emit("change");
      this.#events.emit("exit", running.exit);
    });
  }

  async exec(id: string, { command, tty }: ExecSpec): Promise<RunningProcess> {
    this.#required(id);
    return tty ? terminal(command) : program(command);
  }

  async attach(id: string, wanted: AttachSpec): Promise<RunningProcess> {
    const running = this.#required(id);
    const { stdin, stdout: out, stderr: errors } = running.child;
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    out?.pipe(stdout);
    errors?.pipe(stderr);
    const exitCode = ended(running).then(({ exitCode: code }) => code);
    const close = (): void => {
      stdout.destroy();
      stderr.destroy();
    };
    return {
      ...(wanted.stdin && stdin && { stdin }),
      stdout,
      stderr,
      resize: () => undefined,
      exitCode,
      close,
    };
  }

  async *logs(id: string, { follow, tailLines, sinceMs = 0, signal }: LogOptions): AsyncGenerator<LogLine> {
    const running = this.#required(id);
    const start = tailLines === undefined ? 0 : Math.max(0, running.lines.length - tailLines);
    for (let at = start; ; at += 1) {
      while (at >= running.lines.length) {
        if (!follow || running.exit !== undefined) return;
        await once(running.changed, "change", { signal });
      }
      const line = running.lines[at];
      if (line !== undefined && line.timeMs >= sinceMs) yield line;
    }
  }

  async dial(_sandbox: string, port: number): Promise<Duplex> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    return socket;
  }

  async stop(id: string, graceMs: number): Promise<void> {
    const running = this.#required(id);
    kill(running, "SIGTERM");
    const timer = setTimeout(() => kill(running, "SIGKILL"), graceMs);
    await ended(running);
    clearTimeout(timer);
  }

  async removeContainer(id: string): Promise<void> {
    this.#containers.delete(id);
  }

  async removeSandbox(id: string): Promise<void> {
    await this.beforeAnswer("removeSandbox", id);
    for (const running of this.#of(id)) kill(running, "SIGKILL");
    this.#sandboxes.delete(id);
  }

  onExit(listener: (exit: ContainerExit) => void): () => void {
    this.#events.on("exit", listener);
    return () => void this.#events.off("exit", listener);
  }

  onLost(listener: () => void): () => void {
    this.#events.on("lost", listener);
    return () => void this.#events.off("lost", listener);
  }

  async updateVolumes(sandbox: string, volumes: VolumeSpec[]): Promise<void> {
    const known = this.#sandboxes.get(sandbox);
    if (known === undefined) throw new Error(`there is no sandbox ${sandbox}`);
    for (const volume of volumes)
      known.volumes = known.volumes.map((each) => (each.name === volume.name ? volume : each));
  }

  /** The files of a volume as text, by path. */
  filesOf(sandbox: string, volume: string): Record<string, string> {
    const found = this.#sandboxes.get(sandbox)?.volumes.find(({ name }) => name === volume);
    return Object.fromEntries((found?.files ?? []).map(({ path, content }) => [path, content.toString()]));
  }

  async setServices(): Promise<void> {
    // There is one network, of everybody.
  }

  async list(): Promise<SandboxState[]> {
    const states = [...this.#sandboxes.keys()].map((id) => ({ id, containers: this.#of(id).map(stateOf) }));
    await this.beforeAnswer("list");
    return states;
  }

  /** The process ids of what runs of a pod. */
  running(sandbox: string): number[] {
    return this.#of(sandbox).flatMap(({ exit, child }) => (exit === undefined ? (child.pid ?? []) : []));
  }

  /** What a container was started with. */
  spec(id: string): ContainerSpec {
    return this.#required(id).spec;
  }

  /** The pods there is something of. */
  sandboxes(): string[] {
    return [...this.#sandboxes.keys()];
  }

  /** Ends everything without a word, as the end of the runtime's own process would, and begins anew. */
  lose(): void {
    for (const running of this.#containers.values()) {
      running.child.removeAllListeners("close");
      kill(running, "SIGKILL");
    }
    this.#containers.clear();
    this.#sandboxes.clear();
    this.#events.emit("lost");
  }

  close(): void {
    for (const running of this.#containers.values()) kill(running, "SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #of(sandbox: string): Running[] {
    return [...this.#containers.values()].filter(({ spec }) => spec.sandbox === sandbox);
  }

  #required(id: string): Running {
    const found = this.#containers.get(id);
    if (found === undefined) throw new Error(`there is no container ${id}`);
    return found;
  }
}

function kill({ child, exit }: Running, signal: NodeJS.Signals): void {
  if (exit !== undefined || child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

function stateOf({ spec: { id, name, attempt }, startedMs, exit }: Running): ContainerState {
  return { id, name, attempt, startedMs, ...(exit && { exit }) };
}

async function ended(running: Running): Promise<ContainerExit> {
  while (running.exit === undefined) await once(running.changed, "change");
  return running.exit;
}

async function begin(spec: ContainerSpec, volumes: string): Promise<Running> {
  const [file = "sh", ...args] = [...(spec.command ?? []), ...(spec.args ?? [])];
  const env = { PATH: process.env["PATH"] ?? "", VOLUMES: volumes, ...Object.fromEntries(spec.env) };
  const child = spawn(file, args, { env, detached: true });
  await Promise.race([
    once(child, "spawn"),
    once(child, "error").then(([error]) => Promise.reject(error as Error)),
  ]);
  if (!spec.stdin) child.stdin.end();
  const running: Running = {
    spec,
    child,
    lines: [],
    startedMs: Date.now(),
    changed: new EventEmitter(),
    exit: undefined,
  };
  for (const stream of ["stdout", "stderr"] as const) {
    let rest = "";
    child[stream].on("data", (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines)
        running.lines.push({ timeMs: Date.now(), stream, bytes: Buffer.from(line), isPartial: false });
      running.changed.emit("change");
    });
  }
  return running;
}

async function program([file = "", ...args]: string[]): Promise<RunningProcess> {
  const child = spawn(file, args);
  await Promise.race([
    once(child, "spawn"),
    once(child, "error").then(([error]) => Promise.reject(error as Error)),
  ]);
  const exitCode = new Promise<number>((resolve) => {
    child.once("exit", (code) => resolve(code ?? 137));
  });
  const { stdin, stdout, stderr } = child;
  return {
    stdin,
    stdout,
    stderr,
    resize: () => undefined,
    exitCode,
    close: () => void child.kill("SIGKILL"),
  };
}

function terminal([file = "", ...args]: string[]): RunningProcess {
  const pty = spawnTerminal(file, args, {});
  const stdout = new PassThrough();
  pty.onData((text) => void stdout.write(text));
  const exitCode = new Promise<number>((resolve) => {
    pty.onExit((exit) => {
      stdout.end();
      resolve(exit.exitCode);
    });
  });
  const stdin = new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      pty.write(bytes.toString());
      done();
    },
  });
  return {
    stdin,
    stdout,
    resize: ({ columns, rows }) => pty.resize(columns, rows),
    exitCode,
    close: () => pty.kill("SIGKILL"),
  };
}
