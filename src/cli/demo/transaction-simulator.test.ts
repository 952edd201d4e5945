import { describe, expect, test } from 'vitest'
import { paymentEvents, realPayments } from './payment-event.ts'
import { simulateTransactions } from './transaction-simulator.ts'

const size = { customers: 200, terminals: 400, days: 20, startMs: 1_767_225_600_000, seed: 3 }

describe('the simulation', () => {
  const { transactions, customers } = simulateTransactions(size)

  test('is the same for the same seed, and another for another', () => {
    expect(simulateTransactions(size).transactions).toEqual(transactions)
    expect(simulateTransactions({ ...size, seed: 4 }).transactions).not.toEqual(transactions)
  })

  test('is in order of time, within its days', () => {
    for (const [index, { timeMs }] of transactions.entries()) {
      expect(timeMs).toBeGreaterThanOrEqual(transactions[index - 1]?.timeMs ?? size.startMs)
      expect(timeMs).toBeLessThan(size.startMs + size.days * 86_400_000)
    }
  })

  test('customers pay at terminals nearby', () => {
    for (const { customerId, terminalId } of transactions.slice(0, 500)) {
      expect(customers[customerId]?.terminalIds).toContain(terminalId)
    }
  })

  test('has the three kinds of fraud, and all of the first', () => {
    expect(new Set(transactions.map(({ scenario }) => scenario))).toEqual(new Set([0, 1, 2, 3]))
    for (const { amount, scenario, fraud } of transactions) {
      expect(fraud).toBe(scenario !== 0)
      if (amount > 220) expect(fraud).toBe(true)
    }
  })
})

test('test payments lie among the real ones, with numbers of their own', () => {
  const { transactions } = simulateTransactions(size)
  const events = paymentEvents(transactions)
  expect(realPayments(events, events.length).map((event) => event.transaction_id)).toEqual(
    transactions.map(({ transactionId }) => transactionId),
  )
  expect(new Set(events.map((event) => event.transaction_id)).size).toBe(events.length)
  expect(events.some((event) => event.is_test)).toBe(true)
})
