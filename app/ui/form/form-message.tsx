// Owns the message above a form that failed as a whole.
import { Alert } from "../banner.tsx";

export function FormMessage({ errors }: { errors: string[] | undefined }) {
  if (!errors || errors.length === 0) return null;
  return <Alert tone="danger">{errors.join(" ")}</Alert>;
}
