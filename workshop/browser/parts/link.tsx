import type { MouseEvent, ReactElement, ReactNode } from "react";
import { navigate, routeUrl } from "../store/navigation.js";
import type { Route } from "../store/route.js";

interface Props {
  to: Route;
  className?: string;
  children: ReactNode;
  "aria-label"?: string;
  "aria-current"?: "page" | undefined;
}

/** A real link that changes the screen without loading the page anew; with a modifier key the browser opens it as it opens any link. */
export function Link({ to, children, ...rest }: Props): ReactElement {
  function go(event: MouseEvent): void {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  }
  return (
    <a href={routeUrl(to)} onClick={go} {...rest}>
      {children}
    </a>
  );
}
