// What a promise is refused with.
import { AppError } from "#app/platform/errors.ts";

/** The AppError that the promise ends in; anything else fails the test. */
export async function refusal(run: Promise<unknown>): Promise<AppError> {
  const error = await run.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error;
}
