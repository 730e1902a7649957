import { ServerError, serverErrorCodes } from "../errors.js";

/** The refusal of a store that a newer Lectern has written. */
export function schemaNewer(store: string, found: string, known: string): ServerError {
  return new ServerError(
    serverErrorCodes.schemaNewer,
    `${store} has ${found}, and this Lectern knows ${known} and older ones: a newer Lectern has written it. Start that one, or go back to a backup from before it.`,
  );
}
