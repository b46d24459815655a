// When steps are due: order, delays, daytime, and the two days a year on which clocks jump.
import { describe, expect, test } from "vitest";
import type { Step } from "#app/domain/sequences/sequences.schema.ts";
import { type Daytime, dueAt, nextInDaytime, nextStep } from "#app/domain/sequences/timing.ts";

const step = (key: string, delayHours = 24): Step => ({
  ...{ key, delayHours, condition: "always", subject: "Hello", body: "Hello", button: "", link: "home" },
});
const steps = [step("one", 0), step("two"), step("three")];
const berlin: Daytime = { timeZone: "Europe/Berlin", fromHour: 9, toHour: 17 };
const at = (iso: string, day = berlin): string => nextInDaytime(new Date(iso), day).toISOString();

describe("the next step", () => {
  test("is the first one not passed, and there is none after the last", () => {
    expect(nextStep(steps, [])?.key).toBe("one");
    expect(nextStep(steps, ["one"])?.key).toBe("two");
    expect(nextStep(steps, ["one", "two", "three"])).toBeNull();
  });

  test("comes after where somebody is, whatever was put before, moved or deleted meanwhile", () => {
    expect(nextStep([step("new"), ...steps], ["one"])?.key).toBe("two");
    expect(nextStep([step("one"), step("three"), step("two")], ["one", "two"])).toBeNull();
    expect(nextStep([step("one"), step("three")], ["one", "two"])?.key).toBe("three");
    expect(nextStep([step("x"), step("y"), step("z")], ["one", "two"])?.key).toBe("z");
    expect(nextStep([], ["one"])).toBeNull();
  });

  test("never follows within the hour, even without a delay", () => {
    const moved = new Date("2026-11-23T10:00:00Z");
    expect(dueAt(step("one", 0), moved, true, berlin).toISOString()).toBe("2026-11-23T10:00:00.000Z");
    expect(dueAt(step("two", 0), moved, false, berlin).toISOString()).toBe("2026-11-23T11:00:00.000Z");
  });
});

describe("daytime", () => {
  test("is now while it lasts, else the next morning of the zone", () => {
    expect(at("2026-11-23T08:00:00Z")).toBe("2026-11-23T08:00:00.000Z");
    expect(at("2026-11-23T07:59:59Z")).toBe("2026-11-23T08:00:00.000Z");
    expect(at("2026-11-23T16:00:00Z")).toBe("2026-11-24T08:00:00.000Z");
    expect(at("2026-12-31T20:00:00Z")).toBe("2027-01-01T08:00:00.000Z");
    expect(at("2026-11-23T12:00:00Z", { ...berlin, timeZone: "America/Los_Angeles" })).toBe("2026-11-23T17:00:00.000Z");
    expect(at("2026-11-23T03:00:00Z", { ...berlin, timeZone: "Asia/Kolkata" })).toBe("2026-11-23T03:30:00.000Z");
  });

  test("keeps to the clock on the wall when it jumps", () => {
    // Clocks go from 2 to 3 on 28 March 2027 and back on 31 October 2027.
    expect(at("2027-03-27T17:00:00Z")).toBe("2027-03-28T07:00:00.000Z");
    expect(at("2027-10-30T17:00:00Z")).toBe("2027-10-31T08:00:00.000Z");
    expect(at("2027-03-27T20:00:00Z", { ...berlin, fromHour: 2, toHour: 4 })).toBe("2027-03-28T01:00:00.000Z");
    expect(at("2027-10-30T20:00:00Z", { ...berlin, fromHour: 2, toHour: 4 })).toBe("2027-10-31T00:00:00.000Z");
    expect(at("2027-03-13T23:00:00Z", { ...berlin, timeZone: "America/New_York" })).toBe("2027-03-14T13:00:00.000Z");
  });

  test("all day long is always", () => {
    for (const iso of ["2027-03-28T00:59:59.000Z", "2027-03-28T01:00:00.000Z", "2027-10-31T00:30:00.000Z"])
      expect(at(iso, { ...berlin, fromHour: 0, toHour: 24 })).toBe(iso);
  });
});
