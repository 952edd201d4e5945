import { busArn } from '../bus.ts'
import type { EventsOperation } from '../contract.ts'

export const updateEventBus: EventsOperation<'UpdateEventBus'> = {
  name: 'UpdateEventBus',
  refuses: ['KmsKeyIdentifier', 'DeadLetterConfig', 'LogConfig'],
  async run({ buses }, { Name, Description }, { accountId, region }) {
    const scope = { accountId, region }
    const { name } = await buses.get(scope, Name)
    const { description } = await buses.change(scope, name, (bus) => ({
      ...bus,
      ...(Description !== undefined && { description: Description }),
    }))
    return { Arn: busArn(scope, name), Name: name, Description: description }
  },
}
