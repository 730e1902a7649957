import type { ReactElement, ReactNode } from "react";
import { Link } from "./link.js";
import { ThemeSwitch } from "./theme-switch.js";
import "./top-bar.css";

/** The bar of the screens outside a lab. */
export function TopBar({ children }: { children?: ReactNode }): ReactElement {
  return (
    <header className="top-bar">
      <Link to={{ screen: "catalogue" }} className="brand">
        <Brand />
        Lectern
      </Link>
      <div className="top-bar__end">
        {children}
        <ThemeSwitch />
      </div>
    </header>
  );
}

/** The mark of the product. */
export function Brand(): ReactElement {
  return (
    <svg className="brand__mark" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" fill="none">
      <rect width="32" height="32" rx="7" className="brand__plate" />
      <path
        d="M8 10l5 5-5 5M16 22h8"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
