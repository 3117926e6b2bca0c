import { limits } from '../lib/limits.ts'
import type { Finding, Flow, Site } from '../lib/types.ts'

/** Location and excerpt of a finding that stands at a place in the code. */
export function atSite(site: Site): Pick<Finding, 'location' | 'evidence'> {
  return {
    location: { path: site.path, line: site.line, column: site.column },
    evidence: site.code.slice(0, limits.maxEvidenceChars),
  }
}

/** Location and excerpt of a finding about what the package calls itself. */
export function atName(name: string): Pick<Finding, 'location' | 'evidence'> {
  return {
    location: { path: 'package.json', line: 1, column: 1 },
    evidence: `"name": ${JSON.stringify(name)}`.slice(0, limits.maxEvidenceChars),
  }
}

/** The steps of a flow as a finding shows them, from what is read to where it goes. */
export function flowSteps(flow: Flow): NonNullable<Finding['flow']> {
  const steps = [
    { label: `reads ${flow.source.name || flow.source.kind}`, at: flow.source.at },
    ...flow.hops.slice(0, limits.maxHops),
    { label: `${flow.sink.api} (${flow.sink.role})`, at: flow.sink.at },
  ]
  return steps.map(step => ({ label: step.label, path: step.at.path, line: step.at.line }))
}
