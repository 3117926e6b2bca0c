/** Addresses of wallets, and code that tells them from other texts. */

/** A pattern that finds addresses of wallets in texts. */
export const addressPattern =
  /0x\[(?:a-f|A-F|0-9|\\d){2,3}\]\{40\}|\[(?:1-9|a-km-z|A-HJ-NP-Z|0-9|a-z|A-Z){2,3}\]\{(?:2[5-9]|3\d|4[0-4])(?:,\d{2})?\}/

/** An address that stands in code as a text. */
export const addressText =
  /["'`](?:0x(?!0{36})[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{20,60}|[13T][1-9A-HJ-NP-Za-km-z]{25,33})["'`]/

/** A text that is such an address; what stands for nobody is none. */
export const ownAddress =
  /^(?:0x(?!0{36})[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{20,60}|(?=[a-zA-Z]{0,43}\d)[1-9A-HJ-NP-Za-km-z]{26,44})$/
