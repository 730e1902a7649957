import type { Duplex, Readable, Writable } from "node:stream";

/** Why a container is not begun whose pod asks for what its volumes do not have, in a kubelet's words. It is known by its name, and looked at again. */
export interface ContainerConfigFailure extends Error {
  name: "ContainerConfigError";
}

/**
 * What runs real containers for the embedded cluster: another process, of which the cluster knows this contract alone. Every call
 * has a deadline of the implementation's own, and rejects with an error whose message says what was not done and why.
 */
export interface ContainerRuntime {
  /** Whether and how an image can be run; `ownImages` is what the pod's namespace has of its own, in words of the runtime. */
  image(name: string, ownImages: string | undefined): ImageVerdict;
  /** Makes what the containers of a pod share: its network, its folder. Safe to repeat. */
  startSandbox(sandbox: SandboxSpec): Promise<void>;
  /** Puts other files into volumes of a pod, in one step for each; one that has those files already stays as it is. */
  updateVolumes(sandbox: string, volumes: VolumeSpec[]): Promise<void>;
  /** Starts the process of a container in its pod's sandbox; resolves when it has been started. Rejects with `ContainerConfigFailure` where it was not begun. */
  start(container: ContainerSpec): Promise<void>;
  /** Runs a further process in a container that runs. */
  exec(container: string, process: ExecSpec): Promise<RunningProcess>;
  /** The streams of the container's own process, from now on. */
  attach(container: string, process: AttachSpec): Promise<RunningProcess>;
  /** What the container has written, oldest first; ends with the container, or at once without `follow`. */
  logs(container: string, options: LogOptions): AsyncIterable<LogLine>;
  /** A TCP connection to a port inside the pod. Rejects when nothing listens there, and where clients have all connections they may. */
  dial(sandbox: string, port: number, options?: DialOptions): Promise<Duplex>;
  /** Sends SIGTERM, and SIGKILL when the grace is over; resolves when the container has ended. */
  stop(container: string, graceMs: number): Promise<void>;
  /** Forgets a container that has ended, with its log. */
  removeContainer(container: string): Promise<void>;
  /** Ends whatever runs in the pod and removes all it had. */
  removeSandbox(sandbox: string): Promise<void>;
  /** Calls `listener` once for each container that ends; returns the way to stop. */
  onExit(listener: (exit: ContainerExit) => void): () => void;
  /** Calls `listener` when the runtime began anew, without anything that ran before; returns the way to stop. */
  onLost(listener: () => void): () => void;
  /**
   * Says what a network offers besides its pods, in the place of what was said before; a runtime that began anew has to be told
   * again. Without effect where the machine cannot connect pods.
   */
  setServices(network: string, services: NetworkServices): Promise<void>;
  /** Every sandbox and container there is, running or ended: how a cluster that was started anew finds its own again. */
  list(): Promise<SandboxState[]>;
}

export interface DialOptions {
  /** Whether the cluster itself asks, whose connections are not counted among those of clients. */
  isProbe?: boolean;
}

export type ImageVerdict =
  /** `message` says in the words of an event who plays it; without `user` nobody knows whom it would run as. */
  | { kind: "runs"; message: string; id: string; user?: number }
  /** The catalogue has the name and not the tag; `message` is the text of `ErrImagePull`. */
  | { kind: "missing"; message: string }
  /** Nobody here can run it. */
  | { kind: "unknown" };

export interface SandboxSpec {
  /** The uid of the pod. */
  id: string;
  namespace: string;
  name: string;
  hostname: string;
  address: string;
  /** The pods that reach each other; those of different networks do not. */
  network: string;
  /** The text of `/etc/resolv.conf`. */
  resolver: string;
  /** The text of `/etc/hosts`. */
  hosts: string;
  volumes: VolumeSpec[];
}

/** Names and addresses of services in one network. */
export interface NetworkServices {
  names: ServiceName[];
  listeners: ServiceListener[];
  ingress: NetworkIngress;
}

/** What answers HTTP in a network by the rules of its Ingress objects. */
export interface NetworkIngress {
  address: string;
  port: number;
  /** Nobody listens where there are none. Of two that say the same the first counts. */
  routes: IngressRoute[];
  /** By which the same is answered over TLS; not at all where absent. */
  tls?: IngressTls;
}

/** Where an Ingress answers over TLS, and who it says that it is. */
export interface IngressTls {
  port: number;
  /** Of two for one host the first counts. */
  certificates: (Certificate & { hosts: string[] })[];
  /** For hosts that none of them is for. */
  fallback: Certificate;
}

/** A certificate with those behind it, and its key, both in PEM. */
export interface Certificate {
  certificate: string;
  key: string;
}

/** One path of one rule. */
export interface IngressRoute {
  /** The Ingress it is of, as `NAMESPACE/NAME`. */
  ingress: string;
  /** In lower case; `*.` in front stands for one label, and nothing for every host. */
  host: string;
  /** `Default` is for what no other route is for. */
  match: "Exact" | "Prefix" | "Default";
  /** Starts with `/`. */
  path: string;
  /** What the pod is asked for in the place of the path that came. */
  rewrite?: string;
  /** Whether who asks without TLS is sent to the same address with it. */
  isForTls?: boolean;
  backend: IngressBackend;
}

/** The ready pods to ask, or why there are none, in a sentence. */
export type IngressBackend = { endpoints: { address: string; port: number }[] } | { missing: string };

/** A full name in lower case, without the last dot, and the addresses or the one other name it leads to. */
export type ServiceName = { name: string } & ({ addresses: string[] } | { alias: string });

/** A port at the address of a service or of the node, with the ready pods behind it. */
export interface ServiceListener {
  address: string;
  port: number;
  /** Whether a client always gets the same of them. */
  isSticky: boolean;
  endpoints: { address: string; port: number }[];
}

export interface VolumeSpec {
  name: string;
  /** Absent for an `emptyDir`. */
  files?: VolumeFile[];
}

export interface VolumeFile {
  path: string;
  content: Buffer;
  mode: number;
}

export interface ContainerSpec {
  /** `UID/NAME/ATTEMPT`. */
  id: string;
  sandbox: string;
  name: string;
  attempt: number;
  image: string;
  /** What `image` of the runtime was asked with. */
  ownImages?: string;
  /** As in the pod, with variables filled in; absent for what the image has. */
  command?: string[];
  args?: string[];
  env: [string, string][];
  workingDir?: string;
  user?: number;
  group?: number;
  /** Bytes of `resources.limits.memory`, and processors of `resources.limits.cpu`, where the pod names them. */
  limits?: { memoryBytes?: number; cpus?: number };
  readOnlyRoot: boolean;
  /** Where the container writes why it ends, and whether the end of its log stands for that where it failed without a word; absent where nobody is told. */
  lastWords?: { path: string; fallsBackToLog: boolean };
  tty: boolean;
  stdin: boolean;
  stdinOnce: boolean;
  mounts: { volume: string; path: string; subPath?: string; readOnly: boolean }[];
}

export interface ExecSpec {
  command: string[];
  stdin: boolean;
  tty: boolean;
}

export interface AttachSpec {
  stdin: boolean;
  tty: boolean;
}

export interface RunningProcess {
  stdin?: Writable;
  stdout: Readable;
  /** Absent with a terminal. */
  stderr?: Readable;
  resize(size: { columns: number; rows: number }): void;
  /** 128 and the signal for one that a signal ended. */
  exitCode: Promise<number>;
  /** Ends the process, or leaves what it was attached to. */
  close(): void;
}

export interface LogOptions {
  follow: boolean;
  tailLines?: number;
  sinceMs?: number;
  signal?: AbortSignal;
}

export interface LogLine {
  timeMs: number;
  stream: "stdout" | "stderr";
  /** Without a line break; `isPartial` where the process wrote none yet. */
  bytes: Buffer;
  isPartial: boolean;
}

export interface ContainerExit {
  container: string;
  exitCode: number;
  /** `Completed`, `Error`, `OOMKilled` or another word of a kubelet. */
  reason: string;
  /** What it left as its last words, at most 4 KiB. */
  message?: string;
  startedMs: number;
  finishedMs: number;
}

export interface SandboxState {
  id: string;
  containers: ContainerState[];
}

export interface ContainerState {
  id: string;
  name: string;
  attempt: number;
  startedMs: number;
  /** Absent while it runs. */
  exit?: ContainerExit;
}
