// Owns how a tenant stands, on the staff's page about it: what lies on it, until when, and the ways to change that.
import { paths } from "#app/paths.ts";
import { LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { TimeText } from "../time-text.tsx";
import { Fact } from "./fact.tsx";
import { TENANT_CHANGES, type TenantChangeView } from "./tenant-changes.ts";

export interface StandingView {
  holds: readonly {
    kind: "suspended" | "deleted";
    reason: string;
    placedByKind: "member" | "staff" | "system";
    placedAt: Date;
    eraseAt: Date | null;
    erasing: boolean;
  }[];
  suspension: "trial_ended" | "payment" | "staff" | null;
  cancelledUntil: Date | null;
  subscription: { status: string; periodEnd: Date; ending: boolean } | null;
  changing: boolean;
}

const WHY = { trial_ended: "Its trial has ended", payment: "A payment is missing", staff: "Our staff" } as const;
const WHO = { member: "an owner", staff: "our staff", system: "the end of its time to come back" } as const;
const SUBSCRIPTIONS: Record<string, string> = {
  active: "Active",
  trialing: "Begins after the trial",
  past_due: "Past due",
  unpaid: "Unpaid",
  paused: "Paused",
};

export function StandingCard({
  tenantId,
  standing,
  changes,
}: {
  tenantId: string;
  standing: StandingView;
  changes: readonly TenantChangeView[];
}) {
  const { holds, suspension, cancelledUntil, subscription, changing } = standing;
  const date = (value: Date) => <TimeText value={value} timeZone="UTC" show="date" />;
  return (
    <Card title="Standing">
      <dl className="grid grid-cols-1 gap-3">
        {holds.map((hold) => (
          <Fact key={hold.kind} name={hold.kind === "deleted" ? "Deleted" : "Suspended"}>
            {date(hold.placedAt)} by {WHO[hold.placedByKind]}
            {hold.reason ? <span className="block text-muted wrap-anywhere">“{hold.reason}”</span> : null}
            {hold.eraseAt ? (
              <span className="block">
                {hold.erasing ? "Being erased" : <>Erased on {date(hold.eraseAt)}, restorable until then</>}
              </span>
            ) : null}
          </Fact>
        ))}
        {suspension && suspension !== "staff" ? <Fact name="Suspended because">{WHY[suspension]}</Fact> : null}
        {cancelledUntil ? <Fact name="Cancelled; can come back until">{date(cancelledUntil)}</Fact> : null}
        <Fact name="Subscription">
          {subscription ? (
            <>
              {SUBSCRIPTIONS[subscription.status] ?? subscription.status}, {subscription.ending ? "ends" : "paid until"}{" "}
              {date(subscription.periodEnd)}
            </>
          ) : (
            "None"
          )}
          {changing ? <span className="block text-muted">A change is under way.</span> : null}
        </Fact>
      </dl>
      {changes.length > 0 ? (
        <div className="mt-5 flex flex-wrap gap-2 border-t border-line pt-4">
          {changes.map((change) => (
            <LinkButton key={change} size="sm" to={paths.adminTenantChange(tenantId, change)}>
              {TENANT_CHANGES[change].label}
            </LinkButton>
          ))}
        </div>
      ) : null}
    </Card>
  );
}
