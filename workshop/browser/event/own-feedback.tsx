import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { FeedbackForm } from "./feedback-form.js";
import { ownResultsQuery } from "./own-results-query.js";

/** Asks whoever has come to the event how it was; nothing where its people are not asked, or the person is known there no more. */
export function OwnFeedback({ event }: { event: string }): ReactElement | null {
  const { data } = useQuery({ ...ownResultsQuery(event), retry: false });
  if (!data?.asksFeedback) return null;
  return <FeedbackForm event={event} said={data.feedback} />;
}
