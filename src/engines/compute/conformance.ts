import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeConformance, filesOf, jobConformance } from './job-conformance.ts'
import type { ComputeEngine, FunctionSpec, Invocation, InvocationOutcome } from './port.ts'

/** What every compute engine must do. `open` answers an empty engine; it is closed at the end. */
export function computeConformance(open: () => Promise<ComputeEngine>): void {
  let engine: ComputeEngine

  beforeAll(async () => {
    engine = await open()
  })
  afterAll(() => engine.close())

  functionConformance('nodejs20.x', nodeSources, () => engine)
  functionConformance('python3.11', pythonSources, () => engine)
  jobConformance(() => engine)
  codeConformance(() => engine)
}

const MEGABYTE = 1024 ** 2

/** One handler for all tests of a language: `event.do` says what it does. */
const nodeSources: Record<string, string> = {
  'index.mjs': `
    let count = 0
    export const handler = async (event, context) => {
      count++
      switch (event.do) {
        case 'echo': return { event, count, id: context.awsRequestId, arn: context.invokedFunctionArn }
        case 'throw': throw new RangeError('out of range')
        case 'exit': process.exit(event.code)
        case 'hang': return new Promise((resolve) => setTimeout(resolve, 1e8))
        case 'spin': for (;;) count++
        case 'eat': { const all = []; for (;;) { all.push(Buffer.alloc(8e6, 1)); await new Promise((r) => setTimeout(r, 5)) } }
        case 'lines': for (let i = 0; i < event.count; i++) process.stdout.write('line ' + i + '\\n'); return null
        case 'print': console.log('first\\nsecond'); return null
        case 'circle': { const circle = {}; circle.circle = circle; return circle }
        case 'large': return 'x'.repeat(event.size)
        case 'environment': return process.env
        case 'wait': { const own = count; await new Promise((r) => setTimeout(r, event.ms)); return own }
      }
    }`,
  'exits.mjs': `process.exit(7)`,
  'broken.mjs': `export const handler = `,
}

const pythonSources: Record<string, string> = {
  'index.py': `
import os, sys, time
count = 0
def handler(event, context):
    global count
    count += 1
    do = event['do']
    if do == 'echo': return {'event': event, 'count': count, 'id': context.aws_request_id, 'arn': context.invoked_function_arn}
    if do == 'throw': raise IndexError('out of range')
    if do == 'exit': os._exit(event['code'])
    if do == 'hang': time.sleep(1e6)
    if do == 'spin':
        while True: count += 1
    if do == 'eat':
        parts = []
        while True:
            parts.append(bytearray(8_000_000))
            time.sleep(0.005)
    if do == 'lines':
        for i in range(event['count']): print('line', i)
    if do == 'print': print('first\\rsecond')
    if do == 'circle': return {1, 2}
    if do == 'large': return 'x' * event['size']
    if do == 'environment': return dict(os.environ)
    if do == 'wait':
        time.sleep(event['ms'] / 1000)
        return count
`,
  'exits.py': `import os; os._exit(7)`,
  'broken.py': `def handler(:`,
}

/** Functions of one language, as the tests use them. */
interface Language {
  readonly runtime: string
  readonly engine: () => ComputeEngine
  readonly directory: () => string
  /** A function of its own for each test, so that none meets another's instances. */
  readonly makeSpec: (more?: Partial<FunctionSpec>) => FunctionSpec
  readonly invoke: (
    spec: FunctionSpec,
    event: object,
    more?: Partial<Invocation>,
  ) => Promise<InvocationOutcome>
}

const HANDLER = 'index.handler'

function functionConformance(
  runtime: string,
  sources: Record<string, string>,
  engine: () => ComputeEngine,
): void {
  let codeDirectory = ''
  let functions = 0
  const language: Language = {
    runtime,
    engine,
    directory: () => codeDirectory,
    makeSpec: (more = {}) => ({
      functionId: `function-${runtime}-${++functions}`,
      version: '1',
      runtime,
      handler: HANDLER,
      codeDirectory,
      environment: { GIVEN: 'yes' },
      memoryBytes: 256 * MEGABYTE,
      concurrencyMax: 10,
      ...more,
    }),
    invoke: (spec, event, more = {}) => engine().invoke(spec, invocation(event, more)),
  }
  describe(`functions of ${runtime}`, () => {
    beforeAll(async () => {
      const codeId = `code-${runtime.replace('.', '-')}`
      codeDirectory = await engine().installCode(codeId, () => filesOf(sources))
    })
    keepsInstances(language)
    reportsFailures(language)
    tellsOutput(language)
    isolates(language)
  })
}

function keepsInstances({ makeSpec, invoke, engine }: Language): void {
  test('an instance is kept warm and starts once', async () => {
    const spec = makeSpec()
    const first = await invoke(spec, { do: 'echo', text: 'ä€😀' })
    const second = await invoke(spec, { do: 'echo' }, { requestId: 'second' })
    expect(answerOf(first)).toEqual({
      event: { do: 'echo', text: 'ä€😀' },
      count: 1,
      id: 'request',
      arn: 'arn:function',
    })
    expect(answerOf(second)).toMatchObject({ count: 2, id: 'second' })
    expect(first.initDurationMs).toBeGreaterThan(0)
    expect(second.initDurationMs).toBeUndefined()
    expect(second.memoryUsedBytes).toBeGreaterThan(5 * MEGABYTE)
  })

  test('events at the same time get instances of their own, up to the limit', async () => {
    const both = (spec: FunctionSpec) =>
      Promise.all([1, 2].map(() => invoke(spec, { do: 'wait', ms: 100 })))
    const apart = await both(makeSpec())
    const together = await both(makeSpec({ concurrencyMax: 1 }))
    expect(apart.map(answerOf)).toEqual([1, 1])
    expect(together.map(answerOf)).toEqual([1, 2])
  })

  test('a new version and a retired function get new instances', async () => {
    const spec = makeSpec()
    await invoke(spec, { do: 'echo' })
    expect(answerOf(await invoke({ ...spec, version: '2' }, { do: 'echo' }))).toMatchObject({
      count: 1,
    })
    await engine().retire(spec.functionId)
    expect(answerOf(await invoke({ ...spec, version: '2' }, { do: 'echo' }))).toMatchObject({
      count: 1,
    })
  })

  test('an aborted event ends its instance', async () => {
    const spec = makeSpec()
    await invoke(spec, { do: 'echo' })
    const abort = new AbortController()
    const running = invoke(spec, { do: 'hang' }, { signal: abort.signal })
    abort.abort()
    expect((await running).kind).toBe('exited')
  })
}

function reportsFailures({ runtime, makeSpec, invoke }: Language): void {
  test('what the handler throws is its error document, and the instance lives on', async () => {
    const spec = makeSpec()
    const outcome = await invoke(spec, { do: 'throw' })
    expect(outcome.kind).toBe('failed')
    expect(answerOf(outcome)).toMatchObject({
      errorType: runtime.startsWith('node') ? 'RangeError' : 'IndexError',
      errorMessage: 'out of range',
    })
    expect(answerOf(await invoke(spec, { do: 'echo' }))).toMatchObject({ count: 2 })
  })

  test('a handler that exits is an outcome, and the next event gets a new instance', async () => {
    const spec = makeSpec()
    const outcome = await invoke(spec, { do: 'exit', code: 3 })
    expect(outcome).toMatchObject({ kind: 'exited', reason: 'exit status 3', outOfMemory: false })
    expect(answerOf(await invoke(spec, { do: 'echo' }))).toMatchObject({ count: 1 })
  })

  test('code that exits before the first event is an outcome', async () => {
    const outcome = await invoke(makeSpec({ handler: 'exits.handler' }), {})
    expect(outcome).toMatchObject({ kind: 'exited', reason: 'exit status 7' })
  })

  test.each([
    ['absent.handler', 'Runtime.ImportModuleError'],
    ['index.absent', 'Runtime.HandlerNotFound'],
    ['broken.handler', 'Runtime.UserCodeSyntaxError'],
    ['index', 'Runtime.MalformedHandlerName'],
  ])('the handler %s fails with %s', async (name, errorType) => {
    const outcome = await invoke(makeSpec({ handler: name }), {})
    expect(outcome.kind).toBe('failed')
    expect(answerOf(outcome)).toMatchObject({ errorType })
  })

  test.each(['hang', 'spin'])('a handler that does %s is ended at its timeout', async (what) => {
    const spec = makeSpec()
    await invoke(spec, { do: 'echo' })
    const outcome = await invoke(spec, { do: what }, { timeoutMs: 200 })
    expect(outcome.kind).toBe('timed-out')
    expect(outcome.durationMs).toBeGreaterThanOrEqual(199)
    expect(answerOf(await invoke(spec, { do: 'echo' }))).toMatchObject({ count: 1 })
  })

  test('a handler that eats memory is ended at its limit', async () => {
    const spec = makeSpec({ memoryBytes: 128 * MEGABYTE })
    const outcome = await invoke(spec, { do: 'eat' }, { timeoutMs: 20_000 })
    expect(outcome).toMatchObject({ kind: 'exited', reason: 'signal: killed', outOfMemory: true })
    expect(outcome.memoryUsedBytes).toBeGreaterThan(128 * MEGABYTE)
  })
}

function tellsOutput({ makeSpec, invoke }: Language): void {
  test('all lines of an event come in order before its outcome, no faster than taken', async () => {
    const lines: string[] = []
    let held = 0
    await invoke(
      makeSpec(),
      { do: 'lines', count: 20_000 },
      {
        onLog(line) {
          lines.push(line)
          if (lines.length % 1000 !== 0) return undefined
          held++
          return new Promise((resolve) => setImmediate(resolve))
        },
      },
    )
    expect(lines).toEqual(Array.from({ length: 20_000 }, (_, index) => `line ${index}`))
    expect(held).toBe(20)
  })

  test('a message of two lines is one', async () => {
    const lines: string[] = []
    await invoke(makeSpec(), { do: 'print' }, { onLog: (line) => void lines.push(line) })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('first\nsecond')
  })

  test('an answer that is no JSON fails', async () => {
    expect((await invoke(makeSpec(), { do: 'circle' })).kind).toBe('failed')
  })

  test('an answer at the limit comes back, one byte longer fails', async () => {
    const spec = makeSpec()
    const limit = { responseMaxBytes: 100_000 }
    const fits = await invoke(spec, { do: 'large', size: 100_000 - 2 }, limit)
    const long = await invoke(spec, { do: 'large', size: 100_000 - 1 }, limit)
    expect(fits.kind).toBe('succeeded')
    expect(long.kind).toBe('failed')
    expect(answerOf(long)).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' })
    expect(answerOf(await invoke(spec, { do: 'echo' }))).toMatchObject({ count: 3 })
  })
}

function isolates({ runtime, makeSpec, invoke, directory }: Language): void {
  test('the environment holds what it was given, and nothing of the server', async () => {
    const spec = makeSpec({ instanceEnvironment: (id) => ({ INSTANCE: id }) })
    let instance = ''
    const outcome = await invoke(
      spec,
      { do: 'environment' },
      {
        onInstance({ id }) {
          instance = id
        },
      },
    )
    const environment = answerOf(outcome) as Record<string, string>
    expect(environment).toMatchObject({
      GIVEN: 'yes',
      INSTANCE: instance,
      LAMBDA_TASK_ROOT: directory(),
      _HANDLER: HANDLER,
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    })
    expect(Object.keys(environment)).not.toContain('VITEST')
  })

  test('a runtime that this machine does not have is unsupported', async () => {
    await expect(invoke(makeSpec({ runtime: 'cobol85' }), {})).rejects.toMatchObject({
      kind: 'unsupported',
    })
  })
}

function invocation(event: object, more: Partial<Invocation>): Invocation {
  return {
    requestId: 'request',
    functionArn: 'arn:function',
    payload: Buffer.from(JSON.stringify(event)),
    timeoutMs: 10_000,
    responseMaxBytes: MEGABYTE,
    onLog: () => undefined,
    ...more,
  }
}

function answerOf(outcome: InvocationOutcome): unknown {
  if (!('payload' in outcome)) throw new Error(`no answer: ${JSON.stringify(outcome)}`)
  return JSON.parse(Buffer.from(outcome.payload).toString())
}
