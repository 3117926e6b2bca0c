import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

type Validate = { (value: unknown): boolean; readonly errors?: unknown }
type AjvClass = new (options: object) => { compile(schema: unknown): Validate }

let compiled: Validate | undefined

/** The shipped schema of `--json`, compiled once. Returns whether a value is what it says; `errors` says why not. */
export function reportSchema(): Validate {
  if (compiled !== undefined) return compiled
  // ajv's types export a namespace as its default, which NodeNext reads as not constructible.
  const { Ajv2020 }: { Ajv2020: AjvClass } = createRequire(import.meta.url)('ajv/dist/2020.js')
  const schema: unknown = JSON.parse(
    readFileSync(new URL('../../lib/report/report.schema.json', import.meta.url), 'utf8'),
  )
  compiled = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema)
  return compiled
}

/** Throws where the stdout of a `--json` run is not one object that the shipped schema describes. */
export function assertReport(stdout: string): void {
  const validate = reportSchema()
  if (validate(JSON.parse(stdout))) return
  throw new Error(
    `--json printed what its schema does not say: ${JSON.stringify(validate.errors)}\n${stdout}`,
  )
}
