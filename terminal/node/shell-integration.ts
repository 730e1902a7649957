import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync, chownSync, chmodSync, existsSync } from "node:fs";
import { basename, join } from "node:path";
import { bashStart, bashStartAgain } from "./bash-start.js";
import { zshStart, zshStartAgain } from "./zsh-start.js";

/** The shells that take commands by keys and tell how each ended. */
export type ShellProgram = "bash" | "zsh";

/** The program to start and the private folder its start-up file lies in. */
export interface IntegratedShell {
  program: ShellProgram;
  argv: string[];
  env: Record<string, string>;
  /** Secret carried by every mark; a program that prints marks does not know it. */
  nonce: string;
}

type Account = { uid: number; gid: number };

const SHELLS: Record<ShellProgram, string[]> = {
  bash: ["/bin/bash", "/usr/bin/bash"],
  zsh: ["/bin/zsh", "/usr/bin/zsh"],
};

/**
 * Prepares bash, or zsh where `env.SHELL` asks for it and it is installed, to take commands by keys of its own and to mark where they
 * begin and end. The secret stands only in a file of the learner's own account, which the host removes when the shell has read it;
 * the folder stays the host's own, so that the learner cannot lead that removal astray.
 */
export function integrateShell(
  folder: string,
  shell: string | undefined,
  account?: Account,
): IntegratedShell {
  const nonce = randomBytes(16).toString("hex");
  mkdirSync(folder, { recursive: true });
  const zsh = basename(shell ?? "") === "zsh" ? SHELLS.zsh.find((path) => existsSync(path)) : undefined;
  const program = zsh ? "zsh" : "bash";
  const file = startFileIn(folder, program);
  writeStartFile(file, zsh ? zshStart(nonce) : bashStart(nonce), account);
  chmodSync(folder, account ? 0o711 : 0o700);
  if (zsh) return { program, argv: [zsh, "-i"], env: { ZDOTDIR: folder, SHELL: zsh }, nonce };
  const bash = SHELLS.bash.find((path) => existsSync(path)) ?? "bash";
  return { program, argv: [bash, "--noprofile", "--rcfile", file, "-i"], env: { SHELL: bash }, nonce };
}

/**
 * Has a shell that runs without our marks read the start-up file once more; returns the line to enter at its prompt, `undefined` for a
 * program that is neither bash nor zsh.
 */
export function integrateAgain(
  folder: string,
  program: string,
  { nonce, account }: { nonce: string; account?: Account | undefined },
): string | undefined {
  if (program !== "bash" && program !== "zsh") return undefined;
  const file = startFileIn(folder, program);
  writeStartFile(file, program === "zsh" ? zshStartAgain(nonce) : bashStartAgain(nonce), account);
  return ` . '${file.replaceAll("'", "'\\''")}'`;
}

/** The start-up file in a shell's private folder. */
export function startFileIn(folder: string, program: ShellProgram): string {
  return join(folder, program === "zsh" ? ".zshrc" : "bashrc");
}

function writeStartFile(file: string, text: string, account: Account | undefined): void {
  writeFileSync(file, text, { mode: 0o600 });
  if (account) chownSync(file, account.uid, account.gid);
}
