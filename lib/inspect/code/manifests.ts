import { HOLE, type Text } from '../../types.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import type { ModelledCall } from './modelled-call.ts'
import { jsonText } from './texts.ts'
import type { Value } from './values.ts'

/**
 * What registers of packages are sent to publish something: a document that holds the manifest. One with a script that
 * npm runs by itself is how a package reaches others, whatever the rest of it says.
 */

/** What an address is followed by where such a document is sent there. */
export const INSTALL_SCRIPT = '#install-script'

const hook = /"scripts":\{[^{}]{0,4000}"(?:pre|post)?install":"/
const ofRegistry = ['versions', 'dist-tags', '_attachments'] as const
const document = new RegExp(`"(?:${ofRegistry.join('|')})":`)

/** Notes a request whose content is a package with a script that runs on installing. */
export function noteManifest(
  machine: Interpreter,
  sent: readonly Value[],
  destinations: readonly Text[],
  api: string,
  { frame, place }: ModelledCall,
): void {
  if (!sent.some(value => isManifest(machine, value, frame))) return
  const marked = destinations.map(to => to + INSTALL_SCRIPT)
  machine.fact(
    { kind: 'contacts', api, destinations: marked.length > 0 ? marked : [HOLE + INSTALL_SCRIPT] },
    frame,
    place,
  )
}

function isManifest(machine: Interpreter, value: Value, frame: Frame): boolean {
  const isPublished = (text: unknown): boolean =>
    typeof text === 'string' && document.test(text) && hook.test(text)
  if (value.known.some(isPublished)) return true
  const isDocument = value.objects.some(({ fields }) => ofRegistry.some(name => fields.has(name)))
  return isDocument && isPublished(jsonText(machine, value, frame))
}
