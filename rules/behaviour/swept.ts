import { HOLE } from '../../lib/types.ts'
import type { Fact, Inspection, Text } from '../../lib/types.ts'
import { sameLine, slashes, unasked } from './written.ts'

/** What happens to files whose names nobody wrote down: whatever lies below a folder of the user or the project. */
export type Sweep = {
  readonly how: 'deletes' | 'empties' | 'overwrites' | 'encrypts' | 'rewrites' | 'renames' | 'moves' | 'locks'
  /** One of the paths, the shortest that shows the root. */
  readonly path: Text
  /** What every one of them then holds, where that is known. */
  readonly content: Text | undefined
  /** `all` below a root that is written down; `some` where the root or the depth is not. */
  readonly extent: 'all' | 'some'
}

type Change = Extract<Fact, { kind: 'writes' | 'deletes' }>

/** Everything a person keeps, or the project itself; folders in it that are whole collections count as well. */
const roots =
  /^(?:~|<project>|\/|[a-z]:\/?|%userprofile%|\/home|\/Users|\/root|\/mnt|\/Volumes|\/usr\/(?:local\/)?lib\/node_modules)(?:\/(?:\u0001|Documents|Desktop|Downloads|Pictures|Music|Videos|Movies|Public|OneDrive|Dropbox|projects?|code|dev|work|workspace|repos?|git|src|lib|app|pages|test|tests|docs|public|packages|\.git|node_modules))*$/i

/** Unknown names in a row that stand for a walk over all folders below: nobody writes three of them by hand. */
const walked = 3

/** Whether a path is any file at any depth below what is known of it. */
export function isWalk(path: Text): boolean {
  return unknownParts(path) >= walked
}

/**
 * How a change of files damages what is not the package's own; undefined where it may be its work. Paths of options
 * and of callers have one unknown part, a walk or a pattern several. `hides`: it waits for a day, a place or a person.
 */
export function sweepOf(fact: Change, inspection: Inspection, hides: boolean): Sweep | undefined {
  const kept = waits(fact) && isSpoiling(fact)
  const swept = [
    ...new Set(fact.paths.map(slashes).filter(path => isListed(path) || (kept && isUsers(path)))),
  ].toSorted((a, b) => a.length - b.length)
  const [path] = swept
  if (path === undefined) return undefined
  const rooted = swept.filter(one => !one.startsWith(HOLE) && !/^\.\.?\//.test(one))
  const walks = swept.some(isWalk)
  const deep = rooted.some(one => unknownParts(one) >= 2) || walks
  const emptied =
    fact.kind === 'deletes' && fact.phase === 'import' && unasked(fact) && isEachOf(fact, rooted, inspection)
  const extent = (deep && rooted.length > 0) || emptied ? 'all' : 'some'
  // A shell that a module starts works where its user is: what `find .` lists there is the project's.
  const inShell =
    !fact.api.includes(':') && fact.phase === 'import' && swept.some(one => unknownParts(one) >= 2)
  if (extent === 'some' && !walks && rooted.length === 0 && !inShell) return undefined
  const shown = rooted[0] ?? path
  const what = changeOf(fact, inspection, hides)
  if (what === undefined) return undefined
  if (extent === 'some' && rooted.length === 0 && what.how === 'deletes' && !hides && !inShell)
    return undefined
  // Whatever a caller names is copied, moved or changed from one unknown place to another: that is what it asked for.
  const keeps = what.how === 'rewrites' || what.how === 'renames' || what.how === 'moves'
  if (keeps && rooted.length === 0 && !hides && !inShell) return undefined
  // One statement writes what it found and files whose names are known: it found none of them.
  if (keeps && !hides && fact.kind === 'writes' && fact.paths.some(isNamed)) return undefined
  // One unknown name below a root may be an option.
  if (!deep && !hides && !inShell && !emptied) return undefined
  return { ...what, path: shown, extent }
}

/** Whether the file itself has a name that is known. */
function isNamed(path: Text): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return !name.includes(HOLE) && /[\w-]\.\w{1,8}$/.test(name)
}

/** One name after the other of those a folder was asked for: the project, the home folder or what people keep in it. */
function isEachOf({ at }: Change, rooted: readonly Text[], { facts }: Inspection): boolean {
  return (
    rooted.length > 0 &&
    rooted.every(path =>
      /^(?:~(?:\/(?:Documents|Desktop|Downloads|Pictures|Music|Videos|Movies|projects?|code|work|workspace|src))?|<project>)\/\u0001$/i.test(
        path,
      ),
    ) &&
    facts.some(
      other => other.kind === 'checks' && other.name.startsWith('names in ') && other.at.path === at.path,
    )
  )
}

/** A root, then nothing but names that are listed at run time, perhaps of one kind. */
function isListed(path: Text): boolean {
  const at = path.indexOf(HOLE)
  // Quotes are in texts that were taken for paths.
  if (at < 0 || /["\n]/.test(path)) return false
  const cut = path.lastIndexOf('/', at)
  const root = cut <= 0 ? path.slice(0, Math.max(cut, 0)) || (cut === 0 ? '/' : '') : path.slice(0, cut)
  const rest = path.slice(cut + 1).split('/')
  if (!rest.every(part => part.includes(HOLE) && !/^[\w-]{3,}|[\w-]{3,}\u0001|\u0001[\w-]/.test(part)))
    return false
  return root === '' || root === '.' || root === '..' || roots.test(root)
}

/** Whatever lies below a folder that people see at home, by whatever name they gave it. */
function isUsers(path: Text): boolean {
  return /^~\/(?!Library\/|AppData\/|go\/|snap\/)[\w][\w .-]{0,60}(?:\/\u0001){1,12}$/.test(path)
}

/** What is found holds the same afterwards, or nothing: old files are deleted by the clock, but nobody spoils them. */
function isSpoiling(fact: Change): boolean {
  if (fact.kind === 'deletes') return /truncate/i.test(fact.api)
  return (
    fact.contents.length > 0 && fact.contents.every(text => !text.includes(HOLE)) && fact.from === undefined
  )
}

function unknownParts(path: Text): number {
  return path.split('/').filter(part => part.includes(HOLE)).length
}

function changeOf(
  fact: Change,
  inspection: Inspection,
  hides: boolean,
): Pick<Sweep, 'how' | 'content'> | undefined {
  if (fact.kind === 'deletes')
    return {
      how: /truncate/i.test(fact.api) ? 'empties' : /chmod/i.test(fact.api) ? 'locks' : 'deletes',
      content: undefined,
    }
  if (isEncrypted(fact, inspection)) return { how: 'encrypts', content: undefined }
  const { from = [], contents, api } = fact
  if (/\.(?:rename|move|mv)(?:Sync)?$/.test(api) && from.some(path => isListed(slashes(path))))
    return { how: fact.paths.some(path => isListed(slashes(path))) ? 'renames' : 'moves', content: undefined }
  const same = from.filter(path => path !== HOLE)
  if (same.length > 0 && same.every(path => !path.includes(HOLE)))
    return { how: 'overwrites', content: same[0] }
  const [text] = contents
  if (contents.length > 0 && contents.every(one => one === ''))
    return isFilled(fact, inspection) ? undefined : { how: 'empties', content: undefined }
  // A name that was found with something after it is a file beside it.
  const beside = fact.paths.every(path => /\u0001\.\w+$/.test(path))
  if (text !== undefined && !beside && contents.every(one => !one.includes(HOLE)))
    return { how: 'overwrites', content: text }
  if (isRewritten(fact, inspection)) return { how: 'rewrites', content: undefined }
  const aimless = hides || (unasked(fact) && fact.phase === 'import')
  return aimless && from.length === 0 ? { how: 'overwrites', content: undefined } : undefined
}

/** Something else than the empty text is written there as well. */
function isFilled(fact: Change, inspection: Inspection): boolean {
  return inspection.flows.some(
    ({ sink }) => sink.kind === 'write' && sink.role === 'content' && sameLine(sink.at, fact.at),
  )
}

/** The file itself, or what lies beside it, comes out of a cipher. */
function isEncrypted(fact: Change, inspection: Inspection): boolean {
  return inspection.flows.some(
    ({ sink, hops }) =>
      sink.kind === 'write' && sameLine(sink.at, fact.at) && hops.some(({ label }) => label === 'encrypted'),
  )
}

/** Something of the very files that were found is what is written back. */
function isRewritten(fact: Change, inspection: Inspection): boolean {
  return inspection.flows.some(
    ({ source, sink }) =>
      sink.kind === 'write' &&
      sameLine(sink.at, fact.at) &&
      (source.kind === 'project-file' || source.kind === 'file') &&
      isListed(source.name.replaceAll('/__project__', '<project>')),
  )
}

/** Whether a command or a caller asked for it in a way that nobody would mean: on a day, in a country. */
export function waits(fact: Fact): boolean {
  return (
    !unasked(fact) && fact.guards.some(({ kind }) => kind === 'time' || kind === 'locale' || kind === 'user')
  )
}
