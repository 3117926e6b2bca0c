import type { Frame, Interpreter } from './interpreter.ts'
import { isPrey } from './telling.ts'
import { joinTaints, ofObject, type ObjectValue, type Taint, type Value } from './values.ts'

/** What the headers of a request carry, by what the name of each says it is. */
export type HeaderTaints = {
  /** Where requests sign in, and where anything else may stand. */
  readonly header: readonly Taint[]
  /** Secrets in fields that nobody signs in with, such as those of conditions, caches and traces: they are content. */
  readonly content: readonly Taint[]
  /** Data in fields that only answers have, or what passes them on: no request of a program's own has those. */
  readonly answered: readonly Taint[]
}

/** What servers, caches and delivery networks put into answers, or into what they pass on. */
const ofAnswers =
  /^(?:cf-(?:ray|ew-via|cache-status|bgj|polished)|x-amz-(?:cf-(?:id|pop)|id-2|request-id)|x-amzn-requestid|x-azure-ref(?:-originshield)?|x-cache-hits|x-served-by|x-timer|x-varnish|x-akamai-\S{1,40}|x-vercel-(?:id|cache)|x-fastly-request-id|fly-request-id|x-github-request-id|server-timing|alt-svc|report-to|expect-ct)$/

/** What asks under a condition, for a form of the answer, or says whose trace a request belongs to. */
const aside =
  /^(?:if-(?:none-match|match|range|modified-since|unmodified-since)|etag|last-modified|age|accept(?:-language|-encoding|-charset)?|cache-control|pragma|range|via|traceparent|tracestate|baggage|sentry-trace|x-b3-\w{1,20}|b3|x-(?:request|correlation|trace)-id|x-amzn-trace-id|x-cloud-trace-context|dnt|save-data|priority|sec-(?:ch|fetch)-[\w-]{1,30})$/i

/** What services call the fields in which somebody signs in; a letter or two say nothing. */
const signing =
  /^.{0,2}$|auth|token|key|secret|cookie|sess|sign|pass|pwd|cred|jwt|bearer|api|access|login|user|account|client|consumer|app|licen[sc]e|code|hash|nonce|hmac|(?:^|[_-])(?:id|sid|pin|otp|mfa)(?:$|[_-])/i

type Part = 'answers' | 'aside' | 'signing' | 'other'

function partOf(name: string): Part {
  if (ofAnswers.test(name.toLowerCase())) return 'answers'
  if (aside.test(name)) return 'aside'
  return signing.test(name) ? 'signing' : 'other'
}

/** What headers given as an object of their own carry. */
export function headerTaints(machine: Interpreter, headers: Value, frame: Frame): HeaderTaints {
  const isPlain = ({ fields }: ObjectValue): boolean =>
    [...fields.keys()].every(name => partOf(name) === 'signing')
  if (headers.objects.every(isPlain))
    return { header: machine.deepTaints(headers, frame), content: [], answered: [] }
  let header = headers.taints
  let content: readonly Taint[] = []
  let answered: readonly Taint[] = []
  for (const object of headers.objects) {
    if (isPlain(object)) {
      header = joinTaints(header, machine.deepTaints(ofObject(object), frame))
      continue
    }
    if (object.rest !== undefined)
      header = joinTaints(header, machine.deepTaints(machine.read(object.rest, frame), frame))
    for (const [name, cell] of object.fields) {
      const taints = machine.deepTaints(machine.read(cell, frame), frame)
      const part = partOf(name)
      if (part === 'answers') answered = joinTaints(answered, taints)
      else if (part === 'signing') header = joinTaints(header, taints)
      else {
        const misplaced = part === 'aside' ? isSecret : isOfCaller
        content = joinTaints(content, taints.filter(misplaced))
        header = joinTaints(
          header,
          taints.filter(taint => !misplaced(taint)),
        )
      }
    }
  }
  return { header, content, answered }
}

function isSecret(taint: Taint): boolean {
  return isPrey(taint.source.kind) || isOfCaller(taint)
}

function isOfCaller({ source: { kind } }: Taint): boolean {
  return kind === 'caller-secret'
}
