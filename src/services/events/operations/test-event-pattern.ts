import { compileEventPattern } from '../../../base/event-pattern.ts'
import type { EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'

export const testEventPattern: EventsOperation<'TestEventPattern'> = {
  name: 'TestEventPattern',
  async run(_deps, { EventPattern, Event }) {
    const matches = compileEventPattern(EventPattern)
    let event: unknown
    try {
      event = JSON.parse(Event)
    } catch {
      throw validation('Parameter Event is not valid.')
    }
    return { Result: matches(event) }
  },
}
