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

/**
 * Runs code that the shell keeps, and shows nothing of it. In the middle of a command, `{` means something only at the beginning of a line;
 * which line it is tells whether that is so.
 */
function run(name: string): string {
  return `\n{ __lectern_status=$? __lectern_at=\${LINENO-0} __lectern_code=$__lectern_${name}; \\builtin eval "$__lectern_bare"; } >/dev/null 2>&1`;
}

/** Code is read while aliases mean nothing: there are some even of words like `case`. Of `set -a` programs see nothing of ours. */
const BARE = String.raw`
\builtin shopt -q expand_aliases && __lectern_aliases=-s || __lectern_aliases=-u
\builtin shopt -u expand_aliases
\builtin eval "$__lectern_code"
\builtin shopt "$__lectern_aliases" expand_aliases
\builtin export -n "\${!__lectern_@}"
`;

const PS0_MARK = String.raw`\e]133;C;$__lectern_command;$?;$((__lectern_line=\${LINENO-0},__lectern_begun=1));$__lectern_histexpand;$__lectern_nonce\a`;

/**
 * A line editor leaves `\]\[` out of the mark of a prompt; what a command prints of PS1 itself has it there, and is not taken for a prompt.
 * Puts the marks where they are not, or not any more. An assignment would stop at a variable that is read-only. A PS0 of the learner's
 * is left alone while a line is read: bash would print from where its text was (5.2).
 */
const MARK = String.raw`
case \${PS1-} in *'133;B;$__lectern_'*) ;; *) \builtin printf -v PS1 '%s' '\[\e]133;D;$?;$__lectern_command;$((__lectern_line=\${LINENO-0},__lectern_prompts+=1));0;\${__lectern_skips-};\]\[$__lectern_nonce\a\]'"\${PS1-}"'\[\e]133;B;$__lectern_nonce\a\]' ;; esac
case \${PS2-} in *'133;P;$__lectern_'*) ;; *) \builtin printf -v PS2 '%s' "\${PS2-}"'\[\e]133;P;$__lectern_nonce\a\]' ;; esac
case \${PS0+set} in '') \builtin printf -v PS0 '%s' '${PS0_MARK}' ;; esac
`;

/** Puts the mark before the learner's PS0, whose substitutions would leave another status to tell of; entered as a line of its own, with the status as it was afterwards. */
const JOIN_PS0 = String.raw`
__lectern_status=$?
case \${PS0-} in *'133;C;$__lectern_'*) ;; *) \builtin printf -v PS0 '%s' '${PS0_MARK}'"\${PS0-}" ;; esac
\builtin history -d -1 2>/dev/null
(\exit "$__lectern_status")
`;

/**
 * Whether the shell is in the middle of a command, whatever its prompts look like: then lines were read since a prompt with our mark was
 * drawn or, where prompts have none, a line began. How many lie between without that, the first command shows.
 */
const OPEN = String.raw`
__lectern_open=
case $((__lectern_at - __lectern_line > \${__lectern_usual:-$__lectern_at})) in
  1)
    case \${PS1-} in
      *'133;B;$__lectern_'*) \builtin shopt -q promptvars && __lectern_open=1 ;;
      *) case $__lectern_vague\${PS0-} in 1*) ;; *'133;C;$__lectern_'*) __lectern_open=1 ;; esac ;;
    esac
  ;;
esac
`;

/** The line that began is cancelled next, which counts as one. */
const CANCELLED = "__lectern_line=$((__lectern_at + 1 - \\${__lectern_usual:-0}))";

/**
 * Reads a command and makes it the line, unless it was read before and has begun, or the shell is in the middle of another, which then only
 * goes on and can be cancelled. Of several lines PS0 tells how each ended: where it is the learner's alone by now, that is mended first, once for a command, and the command asked for again.
 */
const TAKE = String.raw`
if IFS= \builtin read -r -s -t 10 -d $'\x1e' __lectern_payload </dev/tty; then
  __lectern_word=\${__lectern_payload%% *}
  \builtin eval "$__lectern_middle"
  case "$__lectern_word $__lectern_begun:$__lectern_open" in
    "$__lectern_command 1:"*) ;;
    *:1)
      READLINE_LINE=\\ READLINE_POINT=1
      \builtin printf '\e]133;O;%s;%s\a' "$__lectern_word" "$__lectern_nonce" >/dev/tty
      ${CANCELLED}
    ;;
    *)
      case "$__lectern_word \${PS0-133;C;\$__lectern_} $__lectern_payload" in
        "$__lectern_joined "* | *'133;C;$__lectern_'*) \builtin eval "$__lectern_make" ;;
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

/**
 * Whether lines may be read that nothing tells of: comments at the end, and where PS0 is not ours. Its word last: a command whose line could not be made, or that could not be known again, would be told of as if it had run. With
 * extdebug a DEBUG trap has commands left out.
 */
const MAKE = String.raw`
__lectern_begun=0 __lectern_usual=\${__lectern_usual:-$((__lectern_at - __lectern_line))}
\builtin printf -v READLINE_LINE %b "\${__lectern_payload#* }" && __lectern_command=$__lectern_word
case $__lectern_command in
  "$__lectern_word")
    READLINE_POINT=\${#READLINE_LINE} __lectern_payload= __lectern_skips=
    \builtin eval "$__lectern_look"
    \builtin shopt -q extdebug && case $(\builtin trap -p DEBUG) in ?*) __lectern_skips=1 ;; esac
    case $- in *H*) \builtin set +H; __lectern_histexpand=1 ;; esac
    \builtin eval "$__lectern_mark"
    __lectern_vague=1
    case \${PS0-} in *'133;C;$__lectern_'*) case \${READLINE_LINE##*$'\n'} in *#*) ;; *) __lectern_vague= ;; esac ;; esac
  ;;
  *) READLINE_LINE= ;;
esac
`;

const RESTORE = "case $__lectern_histexpand in 1) \\builtin set -H; __lectern_histexpand= ;; esac";

/**
 * Whether a line editor reads for a command that runs (`read -e`), and not a command: HISTCMD counts the one that runs, \`\\!\` does not. Where only one number is
 * possible, the history has a command or not; where both are the same at a prompt as well, an older bash, it is not told.
 */
const LOOK = String.raw`
__lectern_asks= __lectern_count=\${__lectern_number@P}
case $HISTCMD$__lectern_count in
  '' | *[!0-9]*) ;;
  *)
    case $((HISTCMD - __lectern_count)) in
      -*) __lectern_asks=1 ;;
      0)
        case $__lectern_count:$SHELLOPTS in
          1:*history*) case $(\builtin history 1) in ?*) __lectern_asks=1 ;; esac ;;
          1:*) ;;
          *) __lectern_asks=$__lectern_counts ;;
        esac
      ;;
      *) __lectern_counts=1 ;;
    esac
  ;;
esac
`;

const REPORT = String.raw`
\builtin eval "$__lectern_middle"
\builtin eval "$__lectern_look"
case $__lectern_asks:$__lectern_open in
  1:*) \builtin printf '\e]133;I;%s\a' "$__lectern_nonce" >/dev/tty ;;
  :1)
    \builtin printf '\e]133;P;0;%s;%s\a' "$__lectern_command" "$__lectern_nonce" >/dev/tty
    ${CANCELLED}
    \builtin eval "$__lectern_mark"
  ;;
  *)
    case $__lectern_usual in ?*) __lectern_line=$((__lectern_at - __lectern_usual)) ;; esac
    \builtin printf '\e]133;D;%s;%s;%s;%s\a\e]133;B;%s\a' "$__lectern_status" "$__lectern_command" "$((__lectern_prompts+=1));0;\${__lectern_skips-}" "$__lectern_nonce" "$__lectern_nonce" >/dev/tty
    \builtin eval "$__lectern_mark"
  ;;
esac
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
case \${PS0-} in *'133;C;$__lectern_'*) ;; *) \builtin printf -v PS0 '%s' '${PS0_MARK}'"\${PS0-}" ;; esac
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
__lectern_command= __lectern_begun=0 __lectern_prompts=${FIRST_PROMPT} __lectern_histexpand= __lectern_payload= __lectern_joined= __lectern_skips= __lectern_asks= __lectern_counts= __lectern_count= __lectern_line=0 __lectern_at=0 __lectern_usual= __lectern_open= __lectern_vague=
{
${kept("bare", BARE)}
${kept("mark", MARK)}
${kept("join", JOIN_PS0)}
${kept("make", MAKE)}
${kept("middle", OPEN)}
${kept("take", TAKE)}
${kept("restore", RESTORE)}
${kept("number", "\\!")}
${kept("look", LOOK)}
${kept("report", REPORT)}
${kept("start", START)}
} 2>/dev/null
${learnersFiles}
${run("start")} || \\:
`.replaceAll("\\${", "${");
}
