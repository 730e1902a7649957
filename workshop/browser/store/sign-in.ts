import { api } from "../api/api-client.js";
import { mountPath } from "../api/base.js";
import { ApiError, BROWSER_ERROR } from "../errors.js";

/** Where somebody was who went to sign in; of this tab alone. */
const PLACE = "lectern-sign-in-place";

let finishing: Promise<string> | undefined;

/** Goes to the provider; whoever comes back is where they were. Throws `ApiError`. */
export async function beginSignIn(): Promise<void> {
  const { url } = await api.beginSignIn();
  if (!location.pathname.endsWith("/sign-in")) keepPlace(location.pathname + location.search);
  location.assign(url);
}

/** Takes what the provider gave the browser out of the address, and signs in by it, once; resolves to where to go on. Throws `ApiError`. */
export function finishSignIn(): Promise<string> {
  finishing ??= finish();
  return finishing;
}

async function finish(): Promise<string> {
  const given = new URLSearchParams(location.search);
  history.replaceState(history.state, "", location.pathname);
  const [code, state, iss] = [given.get("code"), given.get("state"), given.get("iss")];
  if (code === null || state === null) throw notGiven(given);
  await api.finishSignIn({ code, state, ...(iss === null ? {} : { iss }) });
  return keptPlace() ?? mountPath();
}

function notGiven(given: URLSearchParams): ApiError {
  const why = given.get("error_description") ?? given.get("error");
  const said = why === null ? "" : ` The provider said: ${why.slice(0, 200)}.`;
  return new ApiError(BROWSER_ERROR.unreadable, `The sign-in was not finished.${said} Sign in again.`, {
    status: 0,
  });
}

function keepPlace(place: string): void {
  try {
    sessionStorage.setItem(PLACE, place);
  } catch {
    // Whoever keeps nothing for us begins at the catalogue.
  }
}

/** Only a place of this server: nobody else writes there, and all the same it is looked at. */
function keptPlace(): string | undefined {
  try {
    const place = sessionStorage.getItem(PLACE) ?? undefined;
    sessionStorage.removeItem(PLACE);
    return place?.startsWith(mountPath()) && !place.startsWith("//") ? place : undefined;
  } catch {
    return undefined;
  }
}
