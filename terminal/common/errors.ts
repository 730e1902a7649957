/** Reasons for which terminals refuse or fail; each has an entry in docs/errors.md. */
export const terminalErrorCodes = {
  notFound: "TERMINAL_NOT_FOUND",
  unconfined: "TERMINAL_UNCONFINED",
  sessionUnknown: "TERMINAL_SESSION_UNKNOWN",
  accountMissing: "TERMINAL_ACCOUNT_MISSING",
  filesFailed: "TERMINAL_FILES_FAILED",
  fileUnusable: "TERMINAL_FILE_UNUSABLE",
  fileChanged: "TERMINAL_FILE_CHANGED",
  portRefused: "TERMINAL_PORT_REFUSED",
  recordingUnknown: "TERMINAL_RECORDING_UNKNOWN",
  folderUnreachable: "TERMINAL_FOLDER_UNREACHABLE",
  spawnFailed: "TERMINAL_SPAWN_FAILED",
  hostRunning: "TERMINAL_HOST_RUNNING",
  hostLost: "TERMINAL_HOST_LOST",
  socketUnusable: "TERMINAL_SOCKET_UNUSABLE",
  frameInvalid: "TERMINAL_FRAME_INVALID",
  queueFull: "TERMINAL_QUEUE_FULL",
  tooMany: "TERMINAL_TOO_MANY",
  podGone: "TERMINAL_POD_GONE",
  podNotReady: "TERMINAL_POD_NOT_READY",
  usage: "TERMINAL_USAGE",
} as const;

export type TerminalErrorCode = (typeof terminalErrorCodes)[keyof typeof terminalErrorCodes];

/** A refusal or failure of the terminal host, its client or the gateway. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
  readonly code: TerminalErrorCode;

  constructor(code: TerminalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Whether a text is one of the codes above; codes cross the unix socket as text. */
export function isTerminalErrorCode(text: string): text is TerminalErrorCode {
  return (Object.values(terminalErrorCodes) as string[]).includes(text);
}
