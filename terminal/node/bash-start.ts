import { FIND_OWN_PROGRAMS } from "./own-programs.js";
import { shellKeys } from "./shell-keys.js";

/** Binds a key, in every keymap, to a command of readline or to code of ours. */
function bound(sequence: string, meaning: string, isCode = false): string {
  const key = sequence.replaceAll("\u001b", "\\e");
  const to = isCode ? `-x '"${key}": ${run(meaning)}'` : `'"${key}": ${meaning}'`;
  return ["emacs-standard", "vi-insert", "vi-command"]
    .map((map) => `\\builtin bind -m ${map} ${to}`)
    .join("\n");
}

/** Code of ours that the shell keeps in a variable: completion would offer a function. */
function kept(name: string, code: string): string {
  return `\\readonly __lectern_${name}='${code.trim().replaceAll("'", "'\\''")}'`;
}

/** Runs code that the shell keeps, and shows nothing of it. */
function run(name: string): string {
  return `{ __lectern_status=$? __lectern_code=$__lectern_${name}; \\builtin eval "$__lectern_bare"; } >/dev/null 2>&1`;
}

/** Code is read while aliases mean nothing: there are some even of words like `case`. Of `set -a` programs see nothing of ours. */
const BARE = String.raw`
\builtin shopt -q expand_aliases && __lectern_aliases=-s || __lectern_aliases=-u
\builtin shopt -u expand_aliases
\builtin eval "$__lectern_code"
\builtin shopt "$__lectern_aliases" expand_aliases
\builtin export -n "\${!__lectern_@}"
`;

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

/** Adds the mark to the learner's PS0; entered as a line of its own, with the status as it was afterwards. */
const JOIN_PS0 = String.raw`
__lectern_status=$?
case \${PS0-} in *"133;C;"*) ;; *) \builtin printf -v PS0 '%s' "\${PS0-}"'${PS0_MARK}' ;; esac
\builtin history -d -1 2>/dev/null
(\exit "$__lectern_status")
`;

/**
 * Reads a command and makes it the line, unless it was read before and has begun. Of several lines PS0 tells how each ended: where it is
 * the learner's alone by now, that is mended first, once for a command, and the command asked for again.
 */
const TAKE = String.raw`
if IFS= \builtin read -r -s -t 10 -d $'\x1e' __lectern_payload </dev/tty; then
  __lectern_word=\${__lectern_payload%% *}
  case "$__lectern_word $__lectern_begun" in
    "$__lectern_command 1") ;;
    *)
      case "$__lectern_word \${PS0-133;C;} $__lectern_payload" in
        "$__lectern_joined "* | *"133;C;"*) \builtin eval "$__lectern_make" ;;
        *'\0012'*)
          __lectern_joined=$__lectern_word READLINE_LINE=' \builtin eval "$__lectern_join"'
          \builtin printf '\e]133;A;%s\a' "$__lectern_nonce" >/dev/tty
        ;;
        *) \builtin eval "$__lectern_make" ;;
      esac
    ;;
  esac
fi
`;

/** Its word last: a command whose line could not be made, or that could not be known again, would be told of as if it had run. */
const MAKE = String.raw`
__lectern_begun=0
\builtin printf -v READLINE_LINE %b "\${__lectern_payload#* }" && __lectern_command=$__lectern_word
case $__lectern_command in
  "$__lectern_word")
    READLINE_POINT=\${#READLINE_LINE} __lectern_payload=
    case $- in *H*) \builtin set +H; __lectern_histexpand=1 ;; esac
    \builtin eval "$__lectern_mark"
  ;;
  *) READLINE_LINE= ;;
esac
`;

const RESTORE = "case $__lectern_histexpand in 1) \\builtin set -H; __lectern_histexpand= ;; esac";

const REPORT = String.raw`
\builtin printf '\e]133;D;%s;%s;%s;%s\a\e]133;B;%s\a' "$__lectern_status" "$__lectern_command" "$((__lectern_prompts+=1))" "$__lectern_nonce" "$__lectern_nonce" >/dev/tty
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
\builtin printf '\e]133;H;bash;%s\a' "$__lectern_nonce" >/dev/tty
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
  return startFile(
    nonce,
    `shopt -s no_empty_cmd_completion
${FIND_OWN_PROGRAMS}
[ -r /etc/bash.bashrc ] && . /etc/bash.bashrc
[ -r ~/.bashrc ] && . ~/.bashrc`,
  );
}

/** The same for a bash that runs and has read the learner's own files: sourced from its prompt, it leaves no line in the history. */
export function bashStartAgain(nonce: string): string {
  return startFile(nonce, "\\builtin history -d -1 2>/dev/null");
}

/** A number of prompts that somebody unset goes on with 1, which must not look like the prompt before. */
const FIRST_PROMPT = 1_000;

function startFile(nonce: string, learnersFiles: string): string {
  return `\\readonly __lectern_nonce=${nonce} 2>/dev/null
\\builtin printf '\\e]133;S;%s\\a' "$__lectern_nonce" >/dev/tty
__lectern_command= __lectern_begun=0 __lectern_prompts=${FIRST_PROMPT} __lectern_histexpand= __lectern_payload= __lectern_joined=
{
${kept("bare", BARE)}
${kept("mark", MARK)}
${kept("join", JOIN_PS0)}
${kept("make", MAKE)}
${kept("take", TAKE)}
${kept("restore", RESTORE)}
${kept("report", REPORT)}
${kept("start", START)}
} 2>/dev/null
${learnersFiles}
${run("start")} || \\:
`.replaceAll("\\${", "${");
}
