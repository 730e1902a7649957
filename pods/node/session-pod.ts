import { createHash } from "node:crypto";
import type { SessionPod } from "../../terminal/common/session-host.js";
import type { SessionLimits } from "../../terminal/common/session-limits.js";
import { LIFE_SIGN } from "../../terminal/node/life-sign.js";
import { HOST_ENVIRONMENT, HOST_NODE_OPTIONS } from "./host-command.js";
import { HOST_PORT, POD_SESSION_LABEL, type PodSettings, SHELL_LABELS } from "./pod-settings.js";
import { containerResources, volumeBytes } from "./shell-resources.js";

/** Where things are in the pod. */
const HOST_FOLDER = "/opt/lectern-host";
const HOME = "/home/learner";
const VOLUME = "/var/lib/lectern-host";
/** Below the volume, which is not the account's own: only the owner may close a folder to others. */
const DATA = `${VOLUME}/data`;
const CERTIFICATE = "/etc/lectern-host";
const SEARCH_PATH = `${HOST_FOLDER}/bin:/usr/local/bin:/usr/bin:/bin`;
/** Accounts of sessions: above those of people, services and mapped ranges, and one for each, so that no two share limits or files. */
const FIRST_UID = 1_000_000_000;
const UID_COUNT = 1_000_000_000;
/** For programs to save their work; the host itself ends within a second. */
const GRACE_SECONDS = 5;
/** A host whose last sign is older hears nobody: it gives one every five seconds, however little of a processor it gets. */
const DEAF_SECONDS = 30;

/** The names of a session's objects; pods and secrets share them with nobody in this namespace. */
export function objectNames(session: string): {
  pod: string;
  certificate: string;
  home: string;
  network: string;
} {
  return {
    pod: session,
    certificate: `${session}-certificate`,
    home: `${session}-home`,
    network: session,
  };
}

/** The metadata of everything that is a session's: found by the label, gone with the owner. */
export function metadataOf(session: string, name: string, pod: SessionPod, settings: PodSettings) {
  return {
    name,
    namespace: settings.namespace,
    labels: { ...SHELL_LABELS, [POD_SESSION_LABEL]: session },
    ownerReferences: [{ ...pod.owner }],
  };
}

/** The pod of one session: its host, and nothing that could do more than an ordinary user may. */
export function podOf(session: string, pod: SessionPod, settings: PodSettings) {
  const names = objectNames(session);
  const { limits } = settings;
  const uid = uidOf(pod.owner.uid);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadataOf(session, names.pod, pod, settings),
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets: settings.pullSecrets.map((name) => ({ name })),
      // Whatever loses its parent is waited for by the pause container.
      shareProcessNamespace: true,
      restartPolicy: "Always",
      terminationGracePeriodSeconds: GRACE_SECONDS,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: uid,
        runAsGroup: uid,
        fsGroup: uid,
        seccompProfile: { type: "RuntimeDefault" },
      },
      initContainers: [bringHost(settings)],
      containers: [shellContainer(session, limits, { pod, settings })],
      volumes: [
        { name: "host", emptyDir: { sizeLimit: "384Mi" } },
        { name: "data", emptyDir: { sizeLimit: "128Mi" } },
        { name: "tmp", emptyDir: { sizeLimit: String(volumeBytes(limits.temporaryBytes)) } },
        {
          name: "home",
          ...(pod.persistentHome
            ? { persistentVolumeClaim: { claimName: names.home } }
            : { emptyDir: { sizeLimit: String(volumeBytes(limits.homeBytes)) } }),
        },
        { name: "certificate", secret: { secretName: names.certificate, defaultMode: 0o440 } },
      ],
    },
  };
}

/** Brings the host into a volume, so that an author's image needs nothing of Lectern's. */
function bringHost({ hostImage }: PodSettings) {
  return {
    name: "host",
    image: hostImage,
    command: ["node", "/opt/lectern/dist/pods/node/install-host.js", HOST_FOLDER],
    securityContext: CONFINED,
    resources: {
      requests: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "256Mi" },
      limits: { cpu: "1", memory: "256Mi", "ephemeral-storage": "512Mi" },
    },
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [{ name: "host", mountPath: HOST_FOLDER }],
  };
}

const CONFINED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};

/** With nothing but bash, and no connection: the port is open to holders of the server's certificate alone. */
const isHeard = {
  exec: {
    command: [
      "bash",
      "-c",
      `read -r sign <"$0" && (( $(printf '%(%s)T' -1) - sign < ${DEAF_SECONDS} ))`,
      `${DATA}/${LIFE_SIGN}`,
    ],
  },
  periodSeconds: 20,
  timeoutSeconds: 10,
  failureThreshold: 2,
};

function shellContainer(
  session: string,
  limits: SessionLimits,
  { pod, settings }: { pod: SessionPod; settings: PodSettings },
) {
  const tls = ["cert", "key", "ca"].flatMap((name) => [`--tls-${name}`, `${CERTIFICATE}/${name}.pem`]);
  const places = ["--session", session, "--home", HOME, "--tmp", "/tmp", "--data", DATA];
  const entry = `${HOST_FOLDER}/dist/terminal/node/main.js`;
  return {
    name: "shell",
    image: pod.image ?? settings.image,
    command: [`${HOST_FOLDER}/bin/run-node`, ...HOST_NODE_OPTIONS, entry],
    args: [
      "--listen",
      `*:${HOST_PORT}`,
      ...tls,
      ...places,
      "--search-path",
      SEARCH_PATH,
      "--limits",
      JSON.stringify(limits),
    ],
    workingDir: "/",
    env: Object.entries(HOST_ENVIRONMENT).map(([name, value]) => ({ name, value })),
    ports: [{ name: "host", containerPort: HOST_PORT }],
    securityContext: CONFINED,
    resources: containerResources(limits, pod.persistentHome),
    livenessProbe: isHeard,
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: "host", mountPath: HOST_FOLDER, readOnly: true },
      { name: "host", mountPath: "/etc/passwd", subPath: "etc/passwd", readOnly: true },
      { name: "host", mountPath: "/etc/group", subPath: "etc/group", readOnly: true },
      { name: "data", mountPath: VOLUME },
      { name: "home", mountPath: HOME },
      { name: "tmp", mountPath: "/tmp" },
      { name: "certificate", mountPath: CERTIFICATE, readOnly: true },
    ],
  };
}

/** The same for every pod of a session, so that its files stay its own. */
function uidOf(owner: string): number {
  const digest = createHash("sha256").update(owner).digest();
  return FIRST_UID + (digest.readUInt32BE(0) % UID_COUNT);
}
