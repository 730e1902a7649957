import { useQuery } from "@tanstack/react-query";
import { type ReactElement } from "react";
import { Button } from "react-aria-components";
import { type EventResults, resultsCsv } from "../../common/event-results.js";
import { eventApi } from "../api/event-api.js";
import { eventTimes } from "../event/event-times.js";
import { Link } from "../parts/link.js";
import { saveText } from "../parts/save-text.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { FeedbackResults } from "./feedback-results.js";
import { HardestSteps } from "./hardest-steps.js";
import { PeopleResults } from "./people-results.js";
import { QueriedScreen } from "./queried-screen.js";
import "./results.css";

/** What comes of a step shows while the event is on. */
const LOOK_MS = 10_000;

/** What the people of an event came to, to look at, print and download. */
export function ResultsScreen({ event }: { event: string }): ReactElement {
  const query = useQuery({
    queryKey: ["results", event],
    queryFn: ({ signal }) => eventApi.results(event, signal),
    refetchInterval: ({ state }) => state.status === "success" && LOOK_MS,
  });
  return (
    <QueriedScreen title="Results" className="results" query={query}>
      {(results) => <Results results={results} />}
    </QueriedScreen>
  );
}

function Results({ results }: { results: EventResults }): ReactElement {
  const came = results.people.filter(({ joinedAt }) => joinedAt !== undefined).length;
  return (
    <>
      <header className="instructor__head">
        <div>
          <ScreenTitle>Results of {results.title}</ScreenTitle>
          <p className="instructor__summary">
            {eventTimes(results)} · {came === 1 ? "one person" : `${came} people`} came
          </p>
        </div>
        <div className="instructor__make results__actions">
          <Link className="button" to={{ screen: "instructor" }}>
            All sessions
          </Link>
          <Button className="button" onPress={() => download(results, "csv")}>
            Download CSV
          </Button>
          <Button className="button" onPress={() => download(results, "json")}>
            Download JSON
          </Button>
          <Button className="button" onPress={() => window.print()}>
            Print
          </Button>
        </div>
      </header>
      <HardestSteps steps={results.steps} />
      <PeopleResults results={results} />
      <FeedbackResults results={results} />
    </>
  );
}

function download(results: EventResults, format: "csv" | "json"): void {
  // Spreadsheets read UTF-8 only where a mark in front says so.
  const text = format === "csv" ? `\uFEFF${resultsCsv(results)}` : JSON.stringify(results, null, 2);
  saveText(text, `${results.event}.${format}`, format === "csv" ? "text/csv" : "application/json");
}
