// When a step's time has come. Pure: hours of the day are those of the given time zone, whatever its clock does.
import type { Step } from "./sequences.schema.ts";

const HOUR_MS = 3_600_000;
/** Between two mails of one sequence, whatever the delays say. */
const LEAST_APART_HOURS = 1;

/** Hours of the day within which mails go out. */
export interface Daytime {
  timeZone: string;
  /** From this full hour on, 0 to 23. */
  fromHour: number;
  /** Before this one, 1 to 24. */
  toHour: number;
}

/**
 * The step that comes after what somebody has passed. Steps that were put before where they are don't come any more.
 * @returns null where none is left
 */
export function nextStep(steps: readonly Step[], passed: readonly string[]): Step | null {
  const last = Math.max(-1, ...passed.map((key) => steps.findIndex((step) => step.key === key)));
  // What they passed may all be deleted since: then as many as they passed are behind them.
  const at = last >= 0 || passed.length === 0 ? last + 1 : passed.length;
  return steps.slice(at).find(({ key }) => !passed.includes(key)) ?? null;
}

/**
 * When the step is due: its delay after the last one, then at the next moment of daytime.
 * @param movedAt when the step before was passed, or the beginning
 */
export function dueAt(step: Step, movedAt: Date, isFirst: boolean, day: Daytime): Date {
  const hours = isFirst ? step.delayHours : Math.max(step.delayHours, LEAST_APART_HOURS);
  return nextInDaytime(new Date(movedAt.getTime() + hours * HOUR_MS), day);
}

/** The moment itself where it lies in daytime, else the next beginning of one. */
export function nextInDaytime(at: Date, { timeZone, fromHour, toHour }: Daytime): Date {
  const { year, month, day, hour } = localTime(at, timeZone);
  if (hour >= fromHour && hour < toHour) return at;
  const tomorrow = hour >= toHour ? 1 : 0;
  return momentOf(Date.UTC(year, month - 1, day + tomorrow, fromHour), timeZone);
}

interface Local {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(at: Date, timeZone: string): Local {
  let format = formats.get(timeZone);
  if (!format) {
    const numeric = "numeric" as const;
    format = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone, hourCycle: "h23", year: numeric, month: numeric, day: numeric },
      ...{ hour: numeric, minute: numeric, second: numeric },
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second };
}

/** What the zone's clocks add to UTC at this moment, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localTime(new Date(at), timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** The moment at which the zone's clocks first show this time; where they skip it, the moment after. */
function momentOf(local: number, timeZone: string): Date {
  // Clocks change once in a while, never twice within a day.
  const [before = 0, after = 0] = [-12, 12].map((hours) => local - offsetAt(local + hours * HOUR_MS, timeZone));
  const fits = (moment: number): boolean => moment + offsetAt(moment, timeZone) === local;
  return new Date(fits(before) || !fits(after) ? before : after);
}
