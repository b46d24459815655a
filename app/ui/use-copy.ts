// Copies text for a person, and says for a moment how it went.
import { useEffect, useState } from "react";

const SHOWN_MS = 2500;

/** @returns what came of the last try, for a moment, and the function that tries */
export function useCopy(): { outcome: "copied" | "failed" | null; copy: (text: string) => Promise<void> } {
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  async function copy(text: string) {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  }
  return { outcome, copy };
}
