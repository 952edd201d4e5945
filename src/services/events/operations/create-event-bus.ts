import { busArn } from '../bus.ts'
import type { EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'
import { checkedTags } from '../resource-tags.ts'
import { tagsOf } from '../wire-tags.ts'

export const createEventBus: EventsOperation<'CreateEventBus'> = {
  name: 'CreateEventBus',
  refuses: ['EventSourceName', 'KmsKeyIdentifier', 'DeadLetterConfig', 'LogConfig'],
  async run({ buses }, { Name, Description, Tags }, { accountId, region }) {
    const scope = { accountId, region }
    // AWS: only buses of partner event sources have a slash in their names.
    if (Name.includes('/')) {
      throw validation("Parameter Name is not valid. Reason: A custom bus can't contain '/'.")
    }
    const tags = checkedTags(tagsOf(Tags))
    await buses.create(scope, { name: Name, description: Description, tags })
    return { EventBusArn: busArn(scope, Name), Description }
  },
}
