import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync, chownSync, chmodSync, existsSync } from "node:fs";
import { basename, join } from "node:path";

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
 * Prepares bash, or zsh where `env.SHELL` asks for it and it is installed, to mark where commands begin and end. The
 * secret stands only in a file of the learner's own account, which the host removes at the first prompt; the folder stays the
 * host's own, so that the learner cannot lead that removal astray.
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

/**
 * PS0 is printed before each line of a paste runs and carries the status of the line before it; PROMPT_COMMAND runs
 * only when the whole paste is done, PS1 is printed when the shell really waits, which `B` says.
 * A `?` stands for the status where something else ran first and may have changed it.
 * The hook is no function, because completion would offer it. Completion neither asks nor pages: a command typed meanwhile
 * would be taken for the answer. The end of a paste that Ctrl-C has already ended does nothing.
 */
function bashStart(nonce: string): string {
  return `shopt -s no_empty_cmd_completion
[ -r /etc/bash.bashrc ] && . /etc/bash.bashrc
[ -r ~/.bashrc ] && . ~/.bashrc
case $PS1 in '\\s-\\v\\$ ' | '\\h:\\w\\$ ' | *'\\u@\\h'*) PS1='\\[\\e[1;34m\\]\\w\\[\\e[0m\\] \\$ ' ;; esac
bind 'set enable-bracketed-paste on' 2>/dev/null
bind 'set completion-query-items 0' 2>/dev/null
bind 'set page-completions off' 2>/dev/null
bind '"\\e[201~": ""' 2>/dev/null
readonly __lectern_nonce=${nonce}
__lectern_block=0
PROMPT_COMMAND=('__lectern_status=$?
case \${PROMPT_COMMAND[0]} in __lectern_status=*) ;; *) __lectern_status="?" ;; esac
printf "\\e]133;D;%s;%s;%s\\a" "$__lectern_status" "$__lectern_block" "$__lectern_nonce"
__lectern_block=$((__lectern_block + 1))
case $PS1 in *"133;B;"*) ;; *) PS1=$PS1"\\[\\e]133;B;\\$__lectern_nonce\\a\\]" ;; esac
case $PS2 in *"133;P;"*) ;; *) PS2=$PS2"\\[\\e]133;P;\\$__lectern_nonce\\a\\]" ;; esac
case $PS0 in *"133;C;"*) ;; *) PS0=$PS0"\\e]133;C;\\$__lectern_block;\\$?;\\$__lectern_nonce\\a" ;; esac')
`;
}

function zshStart(nonce: string): string {
  return `typeset -g ZDOTDIR_OWN=$ZDOTDIR
unset ZDOTDIR
[ -r ~/.zshrc ] && . ~/.zshrc
HISTFILE=\${HISTFILE:-$HOME/.zsh_history}
PS1=\${PS1:-'%~ %# '}
setopt prompt_subst no_prompt_sp interactive_comments
LISTMAX=-100000
bindkey -s '\\e[201~' ''
typeset -gr __lectern_nonce=${nonce}
typeset -gi __lectern_block=0
__lectern_preexec() {
  local result=$?
  printf '\\e]133;C;%s;%s;%s\\a' "$__lectern_block" "$result" "$__lectern_nonce"
}
__lectern_precmd() {
  local result=$? shown=$?
  [ "\${precmd_functions[1]}" = __lectern_precmd ] || shown='?'
  printf '\\e]133;D;%s;%s;%s\\a' "$shown" "$__lectern_block" "$__lectern_nonce"
  (( __lectern_block++ ))
  [[ $PS1 == *'133;B;'* ]] || PS1="$PS1"$'%{\\e]133;B;$__lectern_nonce\\a%}'
  [[ $PS2 == *'133;P;'* ]] || PS2="$PS2"$'%{\\e]133;P;$__lectern_nonce\\a%}'
  return $result
}
precmd_functions=(__lectern_precmd $precmd_functions)
preexec_functions=(__lectern_preexec $preexec_functions)
unset ZDOTDIR_OWN
`;
}
