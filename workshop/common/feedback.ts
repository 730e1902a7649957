/** What somebody says of an event at its end. */
export interface Feedback {
  /** How good it was: from 1, poor, to 5, very good. */
  rating: number;
  /** What to keep or to change, in their words; absent where they said nothing. */
  comment?: string;
}

export const RATINGS = [1, 2, 3, 4, 5] as const;
/** A sentence or three; what is longer belongs into a letter. */
export const MAX_COMMENT = 500;

/** Without what no database keeps, and what would order a terminal or turn around what stands beside it. */
export function shownComment(comment: string): string {
  return comment
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/(?![\t\n])[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");
}

/** What all who have answered say together. */
export interface FeedbackSummary {
  answers: number;
  /** How many gave each rating, from 1 to 5. */
  counts: number[];
  /** To one decimal; absent where nobody has answered. */
  mean?: number;
}

/** Counts the answers there are. */
export function feedbackSummary(all: readonly (Feedback | undefined)[]): FeedbackSummary {
  const ratings = all.flatMap((one) => one?.rating ?? []);
  const counts = RATINGS.map((rating) => ratings.filter((one) => one === rating).length);
  if (ratings.length === 0) return { answers: 0, counts };
  const mean = Math.round((ratings.reduce((sum, one) => sum + one, 0) / ratings.length) * 10) / 10;
  return { answers: ratings.length, counts, mean };
}
