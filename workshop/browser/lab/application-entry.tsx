import { useQuery } from "@tanstack/react-query";
import { useEffect, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { Link } from "../parts/link.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { TopBar } from "../parts/top-bar.js";
import type { Route } from "../store/route.js";
import { applicationQuery } from "./application-address.js";

/** Lets this browser into an application of a session and goes there; says why where it cannot. */
export function ApplicationEntry({
  route,
}: {
  route: Extract<Route, { screen: "application" }>;
}): ReactElement {
  const { session, ingress, path } = route;
  const { data, error, refetch } = useQuery(applicationQuery(session, { name: ingress, path }));
  useEffect(() => {
    // In the place of this page, so that the way back leads before it.
    if (data !== undefined) location.replace(data);
  }, [data]);
  return (
    <>
      <TopBar />
      <main className="catalogue">
        <ScreenTitle>{error ? "The application cannot be opened" : "Opening the application"}</ScreenTitle>
        {error && (
          <>
            <p className="notice notice--warning" role="alert">
              {error.message}
            </p>
            <p className="catalogue__lead">
              <Button className="button button--small" onPress={() => void refetch()}>
                Try again
              </Button>{" "}
              or go <Link to={{ screen: "lab", session }}>back to the lab</Link>.
            </p>
          </>
        )}
      </main>
    </>
  );
}
