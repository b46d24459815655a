import { describe, expect, it } from "vitest";
import { formatAgo, formatTime } from "#app/ui/time-text.tsx";

const at = new Date("2026-03-29T00:30:00Z");

describe("a time", () => {
  it("is written in its zone, with the zone named, across a change of clocks", () => {
    expect(formatTime(at, "Europe/Berlin").replaceAll(" ", " ")).toBe("Mar 29, 2026, 1:30 AM GMT+1");
    const later = new Date(at.getTime() + 3_600_000);
    expect(formatTime(later, "Europe/Berlin").replaceAll(" ", " ")).toBe("Mar 29, 2026, 3:30 AM GMT+2");
    expect(formatTime(at, "America/New_York", "time").replaceAll(" ", " ")).toBe("8:30 PM EDT");
    expect(formatTime(at, "America/New_York", "date")).toBe("Mar 28, 2026");
  });

  it.each([
    [59, "just now"],
    [60, "1 min ago"],
    [3599, "59 min ago"],
    [3600, "1 h ago"],
    [86_400, "1 day ago"],
    [6 * 86_400, "6 days ago"],
    [7 * 86_400, null],
    [-1, null],
  ])("%i seconds ago reads %s", (seconds, words) => {
    expect(formatAgo(at, new Date(at.getTime() + seconds * 1000))).toBe(words);
  });
});
