const MS_PER_MINUTE = 60_000;

/** The time whose fields in UTC are those of `time` in the zone: a name of the database of zones, or an offset such as `-01:30`. */
export function zonedTime(time: Date, zone: string): Date {
  const [, sign, hours, minutes] = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone) ?? [];
  if (hours === undefined) return new Date(time.getTime() + offsetOf(time, zone));
  const offset = (Number(hours) * 60 + Number(minutes)) * MS_PER_MINUTE;
  return new Date(time.getTime() + (sign === "-" ? -offset : offset));
}

function offsetOf(time: Date, zone: string): number {
  const parts = formatOf(zone).formatToParts(time);
  const part = (type: string): number => Number(parts.find((found) => found.type === type)?.value);
  const local = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return local - Math.floor(time.getTime() / 1000) * 1000;
}

/** To make one takes a hundred times as long as to use it. */
const formats = new Map<string, Intl.DateTimeFormat>();
/** More than there are zones. */
const MAX_FORMATS = 1000;

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  if (formats.size >= MAX_FORMATS) formats.clear();
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
    return format;
  } catch (cause) {
    throw new Error(`unknown time zone ${zone}`, { cause });
  }
}
