import { createHash } from 'node:crypto'
import { dateOf } from '../../base/clock.ts'
import type { Transaction } from './transaction-simulator.ts'

/** What a payment app sends: a transaction with the cardholder's data in it. */
export interface PaymentEvent {
  readonly transaction_id: number
  /** `2018-05-01 00:01:21`, UTC. */
  readonly tx_datetime: string
  readonly customer_id: number
  readonly terminal_id: number
  readonly tx_amount: number
  readonly card_number: string
  readonly email: string
  readonly is_test: boolean
  /** Known later in life; here it travels with the event, for training. The scorer ignores it. */
  readonly tx_fraud: number
}

/** One in so many events is a test transaction of the payment company's own. */
const TEST_EVERY = 50
const TEST_IDS_FROM = 1_000_000_000

/** All transactions as events, with test transactions in between; the same in every run. */
export function paymentEvents(transactions: ReadonlyArray<Transaction>): PaymentEvent[] {
  return transactions.flatMap((transaction, index) => {
    const event = eventOf(transaction)
    if (index % TEST_EVERY !== 0) return [event]
    return [
      event,
      { ...event, transaction_id: TEST_IDS_FROM + index, is_test: true, tx_amount: 999 },
    ]
  })
}

/** The payments among the first `count` events that are none of the company's own tests. */
export function realPayments(
  events: ReadonlyArray<PaymentEvent>,
  count: number,
): ReadonlyArray<PaymentEvent> {
  return events.slice(0, count).filter((event) => !event.is_test)
}

function eventOf(transaction: Transaction): PaymentEvent {
  return {
    transaction_id: transaction.transactionId,
    tx_datetime: dateOf(transaction.timeMs).toISOString().slice(0, 19).replace('T', ' '),
    customer_id: transaction.customerId,
    terminal_id: transaction.terminalId,
    tx_amount: transaction.amount,
    card_number: cardNumberOf(transaction.customerId),
    email: `customer${transaction.customerId}@example.com`,
    is_test: false,
    tx_fraud: transaction.fraud ? 1 : 0,
  }
}

/** Sixteen digits that begin like a test card's: no number of a real card. */
function cardNumberOf(customerId: number): string {
  const digest = createHash('sha256').update(`card ${customerId}`).digest()
  return `411111${String(digest.readUIntBE(0, 6) % 1e10).padStart(10, '0')}`
}

/** The user profiles as a relational database would export them: CSV with a header. */
export function profilesCsv(transactions: ReadonlyArray<Transaction>): string {
  const customers = [...new Set(transactions.map(({ customerId }) => customerId))]
  const segments = ['student', 'standard', 'premium']
  const rows = customers
    .sort((a, b) => a - b)
    .map((id) => {
      const digest = createHash('sha256').update(`profile ${id}`).digest()
      const segment = (digest[0] ?? 0) % segments.length
      const limit = 500 * (1 + segment * 3) + ((digest[1] ?? 0) % 20) * 100
      return `${id},${segments[segment]},${limit},${30 + (digest.readUInt16BE(2) % 4000)}`
    })
  return `${['customer_id,segment,credit_limit,account_age_days', ...rows].join('\n')}\n`
}
