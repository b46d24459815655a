import { expect, it } from "vitest";
import { progressSentence, type StepState } from "#app/ui/progress-steps.tsx";

const steps = (...states: StepState[]) =>
  states.map((state, index) => ({ key: `${index}`, label: `Step ${index}`, state }));

it.each([
  [steps("done", "running", "pending"), "Step 1: in progress."],
  [steps("done", "running", "failed"), "Step 2: failed."],
  [steps("done", "waiting"), "Step 1: waiting."],
  [steps("done", "skipped"), "All steps are done."],
  [steps("pending", "pending"), ""],
  [[], ""],
])("reads out the step that matters", (list, sentence) => {
  expect(progressSentence(list)).toBe(sentence);
});
