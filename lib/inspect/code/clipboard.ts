import type { Text } from '../../types.ts'

/** What is copied on this computer, and who puts something there. */

/** Where the clipboard is written, as a path. */
export const clipboardPath = 'clipboard:'

/** The shape of an address that is paid to. */
export const paidTo = /^(?:0x\w{20,64}|\w{25,90})$/

const pasting =
  /^(?:\S*[/\\])?(?:pbcopy|xclip|xsel|wl-copy|clip(?:\.exe)?|termux-clipboard-set)\b|\bset-clipboard\b/i

/** Whether a command line puts its input into the clipboard. */
export function fillsClipboard(command: Text): boolean {
  return pasting.test(command)
}
