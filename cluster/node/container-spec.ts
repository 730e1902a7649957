import { asText, type JsonObject, recordAt, recordsAt, valueAt } from "../api/field-access.js";
import type { ApiService } from "../api/service.js";
import type { ContainerSpec } from "../containers/container-runtime.js";
import { ContainerConfigError } from "./container-config-error.js";
import type { Container, Pod } from "../controllers/object-kinds.js";
import { nanoUnits } from "../schema/quantity.js";
import { environmentOf, namesIn, VariableFiller } from "./environment.js";
import { ownImagesOf } from "./own-images.js";

/** What the runtime calls an attempt at a container of a pod. */
export function runtimeIdOf(pod: Pod, name: string, attempt: number): string {
  return `${pod.metadata.uid ?? ""}/${name}/${attempt}`;
}

/** The container as the runtime starts it, with everything filled in that the pod only names. Throws `ContainerConfigError` where that leads to no path in a volume. */
export function containerSpec(
  api: ApiService,
  pod: Pod,
  container: Container,
  { attempt, address }: { attempt: number; address: string },
): ContainerSpec {
  const filler = new VariableFiller();
  const variables = environmentOf(api, pod, { container, address }, filler);
  const expanded = (field: string): string[] =>
    (Array.isArray(container[field]) ? container[field] : []).map((text) =>
      filler.fill(asText(text), variables),
    );
  const setting = (field: string): unknown =>
    valueAt(container, `securityContext.${field}`) ?? valueAt(pod.spec, `securityContext.${field}`);
  const [user, group] = [setting("runAsUser"), setting("runAsGroup")];
  const [command, args] = [expanded("command"), expanded("args")];
  const workingDir = asText(container["workingDir"]);
  const ownImages = ownImagesOf(api, pod);
  const lastWords = asText(container["terminationMessagePath"]);
  const fallsBackToLog = container["terminationMessagePolicy"] === "FallbackToLogsOnError";
  return {
    id: runtimeIdOf(pod, container.name, attempt),
    sandbox: pod.metadata.uid ?? "",
    name: container.name,
    attempt,
    image: container.image ?? "",
    ...(ownImages !== undefined && { ownImages }),
    ...(command.length > 0 && { command }),
    ...(args.length > 0 && { args }),
    env: [...variables],
    ...(workingDir !== "" && { workingDir }),
    ...(typeof user === "number" && { user }),
    ...(typeof group === "number" && { group }),
    limits: limitsOf(container),
    readOnlyRoot: recordAt(container, "securityContext")?.["readOnlyRootFilesystem"] === true,
    ...(lastWords !== "" && { lastWords: { path: lastWords, fallsBackToLog } }),
    tty: container["tty"] === true,
    stdin: container["stdin"] === true,
    stdinOnce: container["stdinOnce"] === true,
    mounts: recordsAt(container, "volumeMounts").map((mount) => ({
      volume: asText(mount["name"]),
      path: asText(mount["mountPath"]),
      ...subPathOf(mount, filler, variables),
      readOnly: mount["readOnly"] === true,
    })),
  };
}

/** The part of a volume that a mount names, as a kubelet finds it. */
function subPathOf(
  mount: JsonObject,
  filler: VariableFiller,
  variables: ReadonlyMap<string, string>,
): { subPath?: string } {
  const expression = asText(mount["subPathExpr"]);
  const subPath = expression === "" ? asText(mount["subPath"]) : expandPath(expression, filler, variables);
  if (subPath === "") return {};
  if (subPath.startsWith("/"))
    throw new ContainerConfigError(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split("/").includes(".."))
    throw new ContainerConfigError(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  return { subPath };
}

function expandPath(
  expression: string,
  filler: VariableFiller,
  variables: ReadonlyMap<string, string>,
): string {
  const missing = [...new Set(namesIn(expression).filter((name) => !variables.get(name)))].toSorted();
  if (missing.length > 0) throw new ContainerConfigError(`missing value for ${missing.join(", ")}`);
  return filler.fill(expression, variables);
}

/** What the container may use at most; what it names no limit for is left to the runtime. */
function limitsOf(container: Container): NonNullable<ContainerSpec["limits"]> {
  const limit = (resource: string): number | undefined => {
    const text = asText(valueAt(container, `resources.limits.${resource}`));
    return text === "" ? undefined : Number(nanoUnits(text)) / 1e9;
  };
  const [memoryBytes, cpus] = [limit("memory"), limit("cpu")];
  return { ...(memoryBytes !== undefined && { memoryBytes }), ...(cpus !== undefined && { cpus }) };
}
