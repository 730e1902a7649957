import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt, textAt } from "../api/field-access.js";
import { labelWarning } from "./label-warnings.js";
import { portWarnings } from "./port-warnings.js";

/** Annotations that mean nothing any more, and what is used instead. */
const ANNOTATIONS: [name: string, since: string, field: string][] = [
  ["scheduler.alpha.kubernetes.io/critical-pod", "v1.16+", "priorityClassName"],
  ["security.alpha.kubernetes.io/sysctls", "v1.11+", "sysctls"],
  ["security.alpha.kubernetes.io/unsafe-sysctls", "v1.11+", "sysctls"],
];
const SECCOMP =
  /^(?:container\.seccomp\.security\.alpha\.kubernetes\.io\/|seccomp\.security\.alpha\.kubernetes\.io\/pod$)/;
const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";

const VOLUMES: [field: string, named: string, why: string][] = [
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
];

/** What a real API server warns of in a pod, or in a template of pods at `path`, such as `spec.template.`. */
export function podWarnings(template: unknown, path = ""): string[] {
  const spec = recordAt(template, "spec") ?? {};
  const annotations = recordAt(template, "metadata.annotations") ?? {};
  const field = `${path}spec`;
  return [
    ...placementWarnings(spec, field),
    ...annotationWarnings(annotations, spec, `${path}metadata.annotations`),
    ...volumeWarnings(spec, field),
    ...projectionWarnings(spec),
    ...duplicates(recordsAt(spec, "hostAliases"), "ip", `${field}.hostAliases`, "duplicate ip"),
    ...pullSecretWarnings(spec, field),
    ...containerWarnings(spec, field),
    ...fractions(recordAt(spec, "overhead"), `${field}.overhead`),
    ...selectorWarnings(spec, field),
    ...appArmorWarnings(annotations, `${path}metadata.annotations`),
  ];
}

function placementWarnings(spec: JsonObject, field: string): string[] {
  const keys = Object.keys(recordAt(spec, "nodeSelector") ?? {});
  const node = recordAt(spec, "affinity.nodeAffinity");
  const [required, preferred] = ["required", "preferred"].map(
    (how) => `${how}DuringSchedulingIgnoredDuringExecution`,
  );
  const at = `${field}.affinity.nodeAffinity`;
  const terms = [
    ...recordsAt(node, `${required ?? ""}.nodeSelectorTerms`).map((term, i) => ({
      term,
      at: `${at}.${required ?? ""}.nodeSelectorTerms[${i}]`,
    })),
    ...recordsAt(node, preferred ?? "").map(({ preference }, i) => ({
      term: preference,
      at: `${at}.${preferred ?? ""}[${i}].preference`,
    })),
  ];
  return [
    ...keys.flatMap((key) => labelWarning(key).map((why) => `${field}.nodeSelector[${key}]: ${why}`)),
    ...terms.flatMap(({ term, at: place }) => nodeTermWarnings(term, place)),
    ...recordsAt(spec, "topologySpreadConstraints").flatMap((constraint, i) => [
      ...isDeprecated(constraint["topologyKey"], `${field}.topologySpreadConstraints[${i}].topologyKey`),
      ...noSelector(constraint, `${field}.topologySpreadConstraints[${i}]`),
    ]),
  ];
}

/** Labels of old names in one term of what chooses nodes. */
export function nodeTermWarnings(term: unknown, field: string): string[] {
  return recordsAt(term, "matchExpressions").flatMap((expression, i) =>
    isDeprecated(expression["key"], `${field}.matchExpressions[${i}].key`),
  );
}

function isDeprecated(key: unknown, field: string): string[] {
  const label = asText(key);
  return labelWarning(label).map((why) => `${field}: ${label} is ${why}`);
}

/** Terms of affinity to pods, which say nothing without a selector. */
function selectorWarnings(spec: JsonObject, field: string): string[] {
  return ["podAffinity", "podAntiAffinity"].flatMap((affinity) => {
    const at = `${field}.affinity.${affinity}`;
    const rules = recordAt(spec, `affinity.${affinity}`);
    return [
      ...recordsAt(rules, "requiredDuringSchedulingIgnoredDuringExecution").flatMap((term, i) =>
        noSelector(term, `${at}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`),
      ),
      ...recordsAt(rules, "preferredDuringSchedulingIgnoredDuringExecution").flatMap((term, i) =>
        noSelector(
          recordAt(term, "podAffinityTerm") ?? {},
          `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm`,
        ),
      ),
    ];
  });
}

function noSelector({ labelSelector }: JsonObject, field: string): string[] {
  if (labelSelector !== undefined) return [];
  return [`${field}.labelSelector: a null labelSelector results in matching no pod`];
}

function annotationWarnings(annotations: JsonObject, spec: JsonObject, field: string): string[] {
  const hasProfile = recordAt(spec, "securityContext.seccompProfile") !== undefined;
  const old = ANNOTATIONS.filter(([name]) => Object.hasOwn(annotations, name)).map(
    ([name, since, instead]) =>
      `${field}[${name}]: non-functional in ${since}; use the "${instead}" field instead`,
  );
  const seccomp = Object.keys(annotations)
    .filter((name) => SECCOMP.test(name) && !hasProfile)
    .map((name) => `${field}[${name}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
  return [...old, ...seccomp];
}

function appArmorWarnings(annotations: JsonObject, field: string): string[] {
  return Object.keys(annotations)
    .filter((name) => name.startsWith(APP_ARMOR))
    .map((name) => `${field}[${name}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
}

function volumeWarnings(spec: JsonObject, field: string): string[] {
  return recordsAt(spec, "volumes").flatMap((volume, i) => [
    ...sourceWarnings(volume, `${field}.volumes[${i}]`),
    ...claimWarnings(
      recordAt(volume, "ephemeral.volumeClaimTemplate.spec"),
      `${field}.volumes[${i}].ephemeral.volumeClaimTemplate.spec`,
    ),
  ]);
}

/** What a volume is that no node can mount any more. */
export function sourceWarnings(volume: JsonObject, field: string): string[] {
  return VOLUMES.filter(([source]) => isRecord(volume[source])).map(
    ([, named, why]) => `${field}.${named}: ${why}`,
  );
}

/** What is to be said of the spec of a claim. */
export function claimWarnings(spec: JsonObject | undefined, field: string): string[] {
  return fractions(recordAt(spec, "resources.requests"), `${field}.resources.requests`, ["storage"]);
}

function projectionWarnings(spec: JsonObject): string[] {
  return recordsAt(spec, "volumes").flatMap((volume) => {
    const paths = recordsAt(volume, "projected.sources").flatMap(pathsOf);
    return paths.flatMap(({ path, source }, i) => {
      const earlier = paths
        .slice(0, i)
        .find((each) => isWithin(path, each.path) || isWithin(each.path, path));
      if (earlier === undefined) return [];
      const name = JSON.stringify(volume["name"]);
      return [
        `volume ${name} (Projected): overlapping paths: "${path}" (${source}) with "${earlier.path}" (${earlier.source})`,
      ];
    });
  });
}

const SOURCES = { configMap: "ConfigMap", secret: "Secret", downwardAPI: "DownwardAPI" };

function pathsOf(source: JsonObject): { path: string; source: string }[] {
  const token = recordAt(source, "serviceAccountToken");
  if (token !== undefined) return [{ path: textAt(token, "path"), source: "ServiceAccountToken" }];
  return Object.entries(SOURCES).flatMap(([field, kind]) => {
    const name = textAt(source, `${field}.name`);
    const shown = name === "" ? kind : `${kind} ${JSON.stringify(name)}`;
    return recordsAt(source, `${field}.items`).map((item) => ({ path: textAt(item, "path"), source: shown }));
  });
}

function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}/`);
}

function pullSecretWarnings(spec: JsonObject, field: string): string[] {
  const secrets = recordsAt(spec, "imagePullSecrets");
  const unnamed = secrets.flatMap((secret, i) =>
    textAt(secret, "name") === "" ? [`${field}.imagePullSecrets[${i}].name: invalid empty name ""`] : [],
  );
  return [...duplicates(secrets, "name", `${field}.imagePullSecrets`, "duplicate name"), ...unnamed];
}

function duplicates(items: JsonObject[], name: string, field: string, what: string): string[] {
  const values = items.map((item) => textAt(item, name));
  return values.flatMap((value, i) =>
    value !== "" && values.indexOf(value) < i
      ? [`${field}[${i}].${name}: ${what} ${JSON.stringify(value)}`]
      : [],
  );
}

function containerWarnings(spec: JsonObject, field: string): string[] {
  const containers = ["initContainers", "containers"].flatMap((list) =>
    recordsAt(spec, list).map((container, i) => ({ container, at: `${field}.${list}[${i}]` })),
  );
  return [
    ...containers.flatMap(({ container, at }) => [
      ...fractions(recordAt(container, "resources.limits"), `${at}.resources.limits`),
      ...fractions(recordAt(container, "resources.requests"), `${at}.resources.requests`),
      ...environmentWarnings(container, at),
    ]),
    ...portWarnings(containers),
  ];
}

function environmentWarnings(container: JsonObject, field: string): string[] {
  const variables = recordsAt(container, "env");
  return variables.flatMap((variable, i) => {
    const name = textAt(variable, "name");
    const earlier = variables.slice(0, i).findLast((each) => each["name"] === name);
    // One that is made of the one before takes nothing away.
    if (earlier === undefined || textAt(variable, "value").includes(`$(${name})`)) return [];
    return [
      `${field}.env[${i}]: hides previous definition of "${name}", which may be dropped when using apply`,
    ];
  });
}

/** A quantity in its canonical form has a suffix below one only where it is no whole number. */
const FRACTION = /[mun]$/;

/** Bytes of which there is no whole number. */
function fractions(
  resources: JsonObject | undefined,
  field: string,
  names = ["memory", "ephemeral-storage"],
): string[] {
  return names.flatMap((name) => {
    const value = asText(resources?.[name]);
    if (!FRACTION.test(value)) return [];
    return [`${field}[${name}]: fractional byte value "${value}" is invalid, must be an integer`];
  });
}
