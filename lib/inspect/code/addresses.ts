import { HOLE, type Text } from '../../types.ts'

/** What addresses say about the machine they lead to, as far as their texts are known. */

/** Whether the text says which machine: `https://host/…` with at least a part of the host known. */
export function namesHost(text: Text): boolean {
  const rest = text.replace(beforeHost, '')
  const host = rest.split(/[/?#]/, 1)[0] ?? ''
  const named = host.replaceAll(HOLE, '').replace(/:\d*$/, '')
  return named.length >= 3 && rest !== HOLE
}

/** What stands between the scheme of an address and its path, without who signs in: `host:port`. */
export function authorityOf(text: Text): string {
  return (text.replace(beforeHost, '').split(/[/?#]/, 1)[0] ?? '').replace(/^[^@]*@/, '')
}

/** Pages leave it to themselves how a host is asked: `//host/path`. */
const beforeHost = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i

const localNames = new Set(['localhost', '0.0.0.0', '::1', '[::1]', ''])

/** Whether all of it stays on this machine. Nothing known is not local. */
export function isLocal(destinations: readonly Text[]): boolean {
  return destinations.length > 0 && destinations.every(isLocalOne)
}

function isLocalOne(text: Text): boolean {
  if (text.startsWith('/') && !text.startsWith('//'))
    return text.endsWith('.sock') || text.startsWith('/tmp') || text.startsWith('/var/run')
  if (text.startsWith('\\\\.\\pipe') || text.startsWith('unix:')) return true
  const host = authorityOf(text)
  const name = host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:[^:]*$/, '')
  return localNames.has(name.toLowerCase()) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
}
