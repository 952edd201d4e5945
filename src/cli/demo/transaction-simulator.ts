import { createSeededRandom } from '../../base/random.ts'

/**
 * Simulated card transactions with three kinds of fraud, after the published simulator of
 * "Reproducible Machine Learning for Credit Card Fraud Detection - Practical Handbook"
 * (Le Borgne, Siblini, Lebichot, Bontempi; Université Libre de Bruxelles, 2022), chapter 3.
 * The design is theirs, the code is ours; the same seed always gives the same transactions.
 *
 * Customers and terminals stand in a plane of 100 x 100; a customer pays at terminals nearby.
 * Scenario 1: every amount over 220 is fraud. Scenario 2: each day two terminals are compromised,
 * all that is paid there in the next 28 days is fraud. Scenario 3: each day the card details of
 * three customers leak; in the next 14 days a third of their payments is fraud, of five times the
 * amount.
 */
export interface Transaction {
  readonly transactionId: number
  /** Milliseconds since the epoch. */
  readonly timeMs: number
  readonly customerId: number
  readonly terminalId: number
  readonly amount: number
  readonly fraud: boolean
  /** 0: none. */
  readonly scenario: 0 | 1 | 2 | 3
}

export interface CustomerProfile {
  readonly customerId: number
  readonly x: number
  readonly y: number
  readonly meanAmount: number
  readonly paymentsPerDay: number
  readonly terminalIds: ReadonlyArray<number>
}

export interface SimulationSize {
  readonly customers: number
  readonly terminals: number
  readonly days: number
  readonly startMs: number
  readonly seed: number
}

export interface Simulation {
  readonly customers: ReadonlyArray<CustomerProfile>
  /** In order of time. */
  readonly transactions: ReadonlyArray<Transaction>
}

const DAY_MS = 86_400_000
const PLANE = 100
const RADIUS = 5
const AMOUNT_FRAUD = 220
const TERMINALS_A_DAY = 2
const TERMINAL_DAYS = 28
const CUSTOMERS_A_DAY = 3
const CUSTOMER_DAYS = 14
const LEAKED_FACTOR = 5

interface Draft {
  readonly timeMs: number
  readonly customerId: number
  readonly terminalId: number
  amount: number
  scenario: 0 | 1 | 2 | 3
}

export function simulateTransactions(size: SimulationSize): Simulation {
  const { unit } = createSeededRandom(size.seed)
  const customers = placeCustomers(size, unit)
  const drafts = customers.flatMap((customer) => paymentsOf(customer, size, unit))
  drafts.sort((a, b) => a.timeMs - b.timeMs || a.customerId - b.customerId)
  addFraud(drafts, size, unit)
  const transactions = drafts.map((draft, index) => ({
    transactionId: index + 1,
    ...draft,
    fraud: draft.scenario !== 0,
  }))
  return { customers, transactions }
}

function placeCustomers(size: SimulationSize, unit: () => number): CustomerProfile[] {
  const places = (count: number) =>
    Array.from({ length: count }, () => ({ x: unit() * PLANE, y: unit() * PLANE }))
  const terminals = places(size.terminals)
  return places(size.customers).map(({ x, y }, customerId) => ({
    customerId,
    x,
    y,
    meanAmount: 5 + unit() * 95,
    paymentsPerDay: unit() * 4,
    terminalIds: terminals.flatMap((terminal, id) =>
      Math.hypot(terminal.x - x, terminal.y - y) < RADIUS ? [id] : [],
    ),
  }))
}

function paymentsOf(customer: CustomerProfile, size: SimulationSize, unit: () => number): Draft[] {
  if (customer.terminalIds.length === 0) return []
  const drafts: Draft[] = []
  for (let day = 0; day < size.days; day++) {
    for (let count = poisson(customer.paymentsPerDay, unit); count > 0; count--) {
      // Most are paid around noon; a time outside of the day is dropped, as in the original.
      const secondOfDay = Math.floor(normal(43_200, 20_000, unit))
      if (secondOfDay <= 0 || secondOfDay >= 86_400) continue
      drafts.push({
        timeMs: size.startMs + day * DAY_MS + secondOfDay * 1000,
        customerId: customer.customerId,
        terminalId: pick(customer.terminalIds, unit),
        amount: amountOf(customer.meanAmount, unit),
        scenario: 0,
      })
    }
  }
  return drafts
}

function amountOf(mean: number, unit: () => number): number {
  const drawn = normal(mean, mean / 2, unit)
  return roundCents(drawn < 0 ? unit() * mean * 2 : drawn)
}

function addFraud(drafts: Draft[], size: SimulationSize, unit: () => number): void {
  for (const draft of drafts) if (draft.amount > AMOUNT_FRAUD) draft.scenario = 1
  const byTerminal = groupBy(drafts, (draft) => draft.terminalId)
  const byCustomer = groupBy(drafts, (draft) => draft.customerId)
  for (let day = 0; day < size.days; day++) {
    const fromMs = size.startMs + day * DAY_MS
    for (const id of draw(TERMINALS_A_DAY, size.terminals, unit)) {
      for (const draft of within(byTerminal.get(id), fromMs, TERMINAL_DAYS)) draft.scenario = 2
    }
    for (const id of draw(CUSTOMERS_A_DAY, size.customers, unit)) {
      for (const draft of within(byCustomer.get(id), fromMs, CUSTOMER_DAYS)) {
        if (unit() >= 1 / 3) continue
        draft.amount = roundCents(draft.amount * LEAKED_FACTOR)
        draft.scenario = 3
      }
    }
  }
}

function within(drafts: Draft[] | undefined, fromMs: number, days: number): Draft[] {
  const toMs = fromMs + days * DAY_MS
  return (drafts ?? []).filter((draft) => draft.timeMs >= fromMs && draft.timeMs < toMs)
}

function groupBy<T>(values: ReadonlyArray<T>, keyOf: (value: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return groups
}

function draw(count: number, below: number, unit: () => number): number[] {
  return Array.from({ length: count }, () => Math.floor(unit() * below))
}

function pick(values: ReadonlyArray<number>, unit: () => number): number {
  return values[Math.floor(unit() * values.length)] ?? 0
}

/** Box-Muller. */
function normal(mean: number, deviation: number, unit: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - unit()))
  return mean + deviation * radius * Math.cos(2 * Math.PI * unit())
}

/** Knuth's product of uniforms; fine for the small means used here. */
function poisson(mean: number, unit: () => number): number {
  const floor = Math.exp(-mean)
  let count = 0
  for (let product = unit(); product > floor; product *= unit()) count++
  return count
}

function roundCents(amount: number): number {
  return Math.round(amount * 100) / 100
}
