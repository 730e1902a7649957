import type { ApiObject, ObjectMeta } from "../api/object.js";

/** The fields of built-in kinds that controllers read or write; others pass through untouched. */

export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  lastProbeTime?: string | null;
  observedGeneration?: number | undefined;
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface Container {
  name: string;
  image?: string;
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  [field: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  ephemeralContainers?: Container[];
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  restartPolicy?: "Always" | "OnFailure" | "Never";
  schedulerName?: string;
  hostNetwork?: boolean;
  hostname?: string;
  subdomain?: string;
  [field: string]: unknown;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: {
    exitCode: number;
    reason?: string;
    message?: string;
    startedAt?: string;
    finishedAt?: string;
    containerID?: string;
  };
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  /** Only of containers that really ran. */
  containerID?: string;
  ready: boolean;
  started?: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

export interface PodStatus {
  phase?: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  conditions?: Condition[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
  ephemeralContainerStatuses?: ContainerStatus[];
  hostIP?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
  startTime?: string;
  [field: string]: unknown;
}

export interface Pod extends ApiObject {
  spec: PodSpec;
  status?: PodStatus;
}

export interface PodTemplate {
  metadata?: ObjectMeta;
  spec: PodSpec;
}

export interface ReplicaSetStatus {
  replicas: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  terminatingReplicas?: number;
  observedGeneration?: number;
  conditions?: Condition[];
}

export interface ReplicaSet extends ApiObject {
  spec: { replicas?: number; minReadySeconds?: number; selector: LabelSelector; template: PodTemplate };
  status?: ReplicaSetStatus;
}

export interface DeploymentStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  terminatingReplicas?: number;
  collisionCount?: number;
  conditions?: Condition[];
}

export interface Deployment extends ApiObject {
  spec: {
    replicas?: number;
    selector: LabelSelector;
    template: PodTemplate;
    strategy?: {
      type?: "RollingUpdate" | "Recreate";
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
    };
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    paused?: boolean;
    progressDeadlineSeconds?: number;
  };
  status?: DeploymentStatus;
}

export interface JobStatus {
  active?: number;
  succeeded?: number;
  failed?: number;
  ready?: number;
  terminating?: number;
  startTime?: string;
  completionTime?: string;
  completedIndexes?: string;
  failedIndexes?: string;
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] };
  conditions?: Condition[];
}

export interface PodFailureRule {
  action: "FailJob" | "Ignore" | "Count" | "FailIndex";
  onExitCodes?: { containerName?: string; operator: "In" | "NotIn"; values: number[] };
  onPodConditions?: { type: string; status?: string }[];
}

export interface SuccessRule {
  succeededIndexes?: string;
  succeededCount?: number;
}

export interface Job extends ApiObject {
  spec: {
    parallelism?: number;
    completions?: number;
    completionMode?: "NonIndexed" | "Indexed";
    backoffLimit?: number;
    backoffLimitPerIndex?: number;
    maxFailedIndexes?: number;
    successPolicy?: { rules?: SuccessRule[] };
    managedBy?: string;
    activeDeadlineSeconds?: number;
    ttlSecondsAfterFinished?: number;
    suspend?: boolean;
    podReplacementPolicy?: "TerminatingOrFailed" | "Failed";
    podFailurePolicy?: { rules?: PodFailureRule[] };
    selector?: LabelSelector;
    template: PodTemplate;
  };
  status?: JobStatus;
}

export interface CronJobStatus {
  active?: Record<string, string>[];
  lastScheduleTime?: string;
  lastSuccessfulTime?: string;
}

export interface CronJob extends ApiObject {
  spec: {
    schedule: string;
    timeZone?: string;
    startingDeadlineSeconds?: number;
    concurrencyPolicy?: "Allow" | "Forbid" | "Replace";
    suspend?: boolean;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate: { metadata?: ObjectMeta; spec: Record<string, unknown> };
  };
  status?: CronJobStatus;
}

export interface PodDisruptionBudget extends ApiObject {
  spec: { selector?: LabelSelector; minAvailable?: number | string; maxUnavailable?: number | string };
  status?: { conditions?: Condition[]; [field: string]: unknown };
}

export interface HorizontalPodAutoscaler extends ApiObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
  };
  status?: { currentReplicas?: number; desiredReplicas?: number; conditions?: Condition[] };
}

export interface StatefulSet extends ApiObject {
  spec: {
    replicas?: number;
    serviceName?: string;
    minReadySeconds?: number;
    podManagementPolicy?: "OrderedReady" | "Parallel";
    ordinals?: { start?: number };
    persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
    selector: LabelSelector;
    template: PodTemplate;
    volumeClaimTemplates?: ApiObject[];
  };
  status?: Record<string, unknown>;
}

export interface DaemonSet extends ApiObject {
  spec: {
    minReadySeconds?: number;
    updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: number | string } };
    selector: LabelSelector;
    template: PodTemplate;
  };
  status?: Record<string, unknown>;
}

/** What an Ingress leads to. */
export interface IngressBackendSpec {
  service?: { name: string; port?: { name?: string; number?: number } };
  resource?: { kind?: string; name?: string };
}

export interface IngressRule {
  host?: string;
  http?: { paths?: { path?: string; pathType: string; backend: IngressBackendSpec }[] };
}

export interface Ingress extends ApiObject {
  spec: {
    ingressClassName?: string;
    defaultBackend?: IngressBackendSpec;
    rules?: IngressRule[];
    tls?: { hosts?: string[]; secretName?: string }[];
  };
  status?: { loadBalancer?: { ingress?: { ip?: string }[] } };
}

export interface Service extends ApiObject {
  spec: {
    type?: string;
    selector?: Record<string, string>;
    ports?: {
      name?: string;
      port: number;
      targetPort?: number | string;
      protocol?: string;
      appProtocol?: string;
      nodePort?: number;
    }[];
    clusterIP?: string;
    externalName?: string;
    sessionAffinity?: string;
    publishNotReadyAddresses?: boolean;
  };
}

export interface Namespace extends ApiObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: "Active" | "Terminating"; conditions?: Condition[] };
}

export interface StorageClass extends ApiObject {
  provisioner: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
}

export interface PersistentVolumeClaim extends ApiObject {
  spec: {
    accessModes?: string[];
    resources?: { requests?: Record<string, string> };
    selector?: LabelSelector;
    storageClassName?: string;
    volumeMode?: string;
    volumeName?: string;
  };
  status?: { phase?: "Pending" | "Bound" | "Lost"; [field: string]: unknown };
}

export interface PersistentVolume extends ApiObject {
  spec: {
    accessModes?: string[];
    capacity?: Record<string, string>;
    claimRef?: {
      apiVersion?: string;
      kind?: string;
      namespace: string;
      name: string;
      uid?: string;
      resourceVersion?: string;
    };
    csi?: { driver: string; volumeHandle: string };
    persistentVolumeReclaimPolicy?: string;
    storageClassName?: string;
    volumeMode?: string;
  };
  status?: { phase?: string; [field: string]: unknown };
}
