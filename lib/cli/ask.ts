import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import type { Readable, Writable } from 'node:stream'

/** `interrupted` is a No that ends the run with 130: Ctrl-C or an aborted signal. */
export type Answer = 'yes' | 'no' | 'interrupted'

export type AskOptions = {
  readonly input: Readable
  /** stderr: stdout carries the report. */
  readonly output: Writable
  /** Aborted when the process is told to stop. */
  readonly signal?: AbortSignal
  /** How long to throw away what was typed before the question was there. Milliseconds. */
  readonly settleMs?: number
  /** Told the line that answered, where one did: a typed `n` means more than a stray Enter. */
  readonly onLine?: (line: string) => void
}

/** A longer answer is no answer; a terminal's own line limit is 4096. */
const maxAnswerChars = 256

/**
 * Asks a yes/no question, one line, default No. Only `y` or `yes` (any case) is a yes; an empty line, anything else,
 * the end of input, a closed or failing stream and Ctrl-C are not. What was typed before the question appeared is
 * thrown away: a pasted or impatient `y` consents to nothing that was read. Never rejects.
 */
export async function ask(question: string, options: AskOptions): Promise<Answer> {
  const { input, output, signal } = options
  if (signal?.aborted === true) return 'interrupted'
  if (!(await discardTypedAhead(input, options.settleMs ?? 60))) return 'no'
  return new Promise(resolve => {
    // terminal: false leaves the line to the terminal driver: nothing is redrawn, a screen reader hears it once.
    const lines = createInterface({ input, terminal: false })
    let received = 0
    const finish = (answer: Answer): void => {
      signal?.removeEventListener('abort', interrupt)
      input.removeListener('data', count)
      // Closing reports `close` at once, which is a No of its own: the first answer stands.
      resolve(answer)
      lines.close()
    }
    const interrupt = (): void => finish('interrupted')
    const decline = (): void => finish('no')
    const count = (chunk: Buffer | string): void => {
      received += chunk.length
      if (received > maxAnswerChars) decline()
    }
    signal?.addEventListener('abort', interrupt, { once: true })
    input.on('data', count)
    // readline hands on the errors of its input.
    lines.on('error', decline)
    lines.once('close', decline)
    lines.once('line', line => {
      options.onLine?.(line)
      finish(toAnswer(line))
    })
    output.write(`${question} (y/N) `)
  })
}

function toAnswer(line: string): Answer {
  if (line.length > maxAnswerChars) return 'no'
  if (line.includes('\u0003')) return 'interrupted'
  return /^\s*y(es)?\s*$/i.test(line) ? 'yes' : 'no'
}

/** Answers false when the input has already ended. */
async function discardTypedAhead(input: Readable, settleMs: number): Promise<boolean> {
  const ended = (): boolean => input.readableEnded || input.destroyed
  const drop = (): void => undefined
  // Without a listener an error of the stream would end the process.
  input.on('error', drop)
  input.on('data', drop)
  await setTimeout(settleMs)
  input.removeListener('data', drop)
  input.removeListener('error', drop)
  input.pause()
  return !ended()
}
