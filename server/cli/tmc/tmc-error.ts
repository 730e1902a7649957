/** A failure as `tmc` prints it: its text begins with the reason, such as `AlreadyExists:`. */
export class TmcError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TmcError";
  }
}
