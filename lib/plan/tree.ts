import type { ArboristOptions, GuardedArborist } from './arborist.ts'

declare const brand: unique symbol

/** A resolved tree, to be handed from the plan to the install. What is inside is Arborist's. */
export type Tree = { readonly [brand]: true }

/** What the install needs to build exactly the tree that was planned. */
export type OpenTree = {
  readonly arborist: GuardedArborist
  /** The options of `reify`, npm's and the request's. */
  readonly options: ArboristOptions
  /** Whether node_modules is emptied first, as `npm ci` does. */
  readonly clean: boolean
}

const open = new WeakMap<Tree, OpenTree>()

/** Hides `content` behind a handle. */
export const closeTree = (content: OpenTree): Tree => {
  // The brand exists for the type checker only.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const tree = Object.freeze({}) as Tree
  open.set(tree, content)
  return tree
}

/** The content of a handle made by `closeTree`; throws for anything else. */
export const openTree = (tree: Tree): OpenTree => {
  const content = open.get(tree)
  if (content === undefined) throw new Error('not a tree of this process')
  return content
}
