import { stringify } from "yaml";
import type { ExecResult, SessionHost } from "../../terminal/common/session-host.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { API_SERVER_ANNOTATION, type SessionResource, hasOwnCluster } from "../common/session.js";
import {
  KUBECONFIG_PATH,
  administratorCredentials,
  issueToken,
  learnerContext,
  learnerCredentials,
  revokeTokens,
  tokenSecrets,
} from "./session-access.js";
import { type Clusters, clusterAddress, clusterOf } from "./session-cluster.js";
import { SESSIONS_PATH } from "./session-crd.js";

/** Whether the learner's kubeconfig names the cluster where it is now; an embedded one may have moved to another port. */
export function isReachedAt(session: SessionResource, clusters: Clusters): boolean {
  return session.metadata.annotations?.[API_SERVER_ANNOTATION] === clusterAddress(session, clusters);
}

/** Writes down where the session's cluster is reached. */
export async function noteAddress(session: SessionResource, clusters: Clusters): Promise<void> {
  if (isReachedAt(session, clusters)) return;
  const annotations = { [API_SERVER_ANNOTATION]: clusterAddress(session, clusters) };
  await clusters.client.merge(`${SESSIONS_PATH}/${session.metadata.name}`, { metadata: { annotations } });
}

/** What renewing takes. */
export interface RenewalParts extends Clusters {
  host: Pick<SessionHost, "exec">;
}

/** kubectl starts in a second on a busy machine. */
const RENEWAL_MS = 30_000;

/** Why the kubeconfig could not be renewed, as the script below says it with its status. */
const REASONS = new Map([
  [91, "it is a folder"],
  [92, "it is not a file"],
  [93, "it is larger than a megabyte"],
]);

/**
 * Lets kubectl join three kubeconfigs, the first to name a thing wins: what is renewed, what the learner made of the file, and what
 * the learner may have thrown away. All of it as the learner: the token comes by standard input, because arguments can be seen.
 */
const MERGE = `umask 077
config=$1
[ ! -d "$config" ] || exit 91
[ ! -e "$config" ] || [ -f "$config" ] || exit 92
mkdir -p "$(dirname "$config")" && new=$(mktemp "$config.new-XXXXXXXX") || exit
trap 'rm -f "$new" "$new".*' EXIT
cat > "$new.renewed" && printf %s "$2" > "$new.default" || exit
if [ -e "$config" ]; then
  head -c 1048577 "$config" > "$new.own" && [ "$(wc -c < "$new.own")" -le 1048576 ] || exit 93
fi
KUBECONFIG="$new.renewed:$new.own:$new.default" kubectl config view --raw > "$new" || exit
mv -fT "$new" "$config"`;

/**
 * Puts a new token, and the address of the cluster, into the learner's kubeconfig; everything else in it stays. The old token ends.
 * Throws SESSION_KUBECONFIG_UNUSABLE where that file cannot be read or written, and what the host throws, with the old token still
 * good. Never twice at once for a session: each would end the token of the other.
 */
export async function renewAccess(parts: RenewalParts, session: SessionResource): Promise<void> {
  const { client } = parts;
  if (hasOwnCluster(session)) {
    const cluster = await clusterOf(session, parts);
    await writeCredentials(parts, session, await administratorCredentials(cluster));
    return noteAddress(session, parts);
  }
  const old = await tokenSecrets(client, session);
  const { token, secret } = await issueToken(client, session);
  try {
    await writeCredentials(parts, session, await learnerCredentials(client, token));
  } catch (error) {
    await revokeTokens(client, session, [secret]);
    throw error;
  }
  await revokeTokens(client, session, old);
  await noteAddress(session, parts);
}

async function writeCredentials(
  { host }: Pick<RenewalParts, "host">,
  session: SessionResource,
  credentials: object,
): Promise<void> {
  const result = await host.exec(session.metadata.name, {
    argv: ["/bin/sh", "-c", MERGE, "renew", KUBECONFIG_PATH, stringify(learnerContext(session))],
    stdin: stringify(credentials),
    timeoutMs: RENEWAL_MS,
  });
  if (result.exitStatus !== 0) throw unusable(session, result);
}

function unusable({ metadata }: SessionResource, { exitStatus, stderr, killed }: ExecResult): WorkshopError {
  const said = Buffer.from(stderr).toString("utf8").trim().split("\n").at(-1) ?? "";
  const why =
    killed === "timeout"
      ? "reading it took too long"
      : (REASONS.get(exitStatus ?? 0) ?? (said || "kubectl failed"));
  return new WorkshopError(
    WORKSHOP_ERRORS.sessionKubeconfigUnusable,
    `The kubeconfig of session ${metadata.name}, ~/${KUBECONFIG_PATH}, cannot be given a new token: ${why}. Move it away in a terminal (mv ~/${KUBECONFIG_PATH} ~/old-config) and try again`,
  );
}
