import { sourceInWords } from '../../rules/finding.ts'
import type { Fact, Text } from '../types.ts'
import { firstFew, grouped } from './layout.ts'
import { printable } from './sanitize.ts'

/** A fact in two words: what the code does, and to what. Safe to print. */
export type Capability = { readonly does: string; readonly what: string }

/** Says what a fact means. The same words serve `--inspect` and the line that describes a script. */
export function capabilityOf(fact: Fact): Capability {
  switch (fact.kind) {
    case 'reads':
      return say('reads', sourceInWords({ kind: fact.source, name: fact.name, at: fact.at }))
    case 'contacts':
      return say('contacts', list(fact.destinations.map(hostOf), 'a computed address'))
    case 'resolves':
      return say('looks up', list(fact.destinations.map(hostOf), 'a computed name'))
    case 'starts':
      return say('starts', list(fact.commands, 'a computed command'))
    case 'writes':
      return say('writes', list(fact.paths, 'a computed path'))
    case 'makes-executable':
      return say('makes executable', list(fact.paths, 'a computed path'))
    case 'deletes':
      return say('deletes', list(fact.paths, 'a computed path'))
    case 'loads':
      return say(fact.native ? 'loads native code' : 'loads', list(fact.targets, 'a computed module'))
    case 'uses':
      return say('uses the code of', fact.name)
    case 'evaluates':
      return say(
        'evaluates',
        `${fact.code} code${fact.decoders.length > 0 ? ` behind ${firstFew(fact.decoders, 4)}` : ''}`,
      )
    case 'decodes':
      return say('decodes', `${grouped(fact.bytes)} bytes by ${fact.method}`)
    case 'patches':
      return say('patches', fact.target)
    case 'overrides':
      return say('overrides', `${firstFew(fact.members, 4)} of ${fact.target.replace(/^pkg:/, '')}`)
    case 'pays':
      return say('pays', `${list(fact.receivers, 'an address in the code')} (${fact.how})`)
    case 'listens':
      return say('listens', `to ${fact.event} (${fact.api})`)
    case 'stops':
      return say('stops', stopped[fact.what])
    case 'tells':
      return say('tells an assistant', `“${fact.words}”`)
    case 'ships':
      return say(
        'puts into the programs of others',
        `${shipped[fact.what]} ${list(fact.destinations.map(hostOf), 'a computed address')}`,
      )
    case 'checks':
      return say('checks', `${fact.what} ${fact.name}`)
    default:
      return appearanceOf(fact)
  }
}

type Appearance = Extract<
  Fact,
  {
    kind:
      | 'hidden-text'
      | 'off-screen'
      | 'obfuscated'
      | 'unreadable'
      | 'native-binary'
      | 'gyp-command'
      | 'path-trick'
  }
>

/** What a file looks like, rather than what its code does. */
function appearanceOf(fact: Appearance): Capability {
  switch (fact.kind) {
    case 'hidden-text':
      return say('hides', `${grouped(fact.count)} invisible characters (${fact.characters})`)
    case 'off-screen':
      return say('hides', `code behind ${grouped(fact.blanks)} blanks`)
    case 'obfuscated':
      return say('obfuscated', `${percent(fact.share)} of the file (${firstFew(fact.marks, 4)})`)
    case 'unreadable':
      return say('unreadable', `${fact.why} (${percent(fact.share)} of the file)`)
    case 'native-binary':
      return say('native program', `${fact.format} ${fact.arch}`)
    case 'gyp-command':
      return say('starts', `${fact.command} (binding.gyp ${fact.how})`)
    case 'path-trick':
      return say('tarball trick', `${fact.trick}: ${fact.name}`)
  }
}

function say(does: string, what: string): Capability {
  return { does, what: printable(what, 160) }
}

function list(texts: readonly Text[], unknown: string): string {
  const known = [...new Set(texts.filter(text => text !== ''))]
  return known.length === 0 ? unknown : firstFew(known, 3)
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** The host of a URL without credentials, path and query; the text itself where it is none. */
export function hostOf(destination: Text): string {
  const host = /^[a-z][a-z0-9+.-]{0,15}:\/\/([^/?#\\\s]{1,253})/i.exec(destination)?.[1]
  return host === undefined ? destination : host.slice(host.lastIndexOf('@') + 1)
}

const shipped = {
  script: 'a script from',
  sends: 'code that asks',
  loads: 'code that loads more from',
} as const

const stopped = {
  'endless-loop': 'whoever runs it, in an endless loop',
  'parent-process': 'the process that started it',
  'own-process': 'the process it runs in',
} as const
