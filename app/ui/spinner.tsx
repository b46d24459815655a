// Owns the small turning mark of work in progress. Decorative: the words beside it say what happens.
import LoaderCircle from "lucide-react/icons/loader-circle";

export function Spinner({ className = "size-4" }: { className?: string | undefined }) {
  return <LoaderCircle aria-hidden className={`animate-spin ${className}`} />;
}
