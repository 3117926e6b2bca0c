/** The level of what a command of the package runs: below it nobody asked for anything. */
export const runLevel = 2
