import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { EngineError } from '../../base/errors.ts'
import type { QueryEngine, QuerySession, SessionOptions } from './port.ts'
import { QueryError } from './port.ts'

/**
 * What every adapter with the dialect `duckdb` must keep. `sessionsMax` is what the engine under
 * test was made with; `killChildren` ends its processes as a crash would.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a suite is a list of cases.
export function queryConformance(subject: {
  readonly create: (directory: string) => QueryEngine
  readonly sessionsMax: number
  readonly killChildren: () => void
}): void {
  let directory = ''
  let engine: QueryEngine
  const opened: QuerySession[] = []

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'headrace-query-'))
    await mkdir(join(directory, 'data'))
    await mkdir(join(directory, 'out'))
    engine = subject.create(join(directory, 'engine'))
    const session = await open({ paths: [{ path: join(directory, 'data'), writable: true }] })
    await session.execute(
      `COPY (SELECT i AS id, i % 7 AS k, 'abc' || i AS s FROM range(100000) t(i)) TO '${data('a.parquet')}'`,
    )
    await session.execute(
      `COPY (SELECT i AS id FROM range(100000) t(i)) TO '${data('a.csv.gz')}' (FORMAT csv)`,
    )
    await session.execute(`COPY (SELECT 1 AS id) TO '${data('b.parquet')}'`)
    await session.close()
  })

  afterEach(async () => {
    for (const session of opened.splice(0)) await session.close()
  })

  afterAll(async () => {
    await engine.close()
    await rm(directory, { recursive: true, force: true })
  })

  async function open(options: SessionOptions = { paths: [] }): Promise<QuerySession> {
    const session = await engine.open(options)
    opened.push(session)
    return session
  }
  const data = (name: string) => join(directory, 'data', name)
  const out = (name: string) => join(directory, 'out', name)
  const reading = (...names: string[]) => ({ paths: names.map((name) => ({ path: data(name) })) })
  const kindOf = (work: Promise<unknown>) =>
    work.then(
      () => 'succeeded',
      (error: unknown) => (error instanceof EngineError ? error.kind : String(error)),
    )

  describe('statements', () => {
    test('rows come back as JSON: 64-bit integers, decimals and times as text', async () => {
      const session = await open()
      const { columns, rows, truncated } = await session.execute(
        `SELECT 1::BIGINT AS a, 1.50::DECIMAL(5,2) AS b, TIMESTAMP '2026-01-02 03:04:05' AS c,
           [1, NULL] AS d, {x: 'y'} AS e, 2 AS f, true AS g, NULL AS h`,
      )
      expect(rows).toEqual([
        ['1', '1.50', '2026-01-02 03:04:05', [1, null], { x: 'y' }, 2, true, null],
      ])
      expect(columns.slice(0, 2)).toEqual([
        { name: 'a', type: 'BIGINT' },
        { name: 'b', type: 'DECIMAL(5,2)' },
      ])
      expect(truncated).toBe(false)
    })

    test('parameters are values, never SQL', async () => {
      const session = await open()
      const parameters = ["x' OR 1=1 --", 2, true, null]
      const { rows } = await session.execute('SELECT ?, ?, ?, ?', { parameters })
      expect(rows).toEqual([parameters])
    })

    test('rows beyond the limit are not transferred, at the limit all are', async () => {
      const session = await open()
      const exact = await session.execute('SELECT * FROM range(5000)', { rowsMax: 5000 })
      expect([exact.rows.length, exact.truncated]).toEqual([5000, false])
      const over = await session.execute('SELECT * FROM range(5001)', { rowsMax: 5000 })
      expect([over.rows.length, over.truncated]).toEqual([5000, true])
      expect((await session.execute('SELECT 1')).rows).toEqual([[1]])
    })

    test('a session has its own catalog, and settings that hold from the start', async () => {
      const one = await open({ paths: [], settings: { integer_division: true } })
      await one.execute('CREATE TABLE mine AS SELECT 7 / 2 AS x')
      expect((await one.execute('SELECT x FROM mine')).rows).toEqual([[3]])
      await one.close()
      const two = await open()
      expect(await kindOf(two.execute('SELECT x FROM mine'))).toBe('invalid')
      expect((await two.execute('SELECT 7 / 2')).rows).toEqual([[3.5]])
    })

    test('bad SQL is refused with the words of the engine and what it knows', async () => {
      const session = await open()
      const failures = [
        'SELEC 1',
        'SELECT x FROM (SELECT 1 AS a)',
        'SELECT * FROM nowhere',
        ' -- x',
      ]
      const errors = await Promise.all(
        failures.map((sql) => session.execute(sql).catch((error: unknown) => error)),
      )
      const problems = errors.map((error) => (error instanceof QueryError ? error.problem : error))
      expect(problems).toEqual(['syntax', 'column-not-found', 'table-not-found', 'other'])
      expect(errors[1]).toMatchObject({ kind: 'invalid', subject: 'x', position: 7 })
      expect(await kindOf(session.execute('SELECT 1; SELECT 2'))).toBe('invalid')
      expect(await kindOf(session.execute(''))).toBe('invalid')
    })
  })

  describe('paths', () => {
    test('only the given paths can be read', async () => {
      await symlink('/etc/passwd', out('link')).catch(() => undefined)
      const session = await open({
        paths: [{ path: data('a.parquet') }, { path: join(directory, 'out'), writable: true }],
      })
      expect((await session.execute(`SELECT count(*) FROM '${data('a.parquet')}'`)).rows).toEqual([
        ['100000'],
      ])
      const escapes = [
        `SELECT * FROM read_text('/etc/passwd')`,
        `SELECT * FROM read_csv('/etc/passwd')`,
        `SELECT * FROM sniff_csv('/etc/passwd')`,
        `SELECT * FROM glob('/etc/*')`,
        `SELECT * FROM '${data('b.parquet')}'`,
        `SELECT * FROM read_text('${out('../data/b.parquet')}')`,
        `SELECT * FROM read_text('${out('link')}')`,
        `SELECT * FROM read_text('http://127.0.0.1:1/x')`,
        `SELECT * FROM read_text('/proc/self/environ')`,
      ]
      for (const sql of escapes) {
        expect([sql, await kindOf(session.execute(sql))]).toEqual([sql, 'invalid'])
      }
    })

    test('only writable paths can be written, whatever the statement', async () => {
      const before = await readFile(data('a.parquet'))
      const session = await open({
        paths: [
          { path: join(directory, 'data') },
          { path: join(directory, 'out'), writable: true },
        ],
      })
      const refused = [
        `COPY (SELECT 1) TO '${join(directory, 'x.csv')}'`,
        `COPY (SELECT 1) TO '${data('a.parquet')}' (USE_TMP_FILE false)`,
        `COPY (SELECT 1) TO '${out('../data/a.parquet')}' (USE_TMP_FILE false)`,
        `EXPLAIN ANALYZE COPY (SELECT 1) TO '${data('x.csv')}'`,
        `PREPARE p AS COPY (SELECT 1) TO '${data('x.csv')}'`,
        `EXPORT DATABASE '${data('x')}'`,
        `ATTACH '${data('x.db')}'`,
        `ATTACH '${join(directory, 'x.db')}' AS x`,
        `CALL enable_logging('FileSystem', storage = 'file', storage_config = {'path': '${data('l')}'})`,
        'INSTALL httpfs',
        'LOAD httpfs',
        "SET memory_limit = '9GB'",
        'SET enable_external_access = true',
        "PRAGMA enable_profiling = 'json'",
      ]
      for (const sql of refused) {
        expect([sql, await kindOf(session.execute(sql))]).toEqual([sql, 'invalid'])
      }
      expect(await readFile(data('a.parquet'))).toEqual(before)
      await session.execute(`COPY (SELECT 'it''s' AS x) TO '${out('x.csv')}' (HEADER false)`)
      expect(await readFile(out('x.csv'), 'utf8')).toBe("it's\n")
    })

    test('a session may be given more paths later, and keeps what it has made', async () => {
      const session = await open(reading('b.parquet'))
      await session.execute(`CREATE VIEW seen AS SELECT * FROM '${data('b.parquet')}'`)
      await session.execute('CREATE TABLE kept AS SELECT 5 AS x')
      await session.execute('CREATE TEMP TABLE lost AS SELECT 6 AS x')
      await session.execute('CREATE MACRO twice(x) AS x * 2')
      await session.allow([{ path: data('a.parquet') }])
      expect(
        (
          await session.execute(
            `SELECT twice(kept.x), lost.x, seen.id FROM kept, lost, seen,
               (SELECT count(*) AS n FROM '${data('a.parquet')}')`,
          )
        ).rows,
      ).toEqual([[10, 6, 1]])
      expect(await kindOf(session.execute(`SELECT * FROM '${data('a.csv.gz')}'`))).toBe('invalid')
    })
  })

  describe('bytes', () => {
    test('scanned bytes of Parquet are those of the columns read', async () => {
      const session = await open(reading('a.parquet'))
      const size = (await stat(data('a.parquet'))).size
      const one = await session.execute(`SELECT sum(k) FROM '${data('a.parquet')}'`)
      const all = await session.execute(`SELECT sum(hash(t)) FROM '${data('a.parquet')}' t`)
      expect(one.scannedBytes).toBeGreaterThan(100)
      expect(one.scannedBytes).toBeLessThan(size / 10)
      expect(all.scannedBytes).toBeGreaterThan(size * 0.9)
      expect((await session.execute('SELECT 1')).scannedBytes).toBe(0)
    })

    test('scanned bytes of a compressed text are its size', async () => {
      const session = await open(reading('a.csv.gz'))
      const { scannedBytes } = await session.execute(`SELECT count(*) FROM '${data('a.csv.gz')}'`)
      expect(scannedBytes).toBe((await stat(data('a.csv.gz'))).size)
    })

    test('statements of two sessions at once are counted apart, exactly', async () => {
      const sessions = [await open(reading('a.parquet')), await open(reading('a.parquet'))]
      const queries = [
        `SELECT sum(k) FROM '${data('a.parquet')}'`,
        `SELECT count(DISTINCT s) FROM '${data('a.parquet')}'`,
      ]
      const alone = []
      for (const [index, session] of sessions.entries()) {
        alone.push((await session.execute(queries[index] ?? '')).scannedBytes)
      }
      const together = await Promise.all(
        sessions.map((session, index) => session.execute(queries[index] ?? '')),
      )
      expect(together.map((result) => result.scannedBytes)).toEqual(alone)
      expect(alone[0]).not.toBe(alone[1])
    })
  })

  describe('limits and ends', () => {
    const ENDLESS = 'SELECT count(*) FROM range(1000000000000) t(i) WHERE hash(i) % 7 = 1'

    test('an aborted statement is really stopped, and its session goes on', async () => {
      const session = await open()
      const aborting = new AbortController()
      let told = 0
      const running = session.execute(ENDLESS, {
        signal: aborting.signal,
        onProgress: ({ fraction }) => {
          expect(fraction).toBeGreaterThanOrEqual(0)
          expect(fraction).toBeLessThanOrEqual(1)
          if (++told === 2) aborting.abort()
        },
      })
      expect(await kindOf(running)).toBe('timeout')
      expect((await session.execute('SELECT 1')).rows).toEqual([[1]])
    })

    test('a signal that aborted before stops the statement too', async () => {
      const session = await open()
      const signal = AbortSignal.abort()
      expect(await kindOf(session.execute(ENDLESS, { signal }))).toBe('timeout')
    })

    test('a statement beyond memory spills, and beyond the spill space answers full', async () => {
      const session = await open({ paths: [], memoryBytes: 40_000_000 })
      const make = (name: string, rows: number) =>
        session.execute(
          `CREATE TABLE ${name} AS SELECT i, md5(i::VARCHAR) AS h FROM range(${rows}) t(i)`,
        )
      await make('fits', 1_200_000)
      expect(await kindOf(make('beyond', 10_000_000))).toBe('full')
      expect((await session.execute('SELECT count(*) FROM fits')).rows).toEqual([['1200000']])
    })

    test('a session whose process was killed answers unavailable, and the next one works', async () => {
      const session = await open()
      const running = kindOf(session.execute(ENDLESS, { onProgress: () => subject.killChildren() }))
      expect(await running).toBe('unavailable')
      expect(await kindOf(session.execute('SELECT 1'))).toBe('unavailable')
      await session.close()
      const next = await open()
      expect((await next.execute('SELECT 1')).rows).toEqual([[1]])
    })

    test('sessions beyond the limit wait their turn, or until they give up', async () => {
      const held: QuerySession[] = []
      for (let count = 0; count < subject.sessionsMax; count++) held.push(await open())
      const giveUp = new AbortController()
      const impatient = kindOf(engine.open({ paths: [], signal: giveUp.signal }))
      const patient = open()
      giveUp.abort()
      expect(await impatient).toBe('timeout')
      await held[0]?.close()
      expect((await (await patient).execute('SELECT 1')).rows).toEqual([[1]])
    })

    test('closing stops the running statement', async () => {
      const session = await open()
      const running = kindOf(session.execute(ENDLESS))
      await session.close()
      expect(await running).toBe('timeout')
      expect(await kindOf(session.execute('SELECT 1'))).toBe('unavailable')
    })

    test('a damaged file is an error of the statement', async () => {
      await writeFile(data('bad.parquet'), 'PAR1 nothing of the kind PAR1')
      const session = await open(reading('bad.parquet'))
      const failed = await session
        .execute(`SELECT * FROM '${data('bad.parquet')}'`)
        .catch((error: unknown) => error)
      expect(failed).toMatchObject({ kind: 'invalid', problem: 'input' })
    })
  })
}
