// Owns every URL of the app host as a function. Imports nothing, so that server, browser and jobs may use it.

type Search = Record<string, string | number | boolean | null | undefined>;

/** Appends the given search parameters, leaving out the empty ones. */
function withSearch(path: string, search?: Search): string {
  if (!search) return path;
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") params.set(name, String(value));
  }
  const query = params.toString();
  return query ? `${path}?${query}` : path;
}

const segment = encodeURIComponent;

export const paths = {
  landing: () => "/",

  // Sign-in
  signUp: (search?: Search) => withSearch("/sign-up", search),
  signIn: (search?: { next?: string }) => withSearch("/sign-in", search),
  signOut: () => "/sign-out",
  forgotPassword: () => "/forgot-password",
  resetPassword: (token: string) => `/reset-password/${segment(token)}`,
  verifyEmail: (token: string) => `/verify-email/${segment(token)}`,
  resendVerification: () => "/verify-email",

  // Onboarding wizard, one route per step
  onboarding: (search?: { plan?: string | null }) => withSearch("/onboarding", search),
  newOrganisation: () => "/onboarding/new",
  onboardingCompany: () => "/onboarding/company",
  onboardingAddress: () => "/onboarding/address",
  onboardingPlan: (search?: Search) => withSearch("/onboarding/plan", search),
  onboardingKnowledge: () => "/onboarding/knowledge",
  onboardingTry: () => "/onboarding/try",
  addressCheck: (search?: { slug?: string }) => withSearch("/onboarding/address/check", search),

  // A tenant's pages
  home: (search?: { days?: number }) => withSearch("/home", search),
  conversations: (search?: Search) => withSearch("/conversations", search),
  conversation: (id: string) => `/conversations/${segment(id)}`,
  knowledge: (search?: Search) => withSearch("/knowledge", search),
  knowledgeSource: (id: string, search?: Search) => withSearch(`/knowledge/${segment(id)}`, search),
  knowledgeAdd: (search?: { kind?: "website" | "file" | "qa"; question?: string | null }) =>
    withSearch("/knowledge/add", search),
  knowledgeQuestions: (search?: Search) => withSearch("/knowledge/questions", search),
  knowledgeQuestion: (id: string) => `/knowledge/questions/${segment(id)}`,
  knowledgeAsk: (search?: { q?: string }) => withSearch("/knowledge/ask", search),
  knowledgeDocument: (id: string) => `/knowledge/documents/${segment(id)}`,
  settings: () => "/settings",
  settingsCompany: () => "/settings/company",
  settingsAgent: () => "/settings/agent",
  settingsTheme: (search?: { preset?: string }) => withSearch("/settings/theme", search),
  themePreview: (search?: { view?: string; preset?: string | undefined }) => withSearch("/theme-preview", search),
  settingsWidget: () => "/settings/widget",
  settingsApiKeys: () => "/settings/api-keys",
  settingsFollowUps: (search?: Search) => withSearch("/settings/follow-ups", search),
  settingsFollowUpPreview: (search?: Search) => withSearch("/settings/follow-ups/preview", search),
  settingsFeatures: () => "/settings/features",
  settingsSandbox: () => "/settings/sandbox",
  settingsDelete: () => "/settings/delete",
  billing: (search?: Search) => withSearch("/billing", search),
  billingPlans: (search?: { plan?: string | null }) => withSearch("/billing/plans", search),
  billingChange: (search: { plan: string }) => withSearch("/billing/change", search),
  billingInvoices: (search?: Search) => withSearch("/billing/invoices", search),
  billingInvoicesFile: (search?: Search) => withSearch("/billing/invoices.csv", search),
  billingCheckout: (search?: { session?: string | null }) => withSearch("/billing/checkout", search),
  billingPortal: () => "/billing/portal",
  provisioning: () => "/provisioning",
  switchTenant: () => "/switch-tenant",
  deletedTenant: (id: string) => `/deleted/${segment(id)}`,
  events: () => "/events",

  // A person's account
  sessions: () => "/account/sessions",

  // The operator's staff
  admin: () => "/admin",
  adminTenants: (search?: Search) => withSearch("/admin/tenants", search),
  adminTenant: (id: string) => `/admin/tenants/${segment(id)}`,
  adminTenantChange: (id: string, change: string) => `/admin/tenants/${segment(id)}/${segment(change)}`,
  adminProvisioning: (search?: Search) => withSearch("/admin/provisioning", search),
  adminDns: (search?: Search) => withSearch("/admin/dns", search),
  adminDnsAdd: (search?: { tenant?: string | null }) => withSearch("/admin/dns/add", search),
  adminDomains: (search?: Search) => withSearch("/admin/domains", search),
  adminDnsRecord: (tenantId: string, id: string) => `/admin/dns/${segment(tenantId)}/${segment(id)}`,
  adminDeployments: (search?: Search) => withSearch("/admin/deployments", search),
  adminDeployment: (tenantId: string, id: string, search?: Search) =>
    withSearch(`/admin/deployments/${segment(tenantId)}/${segment(id)}`, search),
  adminDeploymentLog: (tenantId: string, id: string, search?: Search) =>
    withSearch(`/admin/deployments/${segment(tenantId)}/${segment(id)}/log`, search),
  adminDeploymentLogFile: (tenantId: string, id: string, search?: Search) =>
    withSearch(`/admin/deployments/${segment(tenantId)}/${segment(id)}/log.txt`, search),
  adminLeads: (search?: Search) => withSearch("/admin/leads", search),
  adminLead: (tenantId: string) => `/admin/leads/${segment(tenantId)}`,
  adminLeadRules: (search?: Search) => withSearch("/admin/leads/rules", search),
  adminSequences: () => "/admin/sequences",
  adminSequence: (id: string, search?: Search) => withSearch(`/admin/sequences/${segment(id)}`, search),
  adminSequencePreview: (id: string, search?: Search) => withSearch(`/admin/sequences/${segment(id)}/preview`, search),
  adminSessions: () => "/admin/sessions",
  adminEvents: () => "/admin/events",

  // Ending mails: what the link in a mail leads to
  unsubscribe: (token: string) => `/unsubscribe/${segment(token)}`,

  // Machines
  health: () => "/healthz",
  ready: () => "/readyz",
  apiUnsubscribe: (token: string) => `/api/unsubscribe/${segment(token)}`,
  apiChat: () => "/api/v1/chat",
  apiDescription: () => "/api/v1/openapi.json",
  apiTenant: () => "/api/v1/tenant/current",
  apiSubscription: (tenantId: string) => `/api/v1/tenant/${segment(tenantId)}/subscription`,
  apiCancel: (tenantId: string) => `/api/v1/tenant/${segment(tenantId)}/subscription/cancel`,
  apiReactivate: (tenantId: string) => `/api/v1/tenant/${segment(tenantId)}/subscription/reactivate`,
  apiUsage: (tenantId: string) => `/api/v1/tenant/${segment(tenantId)}/usage/current`,
  apiInvoices: (tenantId: string, search?: Search) =>
    withSearch(`/api/v1/tenant/${segment(tenantId)}/billing/invoices`, search),
  apiPayment: (tenantId: string) => `/api/v1/tenant/${segment(tenantId)}/billing/payment`,
  apiFeatureUsage: () => "/api/v1/analytics/feature-usage",
  apiPlatformMetrics: () => "/api/v1/platform/metrics",
  functionsChat: () => "/functions/v1/chat",
  widgetScript: () => "/widget.js",
} as const;
