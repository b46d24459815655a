// Owns exact arithmetic on money: decimal strings of a currency's smallest unit, graduated tiers, shares of a period.
// https://docs.stripe.com/products-prices/pricing-models#graduated-pricing

const PLACES = 12;
const ONE = 10n ** BigInt(PLACES);

/** Units of 10^-12; null when the text is no decimal or finer than that. */
export function decimal(text: string): bigint | null {
  const match = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) return null;
  const size = BigInt(match[2] ?? "0") * ONE + BigInt((match[3] ?? "").padEnd(PLACES, "0"));
  return match[1] ? -size : size;
}

/** Without trailing zeros. */
export function decimalText(value: bigint): string {
  const size = value < 0n ? -value : value;
  const fraction = (size % ONE).toString().padStart(PLACES, "0").replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${size / ONE}${fraction ? `.${fraction}` : ""}`;
}

/** Half away from zero. */
export function divideRounded(value: bigint, by: bigint): bigint {
  const size = value < 0n ? -value : value;
  const rounded = (size * 2n + by) / (by * 2n);
  return value < 0n ? -rounded : rounded;
}

/** An amount in the smallest unit. @param quantity in units of 10^-12 */
export function amountOf(quantity: bigint, unitAmount: string): number {
  return Number(divideRounded(quantity * (decimal(unitAmount) ?? 0n), ONE * ONE));
}

export const whole = (quantity: number): bigint => BigInt(quantity) * ONE;

/** A share of an amount, to the second, half away from zero. */
export function share(amount: number, part: number, of: number): number {
  return of === 0 ? 0 : Number(divideRounded(BigInt(amount) * BigInt(part), BigInt(of)));
}

export interface PriceTier {
  up_to: number | null;
  unit_amount_decimal: string | null;
  flat_amount_decimal: string | null;
}
export interface TierPart {
  /** From 1. */
  tier: number;
  /** In units of 10^-12. */
  quantity: bigint;
  unitAmount: string;
  amount: number;
  flat: number;
}

/** Splits a quantity over graduated tiers; the quantities of the parts add up to it. */
export function graduated(quantity: bigint, tiers: readonly PriceTier[]): TierPart[] {
  const parts: TierPart[] = [];
  let below = 0n;
  for (const [index, tier] of tiers.entries()) {
    const top = tier.up_to === null ? null : whole(tier.up_to);
    const inside = top === null || quantity < top ? quantity - below : top - below;
    if (index > 0 && inside <= 0n) break;
    parts.push(part(index + 1, inside, tier));
    if (top === null || quantity <= top) break;
    below = top;
  }
  return parts;
}

/** All of a quantity at the price of the tier in which it ends. */
export function byVolume(quantity: bigint, tiers: readonly PriceTier[]): TierPart[] {
  const index = tiers.findIndex((tier) => tier.up_to === null || quantity <= whole(tier.up_to));
  const tier = tiers[index];
  return tier ? [part(index + 1, quantity, tier)] : [];
}

function part(tier: number, quantity: bigint, { unit_amount_decimal, flat_amount_decimal }: PriceTier): TierPart {
  const unitAmount = unit_amount_decimal ?? "0";
  const flat = flat_amount_decimal ? amountOf(ONE, flat_amount_decimal) : 0;
  return { tier, quantity, unitAmount, amount: amountOf(quantity, unitAmount), flat };
}

/** Splits an amount in proportion to weights, without losing or making a unit. */
export function spread(amount: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = amount;
  let remaining = total;
  return weights.map((weight) => {
    const own = remaining === 0 ? 0 : share(left, weight, remaining);
    left -= own;
    remaining -= weight;
    return own;
  });
}
