import type { GlueOperation } from '../contract.ts'

export const stopTrigger: GlueOperation<'StopTrigger'> = {
  name: 'StopTrigger',
  async run({ triggers }, input, context) {
    await triggers.stop(context, input.Name)
    return { Name: input.Name }
  },
}
