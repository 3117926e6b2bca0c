import type { PythonCall } from './python-models.ts'
import type { ScriptSession } from './session.ts'
import { readFile } from './shell-runner.ts'
import { empty, join, withText, type Value } from './value.ts'

/** Files that are kept in memory: what is written into them is read again and sent. */
const inMemory =
  /^(?:io\.(?:BytesIO|StringIO)|tempfile\.(?:SpooledTemporaryFile|TemporaryFile|NamedTemporaryFile))$/

/** Archives, which read the files they are told to hold. */
const archive = /^(?:zipfile\.(?:ZipFile|PyZipFile)|tarfile\.(?:open|TarFile(?:\.\w+)?))$/

/** The name of what `called` makes, where things are put into it: its methods are found under that name. */
export function containerMadeBy(called: string): string | undefined {
  return inMemory.test(called) || archive.test(called) ? `${called}()` : undefined
}

/** Whether a name is that of a container, or of what writes into one: `zipfile.ZipFile()`. */
export function isContainer(name: string | undefined): boolean {
  return name?.endsWith('()') === true
}

/** Whether a method belongs to an archive: what that writes is read from the path it is given. */
export function isArchive(name: string): boolean {
  const at = name.lastIndexOf('().')
  return at > 0 && archive.test(name.slice(0, at))
}

/** Methods of a container like those of any other object. */
export function methodOf(name: string): string {
  const at = name.lastIndexOf('().')
  return at < 0 ? name : name.slice(at + 2)
}

/** What a call puts into the container it belongs to, and into the file that has its name; undefined where it puts nothing there. */
export function putInto(call: PythonCall, session: ScriptSession): Value | undefined {
  const content = contentOf(call, session)
  if (content !== undefined && /^[^\n]{1,400}$/.test(call.self.text))
    session.write(call.self.text, content, true)
  return content
}

function contentOf(call: PythonCall, session: ScriptSession): Value | undefined {
  const at = call.name.lastIndexOf('().')
  if (at < 0) return undefined
  const [first = empty, second = empty] = call.positional
  const method = call.name.slice(at + 3)
  if (isArchive(call.name))
    switch (method) {
      case 'write':
      case 'add':
        return withText(readFile(session, (call.named.get('filename') ?? first).text, call.site), '')
      case 'writestr':
      case 'addfile':
        return withText(join([second, ...call.named.values()]), '')
      default:
        return undefined
    }
  return /^(?:write(?:lines|row|rows|header|str)?|dump)$/.test(method)
    ? withText(join(call.positional), '')
    : undefined
}
