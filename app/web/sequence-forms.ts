// The forms of a sequence's page, the same for the operator's and a tenant's: which was sent, and what it does.
import { redirect } from "@remix-run/node";
import { z } from "zod";
import {
  ChangeSteps,
  EndEnrolment,
  type SaveOperatorStep,
  type SaveSettings,
  type SaveStep,
  type SaveTenantSettings,
  type SaveTenantStep,
  type Step,
  SwitchSequence,
} from "#app/domain/sequences/sequences.schema.ts";
import { type Edit, withSettings, withStep, withSteps } from "#app/domain/sequences/sequences.ts";
import { paths } from "#app/paths.ts";
import { AppError } from "#app/platform/errors.ts";
import { intentOf, readForm, submitForm } from "./forms.ts";

export interface SequenceDoor {
  schemas: {
    step: typeof SaveOperatorStep | typeof SaveTenantStep;
    settings: typeof SaveTenantSettings | z.ZodType<SaveSettings>;
  };
  /** What a new step says. */
  addition: Step;
  change(known: string | null, edit: Edit): Promise<void>;
  turn(on: boolean): Promise<void>;
  end(input: EndEnrolment): Promise<void>;
  test(stepKey: string, nonce: string): Promise<void>;
  /** The operator's can be removed. Left out: it stays. */
  remove?(): Promise<void>;
}

const Nothing = z.object({});
const TestStep = z.object({ step: z.string().max(40), nonce: z.uuid() });

/** Does what the form says. What was done is the form's intent; forms of a step answer with the step's key as well. */
export async function submitSequenceForm(request: Request, door: SequenceDoor) {
  const form = await readForm(request);
  const intent = intentOf(form);
  const said = (step: string | null = null) => ({ intent, step });
  const { remove } = door;
  if (intent === "remove" && remove)
    return submitForm(form, Nothing, async () => {
      await remove();
      throw redirect(paths.adminSequences());
    });
  switch (intent) {
    case "save":
      return submitForm(form, door.schemas.step as z.ZodType<SaveStep>, async (input) => {
        await door.change(input.known, withStep(input));
        return said(input.step);
      });
    case "settings":
      return submitForm(form, door.schemas.settings as z.ZodType<SaveSettings>, async (input) => {
        await door.change(input.known, withSettings(input));
        return said();
      });
    case "add":
    case "up":
    case "down":
    case "delete":
      return submitForm(form, ChangeSteps, async (input) => {
        await door.change(input.known, withSteps(input, door.addition));
        // The new step is the one to write now.
        if (intent === "add") throw redirect(`${new URL(request.url).pathname}?step=${door.addition.key}`);
        return said(intent === "delete" ? null : input.step);
      });
    case "switch":
      return submitForm(form, SwitchSequence, async ({ on }) => {
        await door.turn(on);
        return said();
      });
    case "end":
      return submitForm(form, EndEnrolment, async (input) => {
        await door.end(input);
        return said();
      });
    case "test":
      return submitForm(form, TestStep, async ({ step, nonce }) => {
        await door.test(step, nonce);
        return said(step);
      });
    default:
      throw new AppError("invalid", "There is no such form here.");
  }
}
