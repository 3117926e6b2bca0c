import { HOLE, type Text } from '../types.ts'
import { hostOf } from './capability.ts'

/** Names of machines among what a client was given; paths, methods and header names are none. */
export function hostsOf(destinations: readonly Text[]): readonly string[] {
  const hosts = destinations.map(text =>
    withoutTail(hostOf(text))
      .replace(/:undefined.*$/, '')
      .toLowerCase(),
  )
  return [...new Set(hosts)].filter(isHost)
}

/** A host that is written out, before a path that is not known: `cdn.a.example${path}linux.zip`. */
function withoutTail(host: Text): Text {
  const hole = host.indexOf(HOLE)
  const [before, after] = [host.slice(0, hole), host.slice(hole + 1)]
  return hole > 0 && /\w\.[a-z]{2,}$/i.test(before) && (after === '' || fileName.test(after)) ? before : host
}

const fileName =
  /[\w\u0001]\.(?:zip|t?gz|tgz|tar|xz|bz2|exe|json|[cm]?js|html?|txt|xml|node|sha\d{1,3}(?:sum)?|asc|sig)$/i

/** Endings of files under which no domain can be registered. */
const noDomain =
  /\.(?:hh?|hpp|cpp|cxx|[cm]?[jt]sx?|json|html?|css|txt|xml|ya?ml|toml|ini|cfg|conf|lock|sql|dll|dylib|exe|node|png|svg|woff2?|ttf|otf|tgz|tar|gz|xz)$/i

function isHost(text: string): boolean {
  const [name = ''] = text.split(':')
  if (name.length > 253 || !/^[\w.\u0001-]+$/.test(name) || /^\d+(?:\.\d+){0,2}$/.test(name)) return false
  if (noDomain.test(name) || (name.includes(HOLE) && fileName.test(name))) return false
  return name === 'localhost' || /[a-z0-9-]\.[a-z0-9-]+$/.test(name)
}
