// Owns calendar arithmetic of billing periods, in UTC and Unix seconds: months from an anchor, clamped to the month's end.
// https://docs.stripe.com/billing/subscriptions/billing-cycle

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;

/** On average; anything else than days, weeks and years counts as months. */
const LENGTHS = new Map([
  ["day", DAY],
  ["week", 7 * DAY],
  ["month", 30.436875 * DAY],
  ["year", 365.2425 * DAY],
]);

/** The anchor moved by whole months; a day that the month lacks becomes its last one. */
export function addMonths(anchor: number, months: number): number {
  const from = new Date(anchor * 1000);
  const month = from.getUTCFullYear() * 12 + from.getUTCMonth() + months;
  const year = Math.floor(month / 12);
  const inYear = month - year * 12;
  const last = new Date(Date.UTC(year, inYear + 1, 0)).getUTCDate();
  const day = Math.min(from.getUTCDate(), last);
  const time = anchor - Math.floor(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate()) / 1000);
  return Math.floor(Date.UTC(year, inYear, day) / 1000) + time;
}

/** The n-th boundary of periods that are counted from the anchor; the anchor itself is the zeroth. */
export function boundary(anchor: number, interval: string, count: number, n: number): number {
  if (interval === "day") return anchor + n * count * DAY;
  if (interval === "week") return anchor + n * count * 7 * DAY;
  return addMonths(anchor, n * count * (interval === "year" ? 12 : 1));
}

/** The first boundary after the given moment. */
export function nextBoundary(anchor: number, interval: string, count: number, after: number): number {
  const span = (LENGTHS.get(interval) ?? LENGTHS.get("month") ?? DAY) * count;
  let n = Math.floor((after - anchor) / span) - 1;
  while (boundary(anchor, interval, count, n) <= after) n++;
  return boundary(anchor, interval, count, n);
}

/** As Stripe writes a day in a line's description: "21 Nov 2026". */
export function dayText(seconds: number): string {
  const date = new Date(seconds * 1000);
  const month = date.toLocaleString("en-US", { month: "short", timeZone: "UTC" });
  return `${String(date.getUTCDate()).padStart(2, "0")} ${month} ${date.getUTCFullYear()}`;
}
