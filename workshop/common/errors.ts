/** Every code that labs, checks and sessions raise; `docs/errors.md` explains each. */
export const WORKSHOP_ERRORS = {
  labNotFound: "LAB_NOT_FOUND",
  labExists: "LAB_EXISTS",
  labNotWritten: "LAB_NOT_WRITTEN",
  labNotUpdated: "LAB_NOT_UPDATED",
  labInvalid: "LAB_INVALID",
  labUnavailable: "LAB_UNAVAILABLE",
  labSourceUnusable: "LAB_SOURCE_UNUSABLE",
  labPageNotFound: "LAB_PAGE_NOT_FOUND",
  labFileNotFound: "LAB_FILE_NOT_FOUND",
  checksInvalid: "CHECK_FILE_INVALID",
  checkInvalid: "CHECK_INVALID",
  sessionNotFound: "SESSION_NOT_FOUND",
  sessionNameInvalid: "SESSION_NAME_INVALID",
  sessionNotActive: "SESSION_NOT_ACTIVE",
  sessionKubeconfigUnusable: "SESSION_KUBECONFIG_UNUSABLE",
  sessionClusterUnavailable: "SESSION_CLUSTER_UNAVAILABLE",
  sessionProvisioningFailed: "SESSION_PROVISIONING_FAILED",
  sessionPageChanged: "SESSION_PAGE_CHANGED",
  sessionStepNotRunnable: "SESSION_STEP_NOT_RUNNABLE",
  sessionHelpChanged: "SESSION_HELP_CHANGED",
  sessionGuestChanged: "SESSION_GUEST_CHANGED",
  sessionNotesChanged: "SESSION_NOTES_CHANGED",
  sessionArchiveUnavailable: "SESSION_ARCHIVE_UNAVAILABLE",
  sessionRestorationBusy: "SESSION_RESTORATION_BUSY",
  sessionRestorationEnded: "SESSION_RESTORATION_ENDED",
  sessionRestorationFailed: "SESSION_RESTORATION_FAILED",
  sessionAnnouncementChanged: "SESSION_ANNOUNCEMENT_CHANGED",
} as const;

export type WorkshopErrorCode = (typeof WORKSHOP_ERRORS)[keyof typeof WORKSHOP_ERRORS];

/** What this room throws: the message says subject, what was expected, what came and what to do. */
export class WorkshopError extends Error {
  override readonly name = "WorkshopError";
  readonly code: WorkshopErrorCode;

  constructor(code: WorkshopErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
