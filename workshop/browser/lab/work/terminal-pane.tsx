import {
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
  type ReactElement,
  type ReactNode,
  type Ref,
} from "react";
import { TerminalView, type TerminalHandle } from "../../../../terminal/browser/terminal-view.js";
import { useTheme } from "../../store/theme.js";
import { terminalName } from "../blocks/action-names.js";
import { useLab } from "../lab-context.js";
import { TerminalSearch } from "./terminal-search.js";
import { TerminalStatus, type TerminalTrouble } from "./terminal-status.js";
import { TerminalTools } from "./terminal-tools.js";
import { connectTerminal } from "./terminal-ticket.js";
import { useTerminalLook } from "./terminal-look.js";
import "./terminal-colors.css";
import "./terminal-pane.css";

/** Lines of a terminal shown under a running block; as many as fit a phone beside the block. */
const LAST_LINES = 8;

export interface TerminalPaneHandle {
  focus(): void;
  paste(text: string): void;
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
  const { session, isOver, isReadOnly } = useLab();
  const { theme } = useTheme();
  const look = useTerminalLook();
  const [handle, setHandle] = useState<TerminalHandle>();
  const [isSearching, setIsSearching] = useState(false);
  const [trouble, setTrouble] = useState<TerminalTrouble>();
  const [shell, setShell] = useState(0);
  const over = useRef(isOver);
  useEffect(() => {
    over.current = isOver;
  }, [isOver]);
  usePaneHandle(ref, handle);
  const name = terminalName(terminal);
  return (
    <section className="terminal-pane" aria-label={name} data-fixed={isReadOnly || undefined}>
      <div className="terminal-pane__bar">
        {title}
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
        key={shell}
        className="terminal-pane__screen"
        connect={() => connectTerminal(session.id, terminal, over)}
        theme={theme}
        fontSize={look.fontSize}
        readOnly={isReadOnly}
        screenReader={look.isForScreenReader}
        label={name}
        onState={(state, reason) => setTrouble(state === "online" ? undefined : { state, reason })}
        onSearch={() => setIsSearching(true)}
        onHandle={setHandle}
      />
      <TerminalStatus
        trouble={trouble}
        isOver={isOver}
        onRetry={() => handle?.retryNow()}
        onNewShell={() => {
          setTrouble(undefined);
          setShell(shell + 1);
        }}
      />
    </section>
  );
}

function usePaneHandle(ref: Ref<TerminalPaneHandle>, handle: TerminalHandle | undefined): void {
  useImperativeHandle(
    ref,
    () => ({
      focus: () => handle?.focus(),
      paste: (text) => handle?.input(text),
      lastLines: () => handle?.screen.lastLines(LAST_LINES) ?? "",
    }),
    [handle],
  );
}
