// Owns brief messages about what just happened. The viewport (Radix) is fetched with the first message.
import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useMemo, useState } from "react";
import type { Tone } from "./tone.ts";

export interface ToastMessage {
  title: string;
  detail?: string | undefined;
  tone?: Extract<Tone, "neutral" | "success" | "danger"> | undefined;
  /** The one thing to do about it, such as undoing. */
  action?: { label: string; onSelect: () => void } | undefined;
}

export interface ShownToast extends ToastMessage {
  id: number;
}

const ToastContext = createContext<(message: ToastMessage) => void>(() => {});
const ToastViewport = lazy(async () => ({ default: (await import("./toast-viewport.tsx")).ToastViewport }));

/** Returns a function that shows a message for six seconds. Works under a ToastProvider, which every shell has. */
export function useToast(): (message: ToastMessage) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<ShownToast[]>([]);
  const [used, setUsed] = useState(false);

  const show = useCallback((message: ToastMessage) => {
    setUsed(true);
    setToasts((shown) => [...shown.slice(-2), { ...message, id: (shown.at(-1)?.id ?? 0) + 1 }]);
  }, []);
  const dismiss = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  const viewport = useMemo(() => <ToastViewport toasts={toasts} onDismiss={dismiss} />, [toasts, dismiss]);

  return (
    <ToastContext.Provider value={show}>
      {children}
      {used ? <Suspense>{viewport}</Suspense> : null}
    </ToastContext.Provider>
  );
}
