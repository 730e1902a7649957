import { z } from "zod";

import { ANYTHING, compileGlob, type GlobToken, matchesToken } from "./glob.js";
import { resourceName } from "./manifest.js";
import { DOCKER_HUB, type ImageReference } from "./reference.js";

/** Longest an exception may hold; what is needed for longer is a rule of the policy. */
export const MAX_EXCEPTION_DAYS = 366;

const MAX_TEXT_CHARACTERS = 500;
const MAX_PATTERN_CHARACTERS = 512;

/** Kinds whose pods say by their owner who made them. */
export const EXCEPTED_KINDS = [
  "Pod",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
] as const;

const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const OBJECT_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const IMAGE_PATTERN = /^[A-Za-z0-9.*:/_[\]-]+(?:@sha(?:256|384|512):[a-f0-9]+)?$/;
const LINE = /^[^\n\r]*$/;

const sentence = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(MAX_TEXT_CHARACTERS)
  .regex(LINE, "must be one line");

/** A moment to the second and in UTC, so that texts compare as moments do. */
const moment = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), "must be a time such as 2030-01-31T12:00:00Z")
  .transform(toSecond);

/** What is excepted from a policy, for whom, why and until when. */
export const exceptionSpec = z
  .object({
    /** Of the same organization or workspace. */
    policy: resourceName,
    namespace: z.string().regex(NAMESPACE, "must be the name of a namespace").nullish().transform(orAbsent),
    workload: z
      .object({
        kind: z.enum(EXCEPTED_KINDS),
        name: z.string().regex(OBJECT_NAME, "must be the name of a workload"),
      })
      .nullish()
      .transform(orAbsent),
    /** `[host[:port]/]name[:tag][@digest]` with `*`, read as images are: `busybox` is `docker.io/library/busybox` of any tag. */
    image: z
      .string()
      .max(MAX_PATTERN_CHARACTERS)
      .regex(IMAGE_PATTERN, "must be an image such as busybox, harbor.example.com/team/* or */app:v1.*")
      .nullish()
      .transform(orAbsent),
    owner: sentence,
    reason: sentence,
    expires: moment,
  })
  .superRefine(({ namespace, workload, image }, context) => {
    if (workload && !namespace)
      context.addIssue({
        code: "custom",
        path: ["namespace"],
        message: "must be given with a workload, whose name means nothing without it",
      });
    if (!namespace && !image)
      context.addIssue({
        code: "custom",
        path: ["namespace"],
        message: "or image must be given: an exception of everything is a change of the policy",
      });
  })
  .transform(({ namespace, workload, image, ...rest }) => ({
    ...rest,
    ...(namespace !== undefined && { namespace }),
    ...(workload !== undefined && { workload }),
    ...(image !== undefined && { image }),
  }));

/** What is asked for under `exception`. */
export const exceptionManifest = z.object({
  fullName: z.object({ name: resourceName }),
  spec: exceptionSpec,
});

export type ExceptionSpec = z.output<typeof exceptionSpec>;
export type ExceptionSpecInput = z.input<typeof exceptionSpec>;

/** An exception that was granted. */
export interface PolicyException extends ExceptionSpec {
  name: string;
}

export interface WorkloadReference {
  kind: string;
  name: string;
}

/** The pod an image is judged in, as far as exceptions look at it. */
export interface JudgedPod {
  /** What makes it, or the pod itself; several where its owner alone does not tell. */
  workloads?: readonly WorkloadReference[];
  /** ISO 8601 to the second; where it is absent, every exception that is given is taken to hold. */
  now?: string;
}

/** The tokens of an exception, as the engine compares them. */
export interface CompiledException {
  /** `Kind/name`, or `*`. */
  workload: string;
  host: GlobToken;
  port: GlobToken;
  path: GlobToken;
  tag: GlobToken;
  /** With its `@`. */
  digest: GlobToken;
}

/** Whether a policy that refuses the image lets it pass all the same. Nothing excepts what is no image reference. */
export function findException(
  exceptions: readonly PolicyException[],
  reference: ImageReference,
  { workloads = [], now }: JudgedPod,
): PolicyException | undefined {
  const made = workloads.map(({ kind, name }) => `${kind}/${name}`);
  return exceptions.find((exception) => {
    const compiled = compileException(exception);
    return (
      (now === undefined || now < exception.expires) &&
      (compiled.workload === ANYTHING || made.includes(compiled.workload)) &&
      matchesToken(compiled.host, reference.host.toLowerCase()) &&
      matchesToken(compiled.port, reference.port) &&
      matchesToken(compiled.path, reference.path) &&
      matchesToken(compiled.tag, reference.effectiveTag) &&
      matchesToken(compiled.digest, reference.digest && `@${reference.digest}`)
    );
  });
}

/** Reads the pattern as images are read: Docker Hub and `library/` filled in, what is left out of tag and digest fits any. */
export function compileException({
  workload,
  image,
}: Pick<ExceptionSpec, "workload" | "image">): CompiledException {
  const made = workload === undefined ? ANYTHING : `${workload.kind}/${workload.name}`;
  return { workload: made, ...compileImage(image ?? ANYTHING) };
}

/** What makes a pod, as its name, labels and owner tell; the engine reads them alike (`OWN` in `engine-expressions.ts`). */
export function workloadsOfPod({
  name = "",
  labels = {},
  ownerReferences = [],
}: {
  name?: string;
  labels?: Record<string, string>;
  ownerReferences?: (WorkloadReference & { controller?: boolean })[];
}): WorkloadReference[] {
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (!owner) return [{ kind: "Pod", name }];
  const ending = `-${labels["pod-template-hash"] ?? ""}`;
  if (owner.kind === "ReplicaSet" && ending !== "-" && owner.name.endsWith(ending))
    return [{ kind: "Deployment", name: owner.name.slice(0, -ending.length) }];
  const { kind } = owner;
  const job = kind === "Job" ? /^(.+)-[0-9]+$/.exec(owner.name)?.[1] : undefined;
  return [{ kind, name: owner.name }, ...(job === undefined ? [] : [{ kind: "CronJob", name: job }])];
}

/** The line of the parameters that an exception becomes. */
export function exceptionLine(exception: PolicyException): string {
  const { workload, host, port, path, tag, digest } = compileException(exception);
  return ["?", exception.expires, workload, host, port, path, tag, digest].join("|");
}

/** The tests the engine may have to make for it. */
export function exceptionTests(exception: PolicyException): GlobToken[] {
  const { host, port, path, tag, digest } = compileException(exception);
  return [ANYTHING, ANYTHING, ...[host, port, path, tag, digest].filter((token) => token !== ANYTHING)];
}

/** What an exception covers, to follow "Excepts ...": `busybox in deployment/web of namespace lab`. */
export function describeException({ namespace, workload, image }: ExceptionSpec): string {
  const images = image === undefined || image === ANYTHING ? "all images" : image;
  const place = namespace === undefined ? "all namespaces" : `namespace ${namespace}`;
  return workload === undefined
    ? `${images} in ${place}`
    : `${images} of ${workload.kind.toLowerCase()}/${workload.name} in ${place}`;
}

/** Reads `kind/name`, kinds in any case, as kubectl takes them; `undefined` where it is none. */
export function parseWorkload(text: string): ExceptionSpec["workload"] {
  const [kind = "", name = ""] = text.split("/");
  const known = EXCEPTED_KINDS.find((each) => each.toLowerCase() === kind.toLowerCase());
  return known === undefined || name === "" ? undefined : { kind: known, name };
}

/** The text of a moment to the second, in UTC. */
export function toSecond(time: string | Date): string {
  return `${new Date(time).toISOString().slice(0, "2030-01-31T12:00:00".length)}Z`;
}

function compileImage(pattern: string): Omit<CompiledException, "workload"> {
  if (/^\*+$/.test(pattern))
    return { host: ANYTHING, port: ANYTHING, path: ANYTHING, tag: ANYTHING, digest: ANYTHING };
  const at = pattern.indexOf("@");
  const [name, digest] = at < 0 ? [pattern, ""] : [pattern.slice(0, at), pattern.slice(at)];
  const { domain, rest } = cutDomain(name);
  const colon = rest.lastIndexOf(":");
  const [path, tag] = colon < 0 ? [rest, ""] : [rest.slice(0, colon), rest.slice(colon + 1)];
  const port = /:([0-9*]+)$/.exec(domain)?.[1];
  const host = port === undefined ? domain : domain.slice(0, -port.length - 1);
  return {
    host: compileGlob(host.toLowerCase()),
    // A host without a port means the host without a port; only where the host is open the port is.
    port: port === undefined ? (host === ANYTHING ? ANYTHING : "=") : compileGlob(port),
    path: compileGlob(
      host === DOCKER_HUB && !path.includes("/") && path !== ANYTHING ? `library/${path}` : path,
    ),
    tag: compileGlob(tag),
    digest: digest === "" ? ANYTHING : `=${digest}`,
  };
}

/** A first part is a host as in an image, or where it is nothing but stars. */
function cutDomain(name: string): { domain: string; rest: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isDomain =
    first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase() || /^\*+$/.test(first);
  if (slash < 0 || !isDomain) return { domain: DOCKER_HUB, rest: name };
  const domain = /^\*+$/.test(first) ? ANYTHING : first;
  return { domain: domain === "index.docker.io" ? DOCKER_HUB : domain, rest: name.slice(slash + 1) };
}

function orAbsent<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}
