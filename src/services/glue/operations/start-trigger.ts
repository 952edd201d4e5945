import type { GlueOperation } from '../contract.ts'

export const startTrigger: GlueOperation<'StartTrigger'> = {
  name: 'StartTrigger',
  async run({ triggers, scheduler }, input, context) {
    await triggers.start(context, input.Name)
    await scheduler.fire(context, input.Name)
    return { Name: input.Name }
  },
}
