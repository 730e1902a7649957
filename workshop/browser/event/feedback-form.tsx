import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { type Feedback, MAX_COMMENT, RATINGS } from "../../common/feedback.js";
import { eventApi } from "../api/event-api.js";
import { ownResultsKey } from "./own-results-query.js";
import "./feedback.css";

interface Props {
  event: string;
  /** What was said before. */
  said: Feedback | undefined;
}

/** Two questions at the end of an event: how good it was, and what to keep or change. What was said can be said anew. */
export function FeedbackForm({ event, said }: Props): ReactElement {
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(said === undefined);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  async function send(submitted: FormEvent<HTMLFormElement>): Promise<void> {
    submitted.preventDefault();
    const form = new FormData(submitted.currentTarget);
    setIsBusy(true);
    setProblem(undefined);
    try {
      await eventApi.say(event, feedbackIn(form));
      await queries.invalidateQueries({ queryKey: ownResultsKey(event) });
      setIsAsking(false);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  }
  if (!isAsking)
    return (
      <p className="card feedback feedback--said" role="status">
        Thank you: your answer is kept.{" "}
        <Button className="button button--small" onPress={() => setIsAsking(true)}>
          Change it
        </Button>
      </p>
    );
  return (
    <form className="card feedback" aria-label="How was it?" onSubmit={(submitted) => void send(submitted)}>
      <Rating rating={said?.rating} />
      <label className="field">
        <span className="field__label">What should stay, or be another way?</span>
        <textarea
          className="field__input"
          name="comment"
          rows={2}
          maxLength={MAX_COMMENT}
          defaultValue={said?.comment}
          placeholder="A sentence, if you like"
        />
      </label>
      {problem !== undefined && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <div className="feedback__ways">
        <Button className="button button--primary button--small" type="submit" isDisabled={isBusy}>
          {isBusy ? "Sending…" : "Send"}
        </Button>
        <span className="field__hint">Those who look after the event read it with your name.</span>
      </div>
    </form>
  );
}

function Rating({ rating }: { rating: number | undefined }): ReactElement {
  return (
    <fieldset className="feedback__rating">
      <legend className="field__label">How good was it? 1 is poor, 5 very good.</legend>
      <div className="feedback__choices">
        {RATINGS.map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="rating"
              value={value}
              required
              defaultChecked={value === rating}
              aria-label={`${String(value)} of ${String(RATINGS.length)}`}
            />
            {value}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function feedbackIn(form: FormData): Feedback {
  const comment = (form.get("comment") as string).trim();
  return { rating: Number(form.get("rating")), ...(comment !== "" && { comment }) };
}
