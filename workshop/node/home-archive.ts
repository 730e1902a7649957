import type { SessionHost } from "../../terminal/common/session-host.js";
import { MAX_ARCHIVE_BYTES } from "../common/archive-limit.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";

export interface ArchivedSession {
  session: string;
  /** Markdown; what was run, and how it ended. */
  transcript: string;
  /** Markdown; what its learner has noted. Empty where that is nothing, and then no file of it is in the archive. */
  notes: string;
}

/** What packs 16 MiB takes seconds; a home full of large files is found out sooner. */
const PACKING_MS = 60_000;
/** Of what the program has said, which names files of the learner's, as many and as long as there are. */
const MAX_SAID_BYTES = 500;

/**
 * As the learner, in the confinement: nothing outside of it follows a link of theirs. Credentials and caches are no work. A file that
 * cannot be read, or changes meanwhile, keeps nobody from the others (status 1 of GNU tar).
 */
const PACK = `folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
cat > "$folder/said" && head -c "$2" "$folder/said" > "$folder/transcript.md" && tail -c "+$(($2 + 1))" "$folder/said" > "$folder/notes.md" && cd || exit
notes=
if [ -s "$folder/notes.md" ]; then notes=notes.md; fi
tar --create --gzip --ignore-failed-read --exclude=./.kube --exclude=./.cache \\
  --transform "s,^\\./,$1/files/,S" --transform "s,^transcript\\.md$,$1/transcript.md,S" \\
  --transform "s,^notes\\.md$,$1/notes.md,S" \\
  --directory "$folder" transcript.md $notes --directory "$HOME" .
status=$?
[ "$status" -le 1 ]`;

/**
 * The files of a home, the notes and the transcript, as one `.tar.gz` of at most `MAX_ARCHIVE_BYTES`, packed by the session host as the learner.
 * Throws SESSION_ARCHIVE_UNAVAILABLE where it would be larger or cannot be packed, and what the host throws.
 */
export async function homeArchive(
  host: Pick<SessionHost, "exec">,
  { session, transcript, notes }: ArchivedSession,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { exitStatus, stdout, stderr, killed } = await host.exec(session, {
    argv: ["/bin/sh", "-c", PACK, "pack", session, String(Buffer.byteLength(transcript))],
    stdin: transcript + notes,
    timeoutMs: PACKING_MS,
    outputBytes: MAX_ARCHIVE_BYTES,
    ...(signal && { signal }),
  });
  if (exitStatus === 0) return stdout;
  throw new WorkshopError(WORKSHOP_ERRORS.sessionArchiveUnavailable, reasonOf(killed, stderr));
}

function reasonOf(killed: "timeout" | "output" | "signal" | undefined, stderr: Uint8Array): string {
  const most = `${String(MAX_ARCHIVE_BYTES / 2 ** 20)} MiB`;
  if (killed === "output")
    return `Packed, the files of this session are more than ${most}, which is the most one download may have. Remove large ones in a terminal (du -a ~ | sort -n | tail shows them), or download single files in the editor`;
  if (killed !== undefined)
    return `Packing the files of this session took longer than ${String(PACKING_MS / 1000)} s. Remove large ones in a terminal, or download single files in the editor`;
  const said = Buffer.from(stderr.subarray(-MAX_SAID_BYTES)).toString("utf8").trim().split("\n").at(-1);
  return `The files of this session could not be packed: ${said || "the program that does it failed"}`;
}
