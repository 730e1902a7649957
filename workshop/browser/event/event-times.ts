/** When an event is, in the reader's own time: `Saturday, 28 November, 14:00 to 17:30`. */
export function eventTimes({ from, until }: { from: string; until: string }): string {
  const [begins, ends] = [new Date(from), new Date(until)];
  if (dayOf(begins) === dayOf(ends)) return `${dayOf(begins)}, ${timeOf(begins)} to ${timeOf(ends)}`;
  return `${dayOf(begins)}, ${timeOf(begins)} to ${dayOf(ends)}, ${timeOf(ends)}`;
}

/** A moment, without its day where that is today. */
export function momentOf(iso: string, now = new Date()): string {
  const moment = new Date(iso);
  return dayOf(moment) === dayOf(now) ? timeOf(moment) : `${timeOf(moment)} on ${dayOf(moment)}`;
}

/** The day of a moment with its year: `28 November 2026`. */
export function dateOf(iso: string): string {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

function dayOf(time: Date): string {
  return time.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
}

function timeOf(time: Date): string {
  return time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}
