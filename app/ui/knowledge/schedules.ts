// Owns how often a website can be read by itself, in hours and in words.

export const SCHEDULES = [
  { value: "", label: "Only when I ask" },
  { value: "24", label: "Every day" },
  { value: "168", label: "Every week" },
];

/** The choices, with one of its own for an interval that none of them is. */
export function schedulesWith(hours: number | null): { value: string; label: string }[] {
  const known = hours === null || SCHEDULES.some(({ value }) => value === String(hours));
  return known ? SCHEDULES : [...SCHEDULES, { value: String(hours), label: `Every ${hours} hours` }];
}
