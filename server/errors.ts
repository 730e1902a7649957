/** Reasons for which a command line or the server refuses to go on; each has an entry in docs/errors.md. */
export const serverErrorCodes = {
  usage: "SERVER_USAGE",
  portInUse: "SERVER_PORT_IN_USE",
  dataDirInUse: "SERVER_DATA_DIR_IN_USE",
  dataDirUnusable: "SERVER_DATA_DIR_UNUSABLE",
  dataDirOfOtherCluster: "SERVER_DATA_DIR_OF_OTHER_CLUSTER",
  kubeconfigInvalid: "SERVER_KUBECONFIG_INVALID",
  registriesInvalid: "SERVER_REGISTRIES_INVALID",
  clusterUnreachable: "SERVER_CLUSTER_UNREACHABLE",
  clusterTooOld: "SERVER_CLUSTER_TOO_OLD",
  clusterForbidden: "SERVER_CLUSTER_FORBIDDEN",
  kubectlMissing: "SERVER_KUBECTL_MISSING",
  unconfinedShells: "SERVER_UNCONFINED_SHELLS",
  sharedNetwork: "SERVER_SHARED_NETWORK",
  containersUnavailable: "SERVER_CONTAINERS_UNAVAILABLE",
  processFailed: "SERVER_PROCESS_FAILED",
  notRunning: "SERVER_NOT_RUNNING",
  timedOut: "SERVER_TIMED_OUT",
  refused: "SERVER_REFUSED",
  badRequest: "SERVER_BAD_REQUEST",
  unauthorized: "SERVER_UNAUTHORIZED",
  instructorTokenUnusable: "SERVER_INSTRUCTOR_TOKEN_UNUSABLE",
  forbidden: "SERVER_ROLE_FORBIDDEN",
  signInUnavailable: "SERVER_SIGN_IN_UNAVAILABLE",
  signInFailed: "SERVER_SIGN_IN_FAILED",
  ltiConfig: "SERVER_LTI_CONFIG_INVALID",
  ltiRefused: "SERVER_LTI_REFUSED",
  ltiUnavailable: "SERVER_LTI_UNAVAILABLE",
  tokenExists: "SERVER_TOKEN_EXISTS",
  tooManyTokens: "SERVER_TOO_MANY_TOKENS",
  linkRevoked: "SERVER_LINK_REVOKED",
  startClosed: "SERVER_START_CLOSED",
  eventNotFound: "SERVER_EVENT_NOT_FOUND",
  eventForbidden: "SERVER_EVENT_FORBIDDEN",
  eventChanged: "SERVER_EVENT_CHANGED",
  eventExists: "SERVER_EVENT_EXISTS",
  eventClosed: "SERVER_EVENT_CLOSED",
  eventFull: "SERVER_EVENT_FULL",
  rehearsing: "SERVER_REHEARSAL_BUSY",
  eventCodeWrong: "SERVER_EVENT_CODE_WRONG",
  nameUnusable: "SERVER_NAME_UNUSABLE",
  tlsUnusable: "SERVER_TLS_UNUSABLE",
  crossSite: "SERVER_CROSS_SITE",
  notFound: "SERVER_NOT_FOUND",
  diskFull: "SERVER_DISK_FULL",
  memoryShort: "SERVER_MEMORY_SHORT",
  schemaNewer: "SERVER_SCHEMA_NEWER",
  databaseInvalid: "SERVER_DATABASE_INVALID",
  databaseUnavailable: "SERVER_DATABASE_UNAVAILABLE",
  databaseFull: "SERVER_DATABASE_FULL",
  databaseOfOtherCluster: "SERVER_DATABASE_OF_OTHER_CLUSTER",
  ingressBusy: "SERVER_INGRESS_BUSY",
  ingressUnanswered: "SERVER_INGRESS_UNANSWERED",
  removalIncomplete: "SERVER_REMOVAL_INCOMPLETE",
  tooManySessions: "SERVER_TOO_MANY_SESSIONS",
  sessionsMissing: "SERVER_SESSIONS_NOT_ALL_MADE",
  tooManyRequests: "SERVER_TOO_MANY_REQUESTS",
  tooLarge: "SERVER_TOO_LARGE",
  notReady: "SERVER_NOT_READY",
  internal: "SERVER_INTERNAL",
} as const;

export type ServerErrorCode = (typeof serverErrorCodes)[keyof typeof serverErrorCodes];

/** A refusal or failure of the server room, in words for the person who reads it. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
