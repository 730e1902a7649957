import { pack, type Pack } from "tar-stream";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type {
  ExecRequest,
  ExecResult,
  FileReplacement,
  HomeEntry,
  HomeListing,
  RegularFile,
  SessionSpec,
} from "../common/session-host.js";
import { NO_ROOM, programWords } from "./system-words.js";

type Exec = (request: ExecRequest) => Promise<ExecResult>;

/** Files of a lab are some megabytes on a busy machine. */
const LAY_OUT_MS = 60_000;
const READ_BYTES = 1024 * 1024;
/** What programs say besides what they were asked for: their complaints. */
const WORDS_BYTES = 64 * 1024;
const MAX_ENTRIES = 10_000;
/** A name has 255 bytes at most, and some numbers before it. */
const LISTING_BYTES = MAX_ENTRIES * 320;
const FILE_MODE = 0o644;

/** Why a path cannot be used, as the scripts below say it with their status. */
const REASONS = new Map([
  [90, "it is not there"],
  [91, "it is a folder"],
  [92, "it is neither a file nor a folder"],
  [93, "it is not a folder"],
  [94, "it did not arrive whole"],
  [96, "its folder is not there"],
  [97, "it may not be written"],
]);

/** Looks before it opens, because a pipe would hold it up and a device has no end; `head` bounds what is read in any case. */
const READ = `[ -e "$1" ] || exit 90; [ ! -d "$1" ] || exit 91; [ -f "$1" ] || exit 92; exec head -c "$2" "$1"`;
/** Beside its place first, so that nobody sees half of it; \`mv -T\` puts nothing into a folder of that name. */
const WRITE = `umask 077
[ ! -d "$1" ] || exit 91
folder=$(dirname "$1") && mkdir -p "$folder" && new=$(mktemp "$folder/.new-XXXXXXXX") || exit
trap 'rm -f "$new"' EXIT
cat > "$new" || exit
[ "$(wc -c < "$new")" -eq "$3" ] || exit 94
chmod "$2" "$new" && mv -fT "$new" "$1"`;
/**
 * Compares what is there with what was read, right before it is replaced. A file keeps its permissions, and a link its place. Only
 * the file's own folder has to be there for a new one.
 */
const REPLACE = `file=$(readlink -m -- "$1") && folder=$(dirname "$file") || exit
[ ! -d "$file" ] || exit 91
[ ! -e "$file" ] || [ -f "$file" ] || exit 92
[ -d "$folder" ] || { [ "$4" = make ] && mkdir -p -- "$folder"; } || exit 96
now=
[ ! -e "$file" ] || now=$(sha256sum < "$file") || exit
[ "\${now%% *}" = "$2" ] || exit 95
new=$(mktemp "$folder/.new-XXXXXXXX") || exit
trap 'rm -f "$new"' EXIT
cat > "$new" || exit
[ "$(wc -c < "$new")" -eq "$3" ] || exit 94
if [ -e "$file" ]; then [ -w "$file" ] || exit 97; chmod --reference="$file" "$new"; else chmod 644 "$new"; fi || exit
mv -fT "$new" "$file"`;
const CHANGED = 95;
const LIST = `[ -e "$1" ] || exit 90; [ -d "$1" ] || exit 93
find -H "$1" -mindepth 1 -maxdepth 1 -printf '%y %s %T@ %f\\0' | head -z -n "$2"`;

/** Lays out the first files of a home by unpacking an archive as the learner. Throws TERMINAL_FILES_FAILED. */
export async function layOutFiles(
  exec: Exec,
  files: SessionSpec["files"],
  keepsFiles: boolean,
): Promise<void> {
  const stdin = archiveOf(files);
  const result = await exec({
    argv: ["tar", ...(keepsFiles ? ["--skip-old-files"] : []), "-xof", "-"],
    stdin,
    timeoutMs: LAY_OUT_MS,
  });
  if (result.exitStatus === 0) return;
  const message = `The session's files could not be laid out: ${firstCause(result)}.`;
  throw new TerminalError(terminalErrorCodes.filesFailed, message);
}

/** See `SessionHost.read`. */
export async function readHomeFile(exec: Exec, path: string, limit = READ_BYTES): Promise<Uint8Array> {
  const argv = script(READ, "read", inHome(path), String(limit + 1));
  const result = await exec({ argv, outputBytes: limit + 1 + WORDS_BYTES });
  requireSuccess(result, path, "read");
  if (result.stdout.length <= limit) return result.stdout;
  throw unusable(path, "read", `it has more than ${limit} bytes`);
}

/** See `SessionHost.write`. */
export async function writeHomeFile(
  exec: Exec,
  { path, content, mode = FILE_MODE }: RegularFile,
): Promise<void> {
  const stdin = typeof content === "string" ? Buffer.from(content) : content;
  const argv = script(WRITE, "write", inHome(path), mode.toString(8), String(stdin.length));
  requireSuccess(await exec({ argv, stdin }), path, "written");
}

/** See `SessionHost.replace`. */
export async function replaceHomeFile(
  exec: Exec,
  { path, content, version = "", makesFolders = false }: FileReplacement,
): Promise<void> {
  const stdin = typeof content === "string" ? Buffer.from(content) : content;
  const argv = script(
    REPLACE,
    "replace",
    inHome(path),
    version,
    String(stdin.length),
    makesFolders ? "make" : "",
  );
  const result = await exec({ argv, stdin });
  if (result.exitStatus !== CHANGED) return requireSuccess(result, path, "written");
  const message =
    version === ""
      ? `${JSON.stringify(path)} in the session's home is there already; nothing was written.`
      : `${JSON.stringify(path)} in the session's home is another than was read; nothing was written.`;
  throw new TerminalError(terminalErrorCodes.fileChanged, message);
}

/** See `SessionHost.list`. */
export async function listHomeFolder(exec: Exec, path: string): Promise<HomeListing> {
  const argv = script(LIST, "list", path === "" ? "." : inHome(path), String(MAX_ENTRIES + 1));
  const result = await exec({ argv, outputBytes: LISTING_BYTES + WORDS_BYTES });
  requireSuccess(result, path === "" ? "." : path, "listed");
  const lines = Buffer.from(result.stdout).toString("utf8").split("\0").slice(0, -1);
  const entries = lines.slice(0, MAX_ENTRIES).map(entryOf);
  return { entries, isTruncated: lines.length > MAX_ENTRIES };
}

/** A path that stays in the home by its names alone; links are the learner's own affair, and confined as the learner is. */
function inHome(path: string): string {
  const isInside =
    path !== "" && !path.startsWith("/") && !path.includes("\0") && !path.split("/").includes("..");
  if (isInside) return `./${path}`;
  throw unusable(path, "used", "paths are relative to the home and stay in it");
}

function script(text: string, name: string, ...args: string[]): string[] {
  return ["/bin/sh", "-c", text, name, ...args];
}

function requireSuccess(result: ExecResult, path: string, verb: string): void {
  if (result.exitStatus === 0) return;
  throw unusable(path, verb, REASONS.get(result.exitStatus ?? 0) ?? wordsOf(result));
}

function unusable(path: string, verb: string, why: string): TerminalError {
  return new TerminalError(
    terminalErrorCodes.fileUnusable,
    `${JSON.stringify(path)} in the session's home cannot be ${verb}: ${why}.`,
  );
}

/** What tar says of the first file that failed, or of the disk, which is why the others did. */
function firstCause(result: ExecResult): string {
  if (result.killed !== undefined) return wordsOf(result);
  const lines = Buffer.from(result.stderr).toString("utf8").trim().split("\n");
  const room = lines.map(programWords).find((words) => words === NO_ROOM);
  return room ?? (lines[0] || wordsOf(result));
}

/** What went wrong in one line: the program's own last words where it said any. */
function wordsOf({ exitStatus, stderr, killed }: ExecResult): string {
  if (killed === "timeout") return "it took too long";
  if (killed === "output") return "it gave more than was asked for";
  const said = Buffer.from(stderr).toString("utf8").trim().split("\n").at(-1);
  return programWords(said ?? "") || `the program ended with ${exitStatus ?? "a signal"}`;
}

const KINDS: Record<string, HomeEntry["kind"]> = { f: "file", d: "folder", l: "link" };

function entryOf(line: string): HomeEntry {
  const [type = "", size = "", modified = "", ...name] = line.split(" ");
  const kind = KINDS[type] ?? "other";
  return {
    name: name.join(" "),
    kind,
    size: kind === "file" ? Number(size) : 0,
    modifiedAt: Math.floor(Number(modified) * 1_000),
  };
}

async function* archiveOf(files: SessionSpec["files"]): AsyncIterable<Uint8Array> {
  const archive = pack();
  const filling = fill(archive, files);
  filling.catch((error: unknown) => archive.destroy(error as Error));
  for await (const piece of archive) yield piece as Uint8Array;
  await filling;
}

async function fill(archive: Pack, files: SessionSpec["files"]): Promise<void> {
  for await (const file of files) {
    const name = inHome(file.path);
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error | null): void => (error ? reject(error) : resolve());
      if ("linkTo" in file) archive.entry({ name, type: "symlink", linkname: file.linkTo }, settle);
      else archive.entry({ name, mode: file.mode ?? FILE_MODE }, Buffer.from(file.content), settle);
    });
  }
  archive.finalize();
}
