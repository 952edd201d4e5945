import { busArn } from '../buses.ts'
import type { EventsOperation } from '../contract.ts'

export const createEventBus: EventsOperation<'CreateEventBus'> = {
  name: 'CreateEventBus',
  refuses: ['EventSourceName', 'KmsKeyIdentifier', 'DeadLetterConfig', 'LogConfig', 'Tags'],
  async run({ buses }, { Name, Description }, { accountId, region }) {
    const scope = { accountId, region }
    await buses.create(scope, { name: Name, description: Description })
    return { EventBusArn: busArn(scope, Name), Description }
  },
}
