import { useEffect, useRef, type ReactElement, type ReactNode } from "react";
import { focusOnArrival } from "../store/navigation.js";

/** The heading a screen outside a lab begins with; whoever comes from another screen goes on reading and tabbing from here. */
export function ScreenTitle({ children }: { children: ReactNode }): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => focusOnArrival(heading.current), []);
  return (
    <h1 ref={heading} className="catalogue__title" tabIndex={-1}>
      {children}
    </h1>
  );
}
