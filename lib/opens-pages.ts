const openers = /^pkg:(?:open|opn|opener|open-cli|better-opn)(?:\.|$)/

/** Whether a function of another package opens what it is given with the program the user has for it: a page, as a rule. */
export function opensPages(api: string): boolean {
  return openers.test(api)
}
