import type { ObjectValue } from './values.ts'

/** More objects than this that one lies in are not told what it carries. */
const maxHolders = 1_000

/** Notes that an object lies in another. Most lie in one only: only more make a set. */
export function addHolder(object: ObjectValue, holder: ObjectValue): void {
  const { holders } = object
  if (holders === undefined) object.holders = holder
  else if (!(holders instanceof Set)) {
    if (holders !== holder) object.holders = new Set([holders, holder])
  } else if (holders.size < maxHolders) holders.add(holder)
}

/** The objects an object lies in. */
export function holdersOf({ holders }: ObjectValue): Iterable<ObjectValue> {
  return holders instanceof Set ? holders : holders === undefined ? [] : [holders]
}
