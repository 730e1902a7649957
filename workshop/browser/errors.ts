/** Codes raised by the browser itself; the rest come from the server's `ApiProblem`. */
export const BROWSER_ERROR = {
  unreachable: "SERVER_UNREACHABLE",
  unreadable: "SERVER_ANSWER_UNREADABLE",
} as const;

/** A call that was refused or never arrived; `status` is 0 where no answer came. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, options: { status: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = "ApiError";
    this.code = code;
    this.status = options.status;
  }
}
