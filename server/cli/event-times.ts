import { InvalidArgumentError } from "commander";

/**
 * A time as people say it, on this machine's clock: `14:00` is today's, `2026-11-30 14:00` and ISO 8601 are as they say. ISO 8601 in
 * UTC. Throws InvalidArgumentError.
 */
export function eventTime(value: string, now = new Date()): string {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(value) ?? [];
  const time =
    hours === undefined
      ? new Date(/^\d{4}-\d{2}-\d{2}$/.test(value) ? "" : value.replace(/^(\d{4}-\d{2}-\d{2}) /, "$1T"))
      : new Date(now.getFullYear(), now.getMonth(), now.getDate(), Number(hours), Number(minutes));
  const isTime = hours === undefined || (Number(hours) < 24 && Number(minutes) < 60);
  if (isTime && /^\d/.test(value) && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new InvalidArgumentError('Expected a time such as 14:00 (today) or "2026-11-30 14:00".');
}
