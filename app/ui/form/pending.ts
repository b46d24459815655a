// Owns the question whether a form of this page is on its way.
import { useNavigation } from "@remix-run/react";

/** True while a form is being sent; with an intent, only while that one is. */
export function usePending(intent?: string): boolean {
  const { state, formMethod, formData } = useNavigation();
  if (state === "idle" || formMethod !== "POST") return false;
  return intent === undefined || formData?.get("intent") === intent;
}
