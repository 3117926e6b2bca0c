import { HOLE } from '../../lib/types.ts'
import type { Context, Fact, Flow, Inspection, Text } from '../../lib/types.ts'
import { oncePer } from '../remember.ts'
import { isStranger, mailboxes, placeOf } from './place.ts'
import type { Place } from './place.ts'

type Starts = Extract<Fact, { kind: 'starts' }>
type Carrier = { readonly path: string; readonly address: Text }

/** Programs that keep what they are given in the objects of a repository, where no file shows it. */
const keeping =
  /\bgit\b.{0,80}\s(?:hash-object|fast-import|mktree|update-index|stash\s+create|notes\s+add|bundle)\b/

/** `git push address`, where the address stands in the code: a remote of the user's has a name. */
const pushed =
  /\bgit\b.{0,200}\spush\s.{0,200}?((?:https?|ssh|git):\/\/[^\s'"\u0001]{4,500}|[\w.-]{1,40}@[\w.-]{3,100}:[\w./~-]{1,200})/

/** `npm publish … --registry address`. */
const published =
  /\b(?:npm|pnpm|yarn)(?:\.cmd)?\s(?:.{0,80}\s)?publish\b(?=.{0,400}\s--registry[= ]["']?(https?:\/\/[^\s'"\u0001]{4,300}))/

/** Where programs keep their own settings: a copy or a changed version of the same is not published. */
const settings =
  /(?:^|\/)\.?(?:npmrc|yarnrc(?:\.ya?ml)?|netrc|git-credentials|gitconfig|env(?:\.\w+)?|pypirc)$/

/**
 * Where data goes that the package only puts into a file or a repository, and another command of it then takes away: to a
 * remote of the author's, to another registry than npm's. Undefined where nothing carries it on.
 */
export function carriedTo(flow: Flow, inspection: Inspection, context: Context): Place | undefined {
  const { kind, destinations } = flow.sink
  if (kind === 'command-stdin' || kind === 'command') {
    if (!destinations.some(command => keeping.test(command))) return undefined
    const remote = remotesOf(inspection)[0]
    // Whoever may write there is its owner: no forge is the receiver.
    return remote === undefined
      ? undefined
      : {
          ...placeOf([remote.address], inspection, context),
          kind: 'capture',
          class: mailboxes,
          telling: true,
        }
  }
  if (kind !== 'write' || flow.sink.role !== 'content' || destinations.some(path => settings.test(path)))
    return undefined
  const near = registriesOf(inspection).filter(({ path }) => path === flow.sink.at.path)
  const place =
    near.length === 0
      ? undefined
      : placeOf(
          near.map(({ address }) => address),
          inspection,
          context,
        )
  return place !== undefined && isStranger(place) ? place : undefined
}

const remotesOf = oncePer((inspection: Inspection) => carriersOf(inspection, pushed))
const registriesOf = oncePer((inspection: Inspection) => carriersOf(inspection, published))

function carriersOf({ facts }: Inspection, pattern: RegExp): readonly Carrier[] {
  return facts
    .filter((fact): fact is Starts => fact.kind === 'starts')
    .flatMap(({ commands, at }) =>
      commands.flatMap(command => {
        const address = pattern.exec(command)?.[1]
        return address === undefined || address.includes(HOLE) ? [] : [{ path: at.path, address }]
      }),
    )
}
