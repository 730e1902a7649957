import { lazy, Suspense, type ReactElement } from "react";
import { Link } from "../../parts/link.js";
import { ThemeSwitch } from "../../parts/theme-switch.js";
import { Brand } from "../../parts/top-bar.js";
import { useLab } from "../lab-context.js";
import { EndSession } from "./end-session.js";
import { Help } from "./help.js";
import { PageMenu } from "./page-menu.js";
import { TimeLeft } from "./time-left.js";
import "./lab-header.css";

const AskHelp = lazy(async () => ({ default: (await import("./ask-help.js")).AskHelp }));

/** The bar over a lab: where one is, how long is left, and the ways out. */
export function LabHeader({ page }: { page: string }): ReactElement {
  const { session, isOver, isWatching } = useLab();
  const isReadOnly = isOver || isWatching;
  return (
    <header className="lab-header">
      <Link to={{ screen: "catalogue" }} className="brand" aria-label="All labs">
        <Brand />
      </Link>
      <span className="lab-header__title" title={session.title}>
        {session.title}
      </span>
      <PageMenu page={page} />
      <div className="lab-header__end">
        {!isReadOnly && (session.hasHelpers || session.help !== undefined) && (
          <Suspense fallback={null}>
            <AskHelp />
          </Suspense>
        )}
        {!isReadOnly && <TimeLeft />}
        <ThemeSwitch />
        <Help />
        {!isReadOnly && <EndSession />}
      </div>
    </header>
  );
}
