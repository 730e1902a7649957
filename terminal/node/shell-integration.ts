import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync, chownSync, chmodSync, existsSync } from "node:fs";
import { basename, join } from "node:path";
import { bashStart } from "./bash-start.js";
import { zshStart } from "./zsh-start.js";

/** The program to start and the private folder its start-up file lies in. */
export interface IntegratedShell {
  program: "bash" | "zsh";
  argv: string[];
  env: Record<string, string>;
  /** Secret carried by every mark; a program that prints marks does not know it. */
  nonce: string;
}

const SHELLS: Record<string, string[]> = {
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
  account?: { uid: number; gid: number },
): IntegratedShell {
  const nonce = randomBytes(16).toString("hex");
  mkdirSync(folder, { recursive: true });
  const zsh = basename(shell ?? "") === "zsh" ? SHELLS.zsh?.find((path) => existsSync(path)) : undefined;
  const file = join(folder, zsh ? ".zshrc" : "bashrc");
  writeFileSync(file, zsh ? zshStart(nonce) : bashStart(nonce), { mode: 0o600 });
  if (account) chownSync(file, account.uid, account.gid);
  chmodSync(folder, account ? 0o711 : 0o700);
  if (zsh) return { program: "zsh", argv: [zsh, "-i"], env: { ZDOTDIR: folder, SHELL: zsh }, nonce };
  const bash = SHELLS.bash?.find((path) => existsSync(path)) ?? "bash";
  return {
    program: "bash",
    argv: [bash, "--noprofile", "--rcfile", file, "-i"],
    env: { SHELL: bash },
    nonce,
  };
}
