/** What a container of an image is made of, before its pod changes anything of it. */
export interface Image {
  /** What `status.containerStatuses[].imageID` shows: the same for the same stand-in on every machine. */
  id: string;
  entrypoint: string[];
  command: string[];
  env: [string, string][];
  workingDir: string;
  /** Numeric account; absent for root. */
  user?: number;
  ports: number[];
  /** Laid over a root in which every applet of busybox is a link below `/bin`. */
  files: ImageFile[];
}

export interface ImageFile {
  /** Absolute path in the container; folders above it are made, with mode 0755. */
  path: string;
  content: Buffer;
  mode: number;
}

export type ImageAnswer =
  /** `message` says in the words of an event who plays it; `isOwn` where the lab has named it, and nobody knows who it is made to run as. */
  | { kind: "runs"; message: string; image: Image; isOwn?: true }
  /** The catalogue has the name and not the tag; `message` is what containerd says of a tag that no registry has. */
  | { kind: "missing"; message: string }
  /** Nobody here can run it. */
  | { kind: "unknown" };

/** The program of a container and its arguments: a pod's command replaces all of the image's, its args the image's arguments alone. */
export function programOf(
  { entrypoint, command }: Image,
  pod: { command?: string[]; args?: string[] },
): string[] {
  if (pod.command !== undefined) return [...pod.command, ...(pod.args ?? [])];
  return [...entrypoint, ...(pod.args ?? command)];
}
