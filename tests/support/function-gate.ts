// The gate that every function of the product passes: pinned search_path, nobody but the expected callers.
import type postgres from "postgres";

/** Who may call which definer function. Logins call before there are claims, roles within a transaction. */
export const CALLERS: Record<string, string> = {
  "app.adopt_user": "foyer_web",
  "app.appoint_staff": "foyer_migrator",
  "app.billing_now": "authenticated anon service_role",
  "app.certificate_facts": "foyer_web",
  "app.claim_slug": "authenticated",
  "app.close_session": "foyer_web foyer_staff",
  "app.confirmed_owners": "service_role",
  "app.consume": "authenticated anon service_role",
  "app.count_documents": "",
  "app.count_seat": "",
  "app.count_storage": "",
  "app.count_usage": "",
  "app.create_tenant": "authenticated",
  "app.create_tenant_for": "",
  "app.current_plans": "foyer_web foyer_functions authenticated anon service_role",
  "app.custom_access_token_hook": "supabase_auth_admin",
  "app.delete_tenant": "authenticated",
  "app.enqueue_job": "authenticated anon service_role staff",
  "app.entitlement_facts": "authenticated anon service_role",
  "app.forget_tenant": "service_role",
  "app.hold_tenant": "staff",
  "app.insert_session": "",
  "app.issue_token": "service_role",
  "app.job_backlog": "staff",
  "app.lift_hold": "",
  "app.link_customer": "authenticated service_role",
  "app.mail_subscription": "foyer_web",
  "app.members": "authenticated service_role",
  "app.members_seen_at": "service_role",
  "app.metric_state": "",
  "app.my_deleted_tenants": "authenticated",
  "app.my_tenants": "authenticated",
  "app.open_period": "service_role",
  "app.open_session": "foyer_web foyer_staff",
  "app.place_hold": "service_role",
  "app.queue_mail": "authenticated service_role",
  "app.queue_staff_mail": "staff",
  "app.receive_webhook": "foyer_functions foyer_web",
  "app.register": "foyer_web",
  "app.release_tenant": "staff",
  "app.request_password_reset": "foyer_web",
  "app.request_verification": "authenticated",
  "app.reset_password": "foyer_web",
  "app.resolve_api_key": "foyer_web foyer_functions",
  "app.resolve_host": "foyer_web foyer_functions foyer_worker",
  "app.resolve_session": "foyer_web foyer_staff",
  "app.resolve_widget_key": "foyer_web foyer_functions",
  "app.schema_version": "foyer_web foyer_worker foyer_functions foyer_staff",
  "app.restore_tenant": "authenticated",
  "app.sign_in_candidates": "foyer_web foyer_staff",
  "app.set_contract": "staff service_role",
  "app.set_sandbox": "authenticated",
  "app.slug_available": "authenticated",
  "app.staff_addresses": "service_role",
  "app.staff_names": "staff",
  "app.start_trial": "authenticated",
  "app.switch_tenant": "authenticated",
  "app.take_rate": "foyer_web foyer_functions anon authenticated service_role",
  "app.tell_event": "",
  "app.test_data": "authenticated",
  "app.unsubscribe": "foyer_web",
  "app.usage_room": "authenticated anon service_role",
  "app.verify_email": "foyer_web",
  "app.wake_webhooks": "foyer_functions foyer_web",
  "app.wipe_sandbox": "authenticated",
};

/** Functions that run as their caller and read nothing beyond what that may: callable by every app role. */
const INVOKER = new Set(
  "announce claims tenant_id user_id visitor_session across_tenants sandbox uuid_v7 search_config searchable effective_status grace_days is_held period_at account_mail address_digest tenant_rows remove_some"
    .split(" ")
    .map((name) => `app.${name}`),
);
/** The narrow owner; it may call what it owns. */
const OWNER = "foyer_gate";

export interface FunctionRow {
  name: string;
  owner: string;
  definer: boolean;
  settings: string[] | null;
  callers: string[];
}

/** Functions of the product's schemas that no extension brought. */
export async function readFunctions(sql: postgres.ISql): Promise<FunctionRow[]> {
  const rows = await sql<FunctionRow[]>`
    select n.nspname || '.' || p.proname as name, pg_get_userbyid(p.proowner) as owner, p.prosecdef as definer,
      p.proconfig as settings,
      (select coalesce(array_agg(distinct case x.grantee when 0 then 'public' else pg_get_userbyid(x.grantee)::text end), '{}')
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee <> p.proowner) as callers
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('app', 'public')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by 1`;
  return [...rows];
}

/** What is wrong with these functions; empty where nothing is. */
export function functionFindings(functions: readonly FunctionRow[]): string[] {
  return functions.flatMap((fn) => findingsOf(fn).map((finding) => `${fn.name}: ${finding}`));
}

function findingsOf({ name, owner, definer, settings, callers }: FunctionRow): string[] {
  const found: string[] = [];
  if (callers.includes("public")) found.push("may be called by anybody");
  if (!settings?.some((setting) => /^search_path=("")?$/.test(setting)))
    found.push("its search_path isn't pinned to nothing");
  if (!definer) {
    const named = callers.filter((caller) => caller !== "public");
    if (named.length > 0 && !INVOKER.has(name)) found.push(`runs as its caller and is granted to ${named.join(", ")}`);
    return found;
  }
  if (owner !== OWNER) found.push(`runs as ${owner}, not as the narrow ${OWNER}`);
  const expected = CALLERS[name];
  const actual = callers.filter((caller) => caller !== OWNER && caller !== "public").sort();
  if (expected === undefined) found.push("is a definer function that stands in no list of callers");
  else if (actual.join(" ") !== expected.split(" ").sort().join(" "))
    found.push(`is granted to ${actual.join(", ") || "nobody"} instead of ${expected || "nobody"}`);
  return found;
}
