// Owns how times are written: in the given time zone, with the zone named.

export interface TimeTextProps {
  /** ISO 8601 text, or a Date. */
  value: string | Date;
  /** IANA name of the zone, usually the tenant's. */
  timeZone: string;
  show?: "dateTime" | "date" | "time" | undefined;
  locale?: string | undefined;
  /** With it, a recent time reads "5 min ago"; give the loader's clock, so that server and browser agree. */
  now?: string | Date | undefined;
  className?: string | undefined;
}

const shapes: Record<NonNullable<TimeTextProps["show"]>, Intl.DateTimeFormatOptions> = {
  dateTime: {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  },
  date: { year: "numeric", month: "short", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit", timeZoneName: "short" },
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** Writes a moment in a zone; formats are kept, because making one costs more than using it. */
export function formatTime(value: Date, timeZone: string, show: keyof typeof shapes = "dateTime", locale = "en-US") {
  const key = `${locale} ${timeZone} ${show}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...shapes[show], timeZone });
    formats.set(key, format);
  }
  return format.format(value);
}

/** "just now", "5 min ago", "3 h ago", "2 days ago"; null when a week or more lies between, or the future. */
export function formatAgo(value: Date, now: Date): string | null {
  const seconds = Math.round((now.getTime() - value.getTime()) / 1000);
  if (seconds < 0 || seconds >= 7 * 86_400) return null;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

export function TimeText({ value, timeZone, show = "dateTime", locale, now, className }: TimeTextProps) {
  const moment = new Date(value);
  const exact = formatTime(moment, timeZone, show, locale);
  const ago = now ? formatAgo(moment, new Date(now)) : null;
  return (
    // Server and browser may differ in a space or a zone's short name; the server's text stays.
    <time
      suppressHydrationWarning
      dateTime={moment.toISOString()}
      title={ago ? formatTime(moment, timeZone, "dateTime", locale) : undefined}
      className={className}
    >
      {ago ?? exact}
    </time>
  );
}
