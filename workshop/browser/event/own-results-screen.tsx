import { useQuery } from "@tanstack/react-query";
import { useEffect, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { type OwnResults, ownResultsCsv } from "../../common/own-results.js";
import { Link } from "../parts/link.js";
import { saveText } from "../parts/save-text.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { TopBar } from "../parts/top-bar.js";
import { Certificate } from "./certificate.js";
import { FeedbackForm } from "./feedback-form.js";
import { ownResultsQuery } from "./own-results-query.js";
import { OwnRecordings } from "./own-recordings.js";
import { OwnSteps } from "./own-steps.js";
import "./event.css";
import "./own-results.css";

/** What a learner came to in an event, with a certificate to print; it is there as long as the results are kept. */
export function OwnResultsScreen({ event }: { event: string }): ReactElement {
  const { data, error, refetch } = useQuery(ownResultsQuery(event));
  useEffect(() => {
    document.title = data === undefined ? "Lectern" : `${data.name} · ${data.title}`;
  }, [data]);
  return (
    <>
      <TopBar />
      <main className="event own-results">
        {data && <Results results={data} />}
        {!data && error && (
          <>
            <ScreenTitle>Your results cannot be shown</ScreenTitle>
            <p className="notice notice--warning" role="alert">
              {error.message}
            </p>
            <Button className="button" onPress={() => void refetch()}>
              Try again
            </Button>
          </>
        )}
        {!data && !error && <div className="skeleton event__skeleton" aria-busy="true" />}
      </main>
    </>
  );
}

function Results({ results }: { results: OwnResults }): ReactElement {
  const save = (): void => saveText(`\uFEFF${ownResultsCsv(results)}`, `${results.event}.csv`, "text/csv");
  return (
    <>
      <ScreenTitle>Your results</ScreenTitle>
      <div className="event__buttons own-results__actions">
        <Button className="button button--primary" onPress={() => window.print()}>
          Print
        </Button>
        <Button className="button" onPress={save}>
          Download CSV
        </Button>
        <Link className="button" to={{ screen: "event", event: results.event }}>
          To the event
        </Link>
      </div>
      {results.asksFeedback && <FeedbackForm event={results.event} said={results.feedback} />}
      <Certificate results={results} />
      <OwnSteps steps={results.steps} />
      <OwnRecordings event={results.event} />
    </>
  );
}
