/** Reasons for which the embedded cluster cannot start or go on; each has an entry in docs/errors.md. */
export const clusterErrorCodes = {
  dataDirInUse: "CLUSTER_DATA_DIR_IN_USE",
  dataDirUnusable: "CLUSTER_DATA_DIR_UNUSABLE",
  dataNewer: "CLUSTER_DATA_NEWER",
  objectSetAside: "CLUSTER_OBJECT_SET_ASIDE",
  portInUse: "CLUSTER_PORT_IN_USE",
  notStored: "CLUSTER_NOT_STORED",
  diskFull: "CLUSTER_DISK_FULL",
} as const;

export type ClusterErrorCode = (typeof clusterErrorCodes)[keyof typeof clusterErrorCodes];

/** A failure of the cluster process itself; refusals of the API are `StatusError`. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
