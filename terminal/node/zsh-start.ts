import { FIND_OWN_PROGRAMS } from "./own-programs.js";
import { shellKeys } from "./shell-keys.js";

/** A key as zsh's `bindkey` writes it. */
function key(sequence: string): string {
  return sequence.replaceAll("\u001b", "\\e");
}

/** The marks, and the widgets that keys call. */
const FUNCTIONS = String.raw`__lectern_mark() {
  \builtin emulate -L zsh
  [[ \${(t)PS1} == *readonly* || $PS1 == *'133;B;'* ]] || PS1=$'%{\e]133;D;\${__lectern_status:-%?};$__lectern_command;$((__lectern_prompts+=1));\${#__lectern_lines};$__lectern_nonce\a%}'"$PS1"$'%{\e]133;B;$__lectern_nonce\a%}'
  [[ \${(t)PS2} == *readonly* || $PS2 == *'133;P;'* ]] || PS2="$PS2"$'%{\e]133;P;\${#__lectern_lines};$__lectern_nonce\a%}'
  [[ \${(t)preexec_functions} == *readonly* ]] || preexec_functions=(\${preexec_functions:#__lectern_preexec} __lectern_preexec)
  [[ \${(t)precmd_functions} == *readonly* ]] || precmd_functions=(__lectern_precmd \${precmd_functions:#__lectern_precmd})
}
# What runs between this and the prompt, such as sched(1), may leave a status of its own behind.
__lectern_precmd() {
  { \builtin : \${__lectern_status:=$?}; } >/dev/null 2>&1
}
__lectern_preexec() {
  {
    # Of a line that a widget of the learner's changed after it was made, nothing is told. Some options change blanks and bars of the history.
    [[ -z $1 || \${1//[[:space:]|]/} == \${__lectern_line//[[:space:]|]/} ]] || __lectern_command=
     __lectern_begun=1
    \builtin printf '\e]133;C;%s;;1;%s;%s\a' "$__lectern_command" "\${__lectern_histexpand:+1}" "$__lectern_nonce" >/dev/tty
  } >/dev/null 2>&1
}
__lectern_take() {
  {
    \builtin local payload
    \builtin zle .bracketed-paste payload
    [[ \${payload%% *} == $__lectern_command && $__lectern_begun == 1 ]] && \builtin return 0
    # In the middle of another command it would become a part of that, which then only goes on and can be cancelled.
    if [[ $CONTEXT == cont ]]; then
      BUFFER='\' CURSOR=1
      \builtin printf '\e]133;O;%s;%s\a' "\${payload%% *}" "$__lectern_nonce" >/dev/tty
      \builtin return 0
    fi
    __lectern_lines=("\${(@f)\${(g::)payload#* }}")
    __lectern_command=\${payload%% *} __lectern_begun=0
    \builtin typeset -g +x __lectern_command
    # A command that could not be known again would be taken twice.
    [[ $__lectern_command == \${payload%% *} && $__lectern_begun == 0 ]] && __lectern_fill
    [[ -n $__lectern_histexpand ]] || __lectern_histexpand=$histchars
    histchars=$'\x01\x02#'
    \builtin setopt prompt_subst
    __lectern_mark
  } >/dev/null 2>&1
}
__lectern_fill() {
  \builtin emulate -L zsh -o extended_glob
  # Between commands a blank line or a comment would bring the status of the line before it once more.
  while [[ $CONTEXT == start && $#__lectern_lines -gt 0 && $__lectern_lines[1] == [[:space:]]#(\#*|) ]]; do \builtin shift __lectern_lines; done
  BUFFER=$__lectern_lines[1] __lectern_status=
  CURSOR=$#BUFFER
  if [[ $CONTEXT == start ]]; then __lectern_line=$BUFFER; else __lectern_line+=$'\n'$BUFFER; fi
  (( $#__lectern_lines )) && \builtin shift __lectern_lines
}
__lectern_next() {
  { if __lectern_fill; then \builtin zle .accept-line; else \builtin printf '\e]133;E;%s;%s\a' "$__lectern_command" "$__lectern_nonce" >/dev/tty; fi; } >/dev/null 2>&1
}
__lectern_remove_line() {
  [[ -z $BUFFER ]] || \builtin zle .kill-buffer
}
__lectern_restore() {
  { [[ -z $__lectern_histexpand ]] || { histchars=$__lectern_histexpand; __lectern_histexpand=; }; } >/dev/null 2>&1
}
__lectern_report() {
  {
    case $CONTEXT in
      vared | select) \builtin printf '\e]133;I;%s\a' "$__lectern_nonce" >/dev/tty ;;
      cont) \builtin printf '\e]133;P;%s;%s\a' "$#__lectern_lines" "$__lectern_nonce" >/dev/tty ;;
      *) \builtin printf '\e]133;D;%s;%s;%s;%s;%s\a\e]133;B;%s\a' "\${__lectern_status:-$?}" "$__lectern_command" "$((__lectern_prompts+=1))" "$#__lectern_lines" "$__lectern_nonce" "$__lectern_nonce" >/dev/tty; __lectern_mark ;;
    esac
  } >/dev/null 2>&1
}
`;

/**
 * The start-up file of zsh: commands and marks as in bash, with widgets for keys. Several lines are entered one after the other, each at
 * the prompt that the one before it brings, because zsh tells only the last status of a line editor's whole text: `D` and `P` say how
 * many are left. `C` is printed by the last of the preexec functions, which is put back with each command. The functions are made
 * before the learner's own start-up file, whose aliases would else become part of them.
 */
export function zshStart(nonce: string): string {
  return startFile(
    nonce,
    String.raw`${FIND_OWN_PROGRAMS}
[ -r ~/.zshrc ] && . ~/.zshrc
HISTFILE=\${HISTFILE:-$HOME/.zsh_history}
PS1=\${PS1:-'%~ %# '}`,
  );
}

/** The same for a zsh that runs and has read the learner's own files. */
export function zshStartAgain(nonce: string): string {
  return startFile(nonce, "");
}

function startFile(nonce: string, learnersFiles: string): string {
  return String.raw`unset ZDOTDIR
[[ \${__lectern_nonce-} == ${nonce} ]] || { typeset -gr __lectern_nonce=${nonce}; } 2>/dev/null
\builtin printf '\e]133;S;%s\a' "$__lectern_nonce" >/dev/tty
typeset -g __lectern_command= __lectern_line= __lectern_status= __lectern_begun=0 __lectern_histexpand=
typeset -gi __lectern_prompts=1000
typeset -ga __lectern_lines=()
${FUNCTIONS}__lectern_bind() {
  \builtin emulate -L zsh
  \builtin local widget map
  for widget in __lectern_take __lectern_next __lectern_remove_line __lectern_restore __lectern_report; do \builtin zle -N $widget; done
  for map in \${(f)"$(\builtin bindkey -l)"}; do
    [[ $map == (.safe|command) ]] && \builtin continue
    \builtin bindkey -M $map '${key(shellKeys.removeLine)}' __lectern_remove_line
    \builtin bindkey -M $map '${key(shellKeys.takeCommand)}' __lectern_take
    \builtin bindkey -M $map '${key(shellKeys.enter)}' .accept-line
    \builtin bindkey -M $map '${key(shellKeys.nextLine)}' __lectern_next
    \builtin bindkey -M $map '${key(shellKeys.clearScreen)}' .clear-screen
    \builtin bindkey -M $map '${key(shellKeys.restoreHistoryExpansion)}' __lectern_restore
    \builtin bindkey -M $map '${key(shellKeys.report)}' __lectern_report
    \builtin bindkey -M $map -s '\e[201~' ''
  done
}
${learnersFiles}
\builtin setopt prompt_subst no_prompt_sp interactive_comments
LISTMAX=-100000
{ __lectern_bind; __lectern_mark; \builtin printf '\e]133;H;zsh;%s\a' "$__lectern_nonce" >/dev/tty; } >/dev/null 2>&1 || :
`.replaceAll("\\${", "${");
}
