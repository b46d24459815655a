import type { LoaderFunctionArgs } from "@remix-run/node";
import { AppError, problem } from "#app/platform/errors.ts";

/** Fails as a loader of the product would: with a problem, with a bare status, or unexpectedly. */
export function loader({ params }: LoaderFunctionArgs): null {
  if (params.status === "problem") throw problem(new AppError("forbidden", "Only owners may see the bill."));
  if (params.status === "unexpected") throw new Error("select * from secrets");
  throw new Response(null, { status: Number(params.status) });
}

export default function Page() {
  return null;
}
