import { useEffect, useState, type ReactElement } from "react";
import type { LtiArrival } from "../../common/event-api.js";
import { eventApi } from "../api/event-api.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { TopBar } from "../parts/top-bar.js";
import { navigate } from "../store/navigation.js";
import type { Route } from "../store/route.js";
import "./sign-in.css";

function placeOf(arrival: LtiArrival): Route {
  if ("session" in arrival) return { screen: "lab", session: arrival.session };
  if ("waitsFor" in arrival) return { screen: "event", event: arrival.waitsFor };
  return { screen: "results", event: arrival.event };
}

/** Where a learning platform sends people: goes on to their session, or to the results of who teaches. */
export function LaunchScreen(): ReactElement {
  const [entry] = useState(() => new URLSearchParams(location.hash.slice(1)).get("entry") ?? "");
  const [problem, setProblem] = useState<string | undefined>(
    entry === "" ? "The address has lost its end. Open the link in your course again." : undefined,
  );
  useEffect(() => {
    document.title = "Opening the lab · Lectern";
    if (entry === "") return;
    // It is good once, and of no use in a history.
    history.replaceState(history.state, "", location.pathname);
    eventApi.enterByLaunch(entry).then(
      (arrival) => navigate(placeOf(arrival)),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  }, [entry]);
  return (
    <>
      <TopBar />
      <main className="sign-in">
        {problem === undefined ? (
          <p className="sign-in__wait" role="status" aria-busy="true">
            Opening the lab…
          </p>
        ) : (
          <>
            <ScreenTitle>The lab cannot be opened</ScreenTitle>
            <p className="notice notice--warning" role="alert">
              {problem}
            </p>
          </>
        )}
      </main>
    </>
  );
}
