import { HOLE, type Text } from '../../types.ts'
import { textsOf } from './constants.ts'
import { elementsOf } from './elements.ts'
import type { Frame, Interpreter } from './interpreter.ts'
import { namedMember } from './members.ts'
import type { Place } from './sites.ts'
import { nothing, ofObject, type ObjectValue, type Value } from './values.ts'

/**
 * A container as the interface of its engine describes one, `{ Image, Cmd, HostConfig: { Binds } }`, whoever hands it
 * over and by whatever socket. One that is given the machine's root folder is told as the command line for it, with what
 * it then runs: that happens on the machine, not beside it.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 */
export function noteContainer(
  machine: Interpreter,
  container: ObjectValue,
  frame: Frame,
  place: Place,
): void {
  const field = (of: Value, name: string): Value => namedMember(machine, of, name, frame, place)
  const words = (value: Value): readonly Text[] => {
    if (value === nothing) return []
    const items = elementsOf(machine, value, frame)
    return items.exact && value.objects.length > 0
      ? items.list.map(item => textsOf(item)[0] ?? HOLE)
      : textsOf(value)
  }
  const whole = ofObject(container)
  const host = field(whole, 'HostConfig')
  const mounts = elementsOf(machine, field(host, 'Mounts'), frame).any
  const rooted =
    words(field(host, 'Binds')).some(text => text.startsWith('/:/')) ||
    (mounts.objects.length > 0 && textsOf(field(mounts, 'Source')).includes('/'))
  if (!rooted) return
  const inside = [...listed('Entrypoint'), ...listed('Cmd')]
  const commands = [['docker run -v /:/host', textsOf(field(whole, 'Image'))[0] ?? HOLE, ...inside].join(' ')]
  machine.fact({ kind: 'starts', api: 'container', commands, manner: [] }, frame, place)

  function listed(name: string): readonly Text[] {
    return container.fields.has(name) ? words(field(whole, name)) : []
  }
}
