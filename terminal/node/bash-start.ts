import { shellKeys } from "./shell-keys.js";

/** Binds a key, in every keymap, to a command of readline or to code that the shell runs. */
function bound(sequence: string, meaning: string, isCode = false): string {
  const key = sequence.replaceAll("\u001b", "\\e");
  const to = isCode
    ? `-x '"${key}": { \\builtin eval "$__lectern_${meaning}"; } >/dev/null 2>&1'`
    : `'"${key}": ${meaning}'`;
  return ["emacs-standard", "vi-insert", "vi-command"]
    .map((map) => `\\builtin bind -m ${map} ${to}`)
    .join("\n");
}

/** Code of ours that the shell keeps in a variable: completion would offer a function. */
function kept(name: string, code: string): string {
  return `__lectern_${name}='${code.trim().replaceAll("'", "'\\''")}'\nreadonly __lectern_${name}`;
}

const PS0_MARK = String.raw`\e]133;C;$__lectern_command;$?;$((__lectern_begun=1));$__lectern_histexpand;$__lectern_nonce\a`;

/**
 * A line editor leaves `\]\[` out of the mark of a prompt; what a command prints of PS1 itself has it there, and is not taken for a prompt.
 * Puts the marks where they are not, or not any more. An assignment would stop at a variable that is read-only. A PS0 of the learner's
 * is left alone while a line is read: bash would print from where its text was (5.2).
 */
const MARK = String.raw`
case \${PS1-} in *"133;B;"*) ;; *) \builtin printf -v PS1 '%s' '\[\e]133;D;$?;$__lectern_command;$((__lectern_prompts+=1));\]\[$__lectern_nonce\a\]'"\${PS1-}"'\[\e]133;B;$__lectern_nonce\a\]' ;; esac
case \${PS2-} in *"133;P;"*) ;; *) \builtin printf -v PS2 '%s' "\${PS2-}"'\[\e]133;P;$__lectern_nonce\a\]' ;; esac
case \${PS0+set} in '') \builtin printf -v PS0 '%s' '${PS0_MARK}' ;; esac
`;

/** Reads a command and makes it the line, unless it was read before and has begun. */
const TAKE = String.raw`
if IFS= \builtin read -r -s -t 10 -d $'\x1e' __lectern_payload </dev/tty; then
  case "\${__lectern_payload%% *} 1" in
    "$__lectern_command $__lectern_begun") ;;
    *)
      __lectern_command=\${__lectern_payload%% *} __lectern_begun=0
      \builtin export -n __lectern_command __lectern_payload
      \builtin printf -v READLINE_LINE %b "\${__lectern_payload#* }"
      READLINE_POINT=\${#READLINE_LINE} __lectern_payload=
      case $- in *H*) \builtin set +H; __lectern_histexpand=1 ;; esac
      \builtin eval "$__lectern_mark"
    ;;
  esac
fi
`;

const RESTORE = "case $__lectern_histexpand in 1) \\builtin set -H; __lectern_histexpand= ;; esac";

const REPORT = String.raw`
\builtin printf '\e]133;D;%s;%s;%s;%s\a\e]133;B;%s\a' "$?" "$__lectern_command" "$((__lectern_prompts+=1))" "$__lectern_nonce" "$__lectern_nonce" >/dev/tty
\builtin eval "$__lectern_mark"
`;

/** What follows the learner's own start-up file. */
const START = String.raw`
case \${PS1-} in '\s-\v\$ ' | '\h:\w\$ ' | *'\u@\h'*) PS1='\[\e[1;34m\]\w\[\e[0m\] \$ ' ;; esac
${bound(shellKeys.removeLine, "kill-whole-line")}
${bound(shellKeys.takeCommand, "take", true)}
${bound(shellKeys.enter, "accept-line")}
${bound(shellKeys.clearScreen, "clear-screen")}
${bound(shellKeys.restoreHistoryExpansion, "restore", true)}
${bound(shellKeys.report, "report", true)}
\builtin bind '"\e[201~": ""'
\builtin bind 'set enable-bracketed-paste on'
\builtin bind 'set completion-query-items 0'
\builtin bind 'set page-completions off'
case \${PS0-} in *"133;C;"*) ;; *) \builtin printf -v PS0 '%s' "\${PS0-}"'${PS0_MARK}' ;; esac
\builtin eval "$__lectern_mark"
\builtin printf '\e]133;H;%s\a' "$__lectern_nonce" >/dev/tty
`;

/**
 * The start-up file of bash.
 *
 * A command comes by a key and is read from the terminal, so that no keymap, half-typed line or history expansion can change it. Its
 * nonce stands in the marks `C`, printed by PS0 before each line of it runs with the status of the line before, and `D`, printed by
 * PS1 at the next prompt with its status. PROMPT_COMMAND and traps are the learner's own: no command of ours runs at a prompt, and what
 * runs at a key shows nothing of `set -x` and DEBUG traps. Where PS1 was replaced the host asks with a key for the status.
 *
 * The code is put down before the learner's own start-up file, whose aliases would else be taken for its words. Completion neither asks
 * nor pages: a command that comes meanwhile would be taken for the answer. The end of a paste that Ctrl-C has already ended does nothing.
 */
export function bashStart(nonce: string): string {
  return `shopt -s no_empty_cmd_completion
readonly __lectern_nonce=${nonce}
__lectern_command= __lectern_begun=0 __lectern_prompts=0 __lectern_histexpand= __lectern_payload=
${kept("mark", MARK)}
${kept("take", TAKE)}
${kept("restore", RESTORE)}
${kept("report", REPORT)}
${kept("start", START)}
[ -r /etc/bash.bashrc ] && . /etc/bash.bashrc
[ -r ~/.bashrc ] && . ~/.bashrc
{ \\builtin eval "$__lectern_start"; } >/dev/null 2>&1 || :
`.replaceAll("\\${", "${");
}
