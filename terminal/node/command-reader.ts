import { basename } from "node:path";

/** A program calls itself what it likes, at any length; no name of a program is longer than this. */
const PROGRAM_CHARACTERS = 64;
/** A command may name another that is run by it; nobody nests more of them. */
const DEPTH_LIMIT = 8;

const SHELLS = words("bash rbash sh dash zsh fish ksh mksh ash csh tcsh");
const REPLS = words("python ipython node irb ruby lua bc php");
/** They read commands whatever they are given. */
const ALWAYS = words("telnet ftp sftp mysql mariadb mongosh newgrp");
/** Tools that open a shell in a container. */
const CONTAINER_TOOLS = words("kubectl oc docker podman nerdctl crictl");
/** Those that reach another machine first, and end where they cannot. */
const CONNECTING = words("kubectl oc ssh telnet ftp sftp psql mysql redis-cli");

/** Options of shells, ssh and sudo that have a word of their own behind them. */
const SHELL_OPTIONS = words("-o +o -O +O --rcfile --init-file");
const SSH_OPTION = /^-[46AaCfGgKkMNnqsTtVvXxYy]*[BbcDEeFIiJLlmOopQRSWw]$/;
const SUDO_OPTIONS = words("-u -g -h -p -C -D -R -T -U --user --group");

type Inner = (command: readonly string[]) => boolean;

/** Programs that read commands only where their words do not say otherwise; some run another that may. */
const BY_WORDS: Record<string, (rest: readonly string[], inner: Inner) => boolean> = {
  busybox: (rest, inner) => rest.length > 0 && inner(rest),
  toybox: (rest, inner) => rest.length > 0 && inner(rest),
  ssh: (rest, inner) =>
    isEmptyOr(
      inner,
      commandAfter(rest, (option) => SSH_OPTION.test(option), 1),
    ),
  sudo: (rest, inner) =>
    isEmptyOr(
      inner,
      commandAfter(rest, (option) => SUDO_OPTIONS.has(option)),
    ),
  su: (rest, inner) => isEmptyOr(inner, commandOption(rest)),
  runuser: (rest, inner) => isEmptyOr(inner, commandOption(rest)),
  script: (rest, inner) => isEmptyOr(inner, commandOption(rest)),
  psql: (rest) => !rest.some((word) => /^-(?:[a-zA-Z]*[cfl]$|-command|-file|-list)/.test(word)),
  sqlite3: (rest) => rest.filter((word) => !word.startsWith("-")).length < 2,
  "redis-cli": (rest) => commandAfter(rest, (option) => /^-[hpasnu]$/.test(option)).length === 0,
  gdb: (rest) => !rest.some((word) => /^--?batch/.test(word)),
  screen: (rest) => !rest.some((word) => /^-(?:ls|list|X|wipe|[dD]m)/.test(word)),
  tmux: showsTmux,
};

/** Whether a command line is a nested shell or another program that reads commands of its own; what is typed into it has no status. */
export function readsCommands(argv: readonly string[], depth = 0): boolean {
  const program = programOf(argv);
  const rest = argv.slice(1);
  if (depth > DEPTH_LIMIT) return false;
  if (SHELLS.has(program)) return isShellWithoutScript(rest);
  if (REPLS.has(program)) return isReplWithoutScript(rest);
  if (CONTAINER_TOOLS.has(program)) return isShellInContainer(rest);
  const byWords = Object.hasOwn(BY_WORDS, program) ? BY_WORDS[program] : undefined;
  return byWords?.(rest, (command) => readsCommands(command, depth + 1)) ?? ALWAYS.has(program);
}

/** Whether a program reads no commands before it has reached another machine. */
export function connectsFirst(name: string): boolean {
  return CONNECTING.has(name);
}

/** Without its folder, the dash of a log-in shell and its version. */
function programOf([name = ""]: readonly string[]): string {
  const program = basename(name).slice(0, PROGRAM_CHARACTERS).replace(/^-/, "");
  return program === "sqlite3" ? program : program.replace(/\d+(?:\.\d+)*$/, "");
}

function isShellWithoutScript(rest: readonly string[]): boolean {
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? "";
    if (!/^[-+]/.test(word) || /^-[^-]*c/.test(word)) return false;
    if (SHELL_OPTIONS.has(word)) at += 1;
  }
  return true;
}

function isReplWithoutScript(rest: readonly string[]): boolean {
  if (rest.includes("-i")) return true;
  return rest.every(
    (word) => word.startsWith("-") && !/^-[a-zA-Z]*[cemp]$|^--(?:eval|print|version|help)/.test(word),
  );
}

/** A program named behind `--` is believed to read commands, unless it is a shell that was given one. */
function isShellInContainer(rest: readonly string[]): boolean {
  const end = rest.indexOf("--");
  const options = end === -1 ? rest : rest.slice(0, end);
  const command = end === -1 ? [] : rest.slice(end + 1);
  const opens =
    options.some((word) => /^(?:exec|attach|run|debug)$/.test(word)) &&
    options.some((word) => /^(?:-(?:it|ti|i|t)|--(?:stdin|tty|interactive))$/.test(word));
  return opens && (!SHELLS.has(programOf(command)) || isShellWithoutScript(command.slice(1)));
}

function showsTmux(rest: readonly string[]): boolean {
  const command = commandAfter(rest, (option) => /^-[cfLSTu]$/.test(option));
  const [name = "new-session"] = command;
  return /^(?:a|at|att|attach|attach-session|new|new-session)$/.test(name) && !command.includes("-d");
}

/** What follows options, of which some have a word behind them, and as many words after them. */
function commandAfter(
  rest: readonly string[],
  takesWord: (option: string) => boolean,
  skipped = 0,
): readonly string[] {
  let at = 0;
  while (at < rest.length && (rest[at] ?? "").startsWith("-") && rest[at] !== "--")
    at += takesWord(rest[at] ?? "") ? 2 : 1;
  return rest.slice((rest[at] === "--" ? at + 1 : at) + skipped);
}

/** The words of `-c COMMAND`, with whatever options stand in the same word. */
function commandOption(rest: readonly string[]): readonly string[] {
  const at = rest.findIndex((word) => /^-[a-zA-Z]*c$|^--(?:session-)?command$/.test(word));
  const text = at === -1 ? rest.find((word) => word.startsWith("--command="))?.slice(10) : rest[at + 1];
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}

/** Whether a command that may be absent, which opens a shell, reads commands; one of a single text is read as a shell would. */
function isEmptyOr(inner: Inner, command: readonly string[]): boolean {
  return command.length === 0 || inner(command.length === 1 ? (command[0] ?? "").split(/\s+/) : command);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}
