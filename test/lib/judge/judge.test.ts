import t from 'tap'
import { analyse } from '../../../lib/judge/analyse.ts'
import { decide } from '../../../lib/judge/decide.ts'
import { judge } from '../../../lib/judge/judge.ts'
import { summarise } from '../../../lib/judge/summarise.ts'
import { limits } from '../../../lib/limits.ts'
import type { Action, Context, Finding, Gap, Inspection, JudgedPackage, Rule } from '../../../lib/types.ts'
import { context, finding, inspection, judged, manifest } from '../../helpers/judged.ts'

const content: Gap = { kind: 'content', what: 'x.js could not be parsed' }
const knowledge: Gap = { kind: 'context', what: 'no packument' }

function rule(id: string, check: Rule['check']): Rule {
  const examples = { flags: [], passes: [] }
  return {
    meta: { id, title: id, severity: 'high', description: '', references: [], blindSpots: [], examples },
    check,
  }
}

function reporting(...found: readonly Partial<Finding>[]): Rule {
  return rule('r', () => found.map(one => finding(one)))
}

t.test('a verdict is the strongest finding, and never allow where bytes were not read', t => {
  const table: readonly [string, readonly Action[], readonly Gap[], string][] = [
    ['nothing', [], [], 'allow'],
    ['notes', ['note', 'note'], [], 'allow'],
    ['a question among notes', ['note', 'ask', 'note'], [], 'ask'],
    ['a block among questions', ['ask', 'block', 'note'], [], 'block'],
    ['missing knowledge', [], [knowledge], 'allow'],
    ['unread bytes', [], [content], 'ask'],
    ['unread bytes and notes', ['note'], [knowledge, content], 'ask'],
    ['unread bytes and a block', ['block'], [content], 'block'],
  ]
  for (const [what, actions, gaps, kind] of table) {
    const found = actions.map(action => finding({ action }))
    t.equal(judge(found, gaps).kind, kind, what)
  }
  t.end()
})

t.test('findings come most severe first', t => {
  const mixed = [
    finding({ action: 'note', severity: 'critical', rule: 'd' }),
    finding({ action: 'ask', severity: 'low', rule: 'c' }),
    finding({ action: 'ask', severity: 'high', rule: 'b', location: { path: 'b', line: 2, column: 1 } }),
    finding({ action: 'ask', severity: 'high', rule: 'b', location: { path: 'b', line: 1, column: 1 } }),
    finding({ action: 'block', severity: 'medium', rule: 'a' }),
  ]
  const { findings } = judge(mixed, [])
  t.same(
    findings.map(one => `${one.rule}${one.location.line}`),
    ['a3', 'b1', 'b2', 'c3', 'd3'],
  )
  t.end()
})

t.test('the decision: block beats ask beats gap, and only questions can be asked', t => {
  const clean = judged()
  const blocked = of('block')
  const asked = of('ask')
  const unread = judged({ gaps: [content], verdict: judge([], [content]) })
  const unknown = judged({ gaps: [knowledge] })
  const table: readonly [string, readonly JudgedPackage[], string, string][] = [
    ['no package at all', [], 'proceed', 'clean'],
    ['clean', [clean, unknown], 'proceed', 'clean'],
    ['a question', [clean, asked], 'ask', 'ask'],
    ['a gap', [clean, unread], 'stop', 'gap'],
    ['a gap and a question', [unread, asked], 'stop', 'ask'],
    ['a block and all else', [unread, asked, blocked], 'stop', 'block'],
  ]
  for (const [what, packages, kind, because] of table) t.same(decide(packages), { kind, because }, what)
  t.end()
})

function of(action: Action): JudgedPackage {
  return judged({ verdict: judge([finding({ action })], []) })
}

t.test('a rule that throws is a content gap naming rule and package', t => {
  const broken = rule('broken', () => {
    throw new TypeError('x is undefined')
  })
  const { findings, gaps } = analyse(inspection(), context({ name: 'b', version: '2.0.0' }), [
    broken,
    reporting({}),
  ])
  t.same(gaps, [{ kind: 'content', what: 'rule broken failed on b@2.0.0: x is undefined' }])
  t.equal(findings.length, 1, 'the other rules still look')
  t.equal(findings[0]?.rule, 'r')
  const mute = rule('mute', () => {
    throw 'text'
  })
  t.match(analyse(inspection(), context(), [mute]).gaps, [{ kind: 'content', what: /text/ }])
  t.end()
})

t.test('what a rule returns is bounded', t => {
  const long = 'x'.repeat(1024 * 1024)
  const hops = Array.from({ length: 50 }, (_, line) => ({ label: long, path: 'a.js', line }))
  const { findings } = analyse(inspection(), context(), [
    reporting({ evidence: long, message: long, flow: hops }),
  ])
  const [found] = findings
  t.equal(found?.evidence.length, limits.maxEvidenceChars)
  t.equal(found?.message.length, limits.maxMessageChars)
  t.equal(found?.flow?.length, limits.maxHops + 2)
  t.equal(found?.flow?.at(-1)?.line, 49, 'the end of the flow is kept')
  const many = Array.from(
    { length: 500 },
    (_, index) =>
      ({
        action: index === 499 ? 'block' : 'note',
        location: { path: 'a.js', line: index, column: 1 },
      }) as const,
  )
  const kept = analyse(inspection(), context(), [reporting(...many)]).findings
  t.equal(kept.length, limits.maxFindingsPerRule)
  t.equal(kept[0]?.action, 'block', 'the most severe are kept')
  t.end()
})

t.test('what several ways to one line say alike is said once', t => {
  const at = (line: number, action: Action, message: string): Partial<Finding> => ({
    action,
    message,
    location: { path: 'a.js', line, column: 1 },
  })
  const { findings } = analyse(inspection(), context(), [
    reporting(at(1, 'ask', 'x'), at(1, 'block', 'x'), at(1, 'ask', 'y'), at(2, 'ask', 'x')),
  ])
  t.same(
    findings.map(one => `${one.location.line} ${one.action} ${one.message}`),
    ['1 block x', '1 ask y', '2 ask x'],
  )
  t.end()
})

t.test('packages bundled in the artifact are judged with it', t => {
  const inner = inspection({
    manifest: manifest({ name: 'deep', version: '3.0.0' }),
    gaps: [content, { ...content, path: 'y.js' }],
  })
  const middle = inspection({
    manifest: manifest({ name: 'mid' }),
    bundled: [{ location: 'node_modules/deep', inspection: inner }],
  })
  const outer = inspection({ bundled: [{ location: 'node_modules/mid', inspection: middle }] })
  const problem = { kind: 'no-integrity', message: 'x' } as const
  const seen: [string, Context['source'], string | undefined, number][] = []
  const spy = rule('spy', (_: Inspection, { name, source, integrity, origin }) => {
    seen.push([name, source, integrity, origin.length])
    return [finding({ flow: [{ label: 'x', path: 'z.js', line: 1 }] })]
  })
  const { findings, gaps } = analyse(outer, context({ name: 'top', origin: [problem] }), [spy])
  t.same(seen, [
    ['top', 'registry', 'sha512-AAAA', 1],
    ['mid', 'bundled', undefined, 0],
    ['deep', 'bundled', undefined, 0],
  ])
  t.same(
    findings.map(one => one.location.path),
    ['setup.js', 'node_modules/mid/setup.js', 'node_modules/mid/node_modules/deep/setup.js'],
  )
  t.equal(findings[2]?.flow?.[0]?.path, 'node_modules/mid/node_modules/deep/z.js')
  t.same(
    gaps.map(gap => gap.path),
    ['node_modules/mid/node_modules/deep', 'node_modules/mid/node_modules/deep/y.js'],
  )
  t.end()
})

t.test('a summary counts what was read and what was not', t => {
  const packages = [
    judged(),
    judged({ fromCache: true }),
    judged({ inspection: undefined, gaps: [content], verdict: judge([], [content]) }),
    judged({ inspection: undefined, gaps: [knowledge] }),
    judged({
      verdict: judge([finding({ action: 'block' })], []),
      inspection: inspection({ bundled: [{ location: 'node_modules/b', inspection: inspection() }] }),
    }),
  ]
  t.same(summarise(packages, 5), {
    packages: 5,
    inspected: 3,
    fromCache: 1,
    allow: 3,
    ask: 1,
    block: 1,
    gaps: 1,
    files: 4,
    bytes: 400,
    ms: 5,
  })
  t.end()
})
