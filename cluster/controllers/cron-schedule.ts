import { Cron } from "croner";

/** When a schedule was last due after `earliest` and when it is due again; `undefined` for never. */
export interface Due {
  latest: Date | undefined;
  next: Date | undefined;
}

/** Reads a schedule of five fields or an `@` word in a time zone (UTC without one, where the controller runs); throws what is wrong with it. */
export function dueTimes(
  { schedule, timeZone = "UTC" }: { schedule: string; timeZone?: string },
  { earliest, now }: { earliest: Date; now: Date },
): Due {
  const mode = schedule.startsWith("@") ? {} : { mode: "5-part" as const };
  const cron = new Cron(schedule, { ...mode, timezone: timeZone, paused: true });
  // The reference itself is not among the previous runs, and a run may be due this very second.
  const [latest] = cron.previousRuns(1, new Date(now.getTime() + 1000));
  const isDue = latest !== undefined && latest > earliest && latest <= now;
  return { latest: isDue ? latest : undefined, next: cron.nextRun(now) ?? undefined };
}
