// Owns the words about what staff changes of how a tenant stands: what each is called, what it does, how it is undone.

export type TenantChangeView = "suspend" | "resume" | "cancel" | "cancel-now" | "delete" | "restore";

interface Words {
  /** On the link that leads there. */
  label: string;
  title: (name: string) => string;
  /** What it does, a sentence each. `day`: when a deletion would be followed by the erasure; `paidUntil`: end of what is paid. */
  does: (dates: { eraseDay: string; paidUntil: string | null }) => string[];
  question: string;
  confirm: string;
  cancel: string;
  danger: boolean;
}

export const TENANT_CHANGES: Record<TenantChangeView, Words> = {
  suspend: {
    label: "Suspend",
    title: (name) => `Suspend ${name}`,
    does: () => [
      "Its page says that it is taking a break, and its agent says politely that it doesn't answer.",
      "Its people can open nothing but billing, and websites are no longer read.",
      "Its subscription goes on. Its owners get a mail.",
      "You can resume it at any time; then it is what its plan and payments make it.",
    ],
    question: "Suspend this organisation?",
    confirm: "Suspend it",
    cancel: "Keep it running",
    danger: true,
  },
  resume: {
    label: "Resume",
    title: (name) => `Resume ${name}`,
    does: () => [
      "The pause ends at once, and its owners get a mail.",
      "It is then what its plan, its payments and the time make it: a trial that has run out meanwhile stays over.",
    ],
    question: "Resume this organisation?",
    confirm: "Resume it",
    cancel: "Keep it suspended",
    danger: false,
  },
  cancel: {
    label: "Cancel plan at period end",
    title: (name) => `Cancel the plan of ${name}`,
    does: ({ paidUntil }) => [
      `Everything works until ${paidUntil ?? "the end of what is paid for"}; nothing more is charged after that.`,
      "Until then its owner can take it back under Billing.",
      "After that its page is closed and its address and data wait 30 days for it.",
    ],
    question: "Cancel this plan at the end of its period?",
    confirm: "Cancel the plan",
    cancel: "Keep the plan",
    danger: true,
  },
  "cancel-now": {
    label: "Cancel plan at once",
    title: (name) => `End the plan of ${name} at once`,
    does: () => [
      "The subscription ends now. Nothing is paid back by itself, and what is owed is no longer collected.",
      "Its page is closed and its agent stops. Its address and data wait 30 days for it, and its owner can choose a plan again.",
      "It can't be undone: a new plan has to be bought.",
    ],
    question: "End this plan at once?",
    confirm: "End the plan now",
    cancel: "Keep the plan",
    danger: true,
  },
  delete: {
    label: "Delete",
    title: (name) => `Delete ${name}`,
    does: ({ eraseDay, paidUntil }) => [
      "At once its page is closed, its agent stops, its keys are refused, and its address is taken down.",
      paidUntil
        ? `Its subscription is cancelled: it ends on ${paidUntil}, or at once where a payment is missing.`
        : "Whatever it pays for ends.",
      `Everything of it is erased on ${eraseDay}. Until then you can restore it; its owners can't.`,
      "Its owners get a mail with that date.",
    ],
    question: "Delete this organisation?",
    confirm: "Delete it",
    cancel: "Keep it",
    danger: true,
  },
  restore: {
    label: "Restore",
    title: (name) => `Restore ${name}`,
    does: () => [
      "It is what it was before it was deleted, and its address is set up again.",
      "A subscription that was cancelled with it stays so, until its owner takes that back.",
      "Its owners get a mail.",
    ],
    question: "Restore this organisation?",
    confirm: "Restore it",
    cancel: "Leave it deleted",
    danger: false,
  },
};
