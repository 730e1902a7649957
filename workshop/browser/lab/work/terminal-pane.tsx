import {
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
  type ReactElement,
  type ReactNode,
  type Ref,
} from "react";
import type { CloseReason, ConnectionState } from "../../../../terminal/browser/terminal-connection.js";
import { TerminalView, type TerminalHandle } from "../../../../terminal/browser/terminal-view.js";
import { useTheme } from "../../store/theme.js";
import { terminalName } from "../blocks/action-names.js";
import { useSession } from "../../store/use-session.js";
import { useLab } from "../lab-context.js";
import { noticesHeight } from "./notices-height.js";
import { TerminalSearch } from "./terminal-search.js";
import { ShellLoss, TerminalStatus, type TerminalTrouble } from "./terminal-status.js";
import { TerminalTools } from "./terminal-tools.js";
import { connectTerminal } from "./terminal-ticket.js";
import { useTerminalLook } from "./terminal-look.js";
import "./terminal-colors.css";
import "./terminal-pane.css";

/** Lines of a terminal shown under a running block; as many as fit a phone beside the block. */
const LAST_LINES = 8;

export interface TerminalPaneHandle {
  /** Starts a new shell where the one shown has ended. */
  revive(): void;
  focus(): void;
  paste(text: string): void;
  enterLine(line: string): void;
  lastLines(): string;
}

interface Props {
  terminal: string;
  /** What stands at the start of the pane's bar: its name, or a choice of terminals. */
  title: ReactNode;
  ref: Ref<TerminalPaneHandle>;
}

/** One terminal of the session with its bar: search, size of the type, help for screen readers, and what is wrong if anything is. */
export function TerminalPane({ terminal, title, ref }: Props): ReactElement {
  const { store, session, isOver, isWatching, isGuest } = useLab();
  const isFixed = isOver || isWatching;
  const { theme } = useTheme();
  const look = useTerminalLook();
  const [isSearching, setIsSearching] = useState(false);
  const opened = useSession(store, (state) => state.shells.get(terminal)?.opened ?? 0);
  const loss = useSession(store, (state) => state.shells.get(terminal)?.loss);
  const { shell, handle, trouble, wasOnline, setHandle, noteState, startShell, enterShell } =
    useShell(opened);
  const over = useLatest(isOver);
  usePaneHandle(ref, handle, () => trouble?.reason === "exited" && startShell());
  const name = terminalName(terminal);
  return (
    <section className="terminal-pane" aria-label={name} data-fixed={isFixed || undefined}>
      <div className="terminal-pane__bar">
        {title}
        <WayOut handle={handle} />
        <TerminalTools name={name} look={look} onSearch={() => setIsSearching(!isSearching)} />
      </div>
      {isSearching && handle && (
        <TerminalSearch
          name={name}
          handle={handle}
          onClose={() => {
            setIsSearching(false);
            handle.focus();
          }}
        />
      )}
      <TerminalView
        // Whoever is let in, or is no longer, joins anew.
        key={`${String(shell)}/${String(isGuest)}`}
        className="terminal-pane__screen"
        connect={() => connectTerminal(session.id, terminal, over)}
        theme={theme}
        fontSize={look.fontSize}
        readOnly={isFixed && !isGuest}
        keepsSize={isFixed}
        noticesHeight={noticesHeight}
        screenReader={look.isForScreenReader}
        label={name}
        onState={(state, reason) => {
          noteState(state, reason);
          store.noteTerminal(terminal, state === "reconnecting" ? "waiting" : "online");
        }}
        onReplaced={() => store.noteTerminal(terminal, "restarted")}
        onSearch={() => setIsSearching(true)}
        onHandle={setHandle}
      />
      {loss !== undefined && <ShellLoss key={loss} text={loss} />}
      <TerminalStatus
        trouble={trouble}
        isOver={isOver}
        wasOnline={wasOnline}
        onRetry={() => handle?.retryNow()}
        onNewShell={enterShell}
      />
    </section>
  );
}

function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  }, [value]);
  return latest;
}

/**
 * The shell shown, by its number on this page, and what is wrong with it if anything is. Where the one shown has ended, a new one that
 * was opened in the terminal takes its place.
 */
function useShell(opened: number) {
  const [trouble, setTrouble] = useState<TerminalTrouble>();
  const [wasOnline, setWasOnline] = useState(false);
  const [shell, setShell] = useState(0);
  const [handle, setHandle] = useState<TerminalHandle>();
  const isEntered = useRef(false);
  const [seen, setSeen] = useState(opened);
  if (opened !== seen) {
    setSeen(opened);
    if (trouble?.reason === "exited") startShell();
  }
  function startShell(): void {
    setTrouble(undefined);
    setShell(shell + 1);
  }
  /** For whoever asked for just that: the keyboard goes into the new shell, as the button that was pressed is gone. */
  function enterShell(): void {
    isEntered.current = true;
    startShell();
  }
  function noteState(state: ConnectionState, reason?: CloseReason): void {
    setTrouble(state === "online" ? undefined : { state, reason });
    if (state !== "online") return;
    setWasOnline(true);
    if (!isEntered.current) return;
    isEntered.current = false;
    handle?.focus();
  }
  return { shell, handle, trouble, wasOnline, setHandle, noteState, startShell, enterShell };
}

/** Tells whoever is in the terminal how the keyboard leaves it, which takes Tab itself. */
function WayOut({ handle }: { handle: TerminalHandle | undefined }): ReactElement {
  const id = useId();
  useEffect(() => handle?.screen.terminal.textarea?.setAttribute("aria-describedby", id), [handle, id]);
  return (
    <span className="terminal-pane__hint" id={id}>
      Esc, then Tab leaves the terminal
    </span>
  );
}

function usePaneHandle(
  ref: Ref<TerminalPaneHandle>,
  handle: TerminalHandle | undefined,
  revive: () => void,
): void {
  useImperativeHandle(ref, () => ({
    revive,
    focus: () => handle?.focus(),
    paste: (text) => handle?.pasteWithoutRunning(text),
    enterLine: (line) => {
      handle?.pasteWithoutRunning(line);
      handle?.input("\r");
    },
    lastLines: () => handle?.screen.lastLines(LAST_LINES) ?? "",
  }));
}
