import { rules } from '../../rules/index.ts'
import { judgePackages } from '../judge/judge-packages.ts'
import type { JudgedPackage } from '../types.ts'
import type { Guard } from './guard.ts'
import type { Subject } from './read-subject.ts'
import type { Session } from './session.ts'

/** Judges things that are looked at by themselves, in the order given: no tree, so no origins to doubt and no approvals. */
export function judgeSubjects(
  subjects: readonly Subject[],
  { lists, loaded }: Guard,
  session: Session,
): readonly JudgedPackage[] {
  return judgePackages(
    subjects.map(({ item }) => item),
    new Map(subjects.map(({ item, read }) => [item, read])),
    {
      rules,
      lists,
      problems: new Map(),
      approved: new Set(),
      policy: loaded.policy,
      now: session.host.now(),
    },
  )
}
